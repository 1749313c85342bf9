using Backprop.Modules;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Modules;

public sealed class ModuleSummaryTests
{
    static Sequential Network() => new()
    {
        { "features", new Sequential { new Linear(784, 50, new Generator(1)), x => x.Relu() } },
        { "head", new Linear(50, 10, new Generator(2)) },
    };

    [Fact]
    public void A_summary_tells_shapes_parameters_operations_and_memory()
    {
        var summary = Network().Summary([100, 784]);
        Assert.Equal(["", "features", "features.0", "features.1", "head"], summary.Rows.Select(row => row.Path));
        Assert.Equal([new(100, 10), new(100, 50), new(100, 50), new(100, 50), new Shape(100, 10)], summary.Rows.Select(row => row.Output!));
        Assert.Equal([39_760, 39_250, 39_250, 0, 510], summary.Rows.Select(row => row.Parameters));
        var relu = 100 * 50;
        long first = summary.Rows[2].Flops, head = summary.Rows[4].Flops;
        // The product's multiplications and additions, and at most an addition of the bias.
        Assert.InRange(first, 2L * 100 * 784 * 50, 2L * 100 * 785 * 50);
        Assert.InRange(head, 2L * 100 * 50 * 10, 2L * 100 * 51 * 10);
        Assert.Equal(relu, summary.Rows[3].Flops);
        Assert.Equal(first + relu + head, summary.Flops);
        Assert.Equal(4 * relu, summary.Rows[3].OutputBytes);
        Assert.Equal(39_760 * 4, summary.ParameterBytes);
    }

    [Fact]
    public void It_prints_as_a_table()
    {
        var lines = Network().Summary([100, 784]).ToString().Split('\n');
        Assert.StartsWith("                         output ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("Sequential               [100, 10]      39,760    ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("    0: Linear(784 → 50)  [100, 50]      39,250    7.8 M  ", lines[3], StringComparison.Ordinal);
        Assert.Equal("39,760 parameters (155.3 KiB), 39,760 of them trained", lines[^1]);
        Assert.Single(lines[..^1].Select(line => line.Length).Distinct());
    }

    [Fact]
    public void It_leaves_the_network_as_it_was()
    {
        var network = Network();
        network["head"].Eval();
        network["features"].Freeze();
        var summary = network.Summary([1, 784]);
        Assert.True(network.IsTraining);
        Assert.False(network["head"].IsTraining);
        Assert.Equal(510, summary.TrainableParameters);
        Assert.Throws<ShapeException>(() => network.Summary([1, 783]));
        Assert.True(network.IsTraining);
    }

    sealed class Forgetful(Generator generator) : Module
    {
        readonly Linear first = new(3, 4, generator);
        readonly Sequential second = new(new Linear(4, 2, generator));

        protected override IEnumerable<ModulePart> Parts => [("first", first)];

        protected override Tensor Compute(Tensor x) => second.Forward(first.Forward(x));
    }

    [Fact]
    public void What_was_forgotten_among_the_parts_is_told()
    {
        var summary = new Forgetful(new Generator(1)).Summary([2, 3]);
        Assert.Equal(["Sequential"], summary.Unlisted);
        Assert.EndsWith("\ncalled and not listed in Parts: Sequential", summary.ToString(), StringComparison.Ordinal);
    }

    sealed class Twins : Module
    {
        readonly PRelu first = new(), second = new();

        protected override IEnumerable<ModulePart> Parts => [("a", first), ("a", second)];

        protected override Tensor Compute(Tensor x) => second.Forward(first.Forward(x));
    }

    [Fact]
    public void Two_parts_of_one_name_are_told() =>
        Assert.Contains("\"a.weight\"", Assert.Throws<InvalidOperationException>(() => new Twins().State()).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_not_called_has_no_output()
    {
        var list = new ModuleList<Linear>(new Linear(2, 2, new Generator(0)), new Linear(2, 3, new Generator(0)));
        var summary = ModuleSummary.Of(list, () => list[1].Forward(Tensor.Zeros([4, 2])));
        Assert.Equal([null, null, new Shape(4, 3)], summary.Rows.Select(row => row.Output));
        Assert.Equal(summary.Rows[2].Flops, summary.Flops);
    }
}
