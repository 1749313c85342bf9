using Backprop.Graphs;
using Backprop.Modules;
using Backprop.Randomness;
using CsCheck;
using Xunit;

namespace Backprop.Tests.Graphs;

/// <summary>Modules as groups, recorded or deduced, open or folded.</summary>
public sealed class GroupTests
{
    static string Members(Graph graph, string group) =>
        string.Join(" ", graph.Nodes.Where(n => n.Group == group).Select(n => n.Name ?? n.Symbol));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Parameters_and_calls_stand_in_their_modules(bool recorded)
    {
        var graph = SampleGraphs.Mlp(recorded);
        Assert.Equal(recorded ? ["fc1", "act", "fc2"] : ["fc1", "fc2"], graph.Groups.Select(g => g.Path));
        Assert.Equal("Dense", graph.Groups[0].Title);
        Assert.Equal("fc1.weight permute matMul fc1.bias +", Members(graph, "fc1"));
        Assert.Equal("fc2.weight permute matMul fc2.bias +", Members(graph, "fc2"));
        Assert.Equal("relu", Members(graph, recorded ? "act" : "").Split(' ')[recorded ? 0 : 1]);
        Assert.Equal("", graph["x"].Group);
        Assert.Equal("", graph["loss"].Group);
        Assert.Equal(GraphNodeKind.Parameter, graph["fc1.weight"].Kind);
        Assert.Equal(recorded, graph.Nodes.First(n => n.Symbol == "relu").Source is not null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nested_modules_are_nested_groups_and_lists_are_none(bool recorded)
    {
        var graph = SampleGraphs.Residual(recorded);
        Assert.DoesNotContain(graph.Groups, g => g.Path == "blocks");
        var up = graph.Groups.Single(g => g.Path == "blocks.1.up");
        Assert.Equal(("blocks.1", 2, "up"), (up.Parent, up.Depth, up.Name));
        // The sum that closes the way around a block belongs to the block where that is known, and never entangles two blocks.
        if (recorded) Assert.Equal("relu +", Members(graph, "blocks.1"));
        var folded = graph.Folded();
        Assert.Equal(["blocks.0", "blocks.1", "blocks.2"], folded.Nodes.Where(n => n.Kind == GraphNodeKind.Group).Select(n => n.Name));
        Assert.Equal("Block", folded["blocks.0"].Operation);
        Assert.Equal(6 * 12 + 12 + 12 * 6 + 6, folded["blocks.0"].ParameterCount);
        if (recorded) Assert.Equal(8, folded["blocks.0"].OperationCount);
        var deeper = graph.Folded(2);
        Assert.Equal(6, deeper.Nodes.Count(n => n.Kind == GraphNodeKind.Group));
        Assert.Equal(3, deeper.Groups.Count);
    }

    [Fact]
    public void Folding_keeps_numbers_and_unfolding_brings_all_back()
    {
        var graph = SampleGraphs.Residual(recorded: true);
        var folded = graph.Fold("blocks.0").Fold("blocks.2.up");
        Assert.Equal(graph["x"].Id, folded["x"].Id);
        Assert.Equal(GraphNodeKind.Group, folded["blocks.2.up"].Kind);
        Assert.Contains("folded group", Assert.Throws<KeyNotFoundException>(() => folded[graph["blocks.0.up.weight"].Id]).Message);
        Assert.Equal(graph.Fold("blocks.0").ToString(), folded.Unfold("blocks.2.up").ToString());
        Assert.Same(graph, folded.Unfolded);
        Assert.Same(graph, folded.Unfold("blocks.0").Unfold("blocks.2.up"));
        Assert.Contains("there are blocks.0", Assert.Throws<ArgumentException>(() => graph.Fold("nothing")).Message);
        Assert.Contains("the graph has none", Assert.Throws<ArgumentException>(() => SampleGraphs.Apple().Fold("nothing")).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.Folded(0));
    }

    [Fact]
    public void Along_a_folded_arrow_flows_the_sum_of_what_flowed_along_its_parts()
    {
        var generator = new Generator(1);
        var model = new Branches(generator);
        var x = Tensor.RandomNormal([2, 3], generator);
        x.RequiresGrad = true;
        Graph graph;
        using (Graph.Record()) graph = Graph.Of((model.Forward(x) * x).Sum(), model, x);
        var folded = graph.Fold("inner");
        var uses = folded.OutOf(folded["x"]).ToArray();
        Assert.Equal(2, uses.Length);
        var inner = uses.Single(e => folded[e.To].Name == "inner");
        // A sum of gradients has the sum of their means.
        Assert.Equal(graph["x"].Gradient!.Mean, uses.Sum(e => e.Gradient!.Mean), 1e-5);
        Assert.Equal([2, 3], inner.Gradient!.Shape);
        Assert.Null(inner.LocalDerivative);
    }

    [Fact]
    public void Each_call_of_a_module_is_a_group_of_its_own_where_calls_were_recorded()
    {
        var generator = new Generator(1);
        var cell = new SampleGraphs.Dense(3, 3, generator);
        var model = new Sequential { { "first", cell }, { "act", t => t.Tanh() }, { "again", cell } };
        Graph graph;
        using (Graph.Record()) graph = Graph.Of(model.Forward(Tensor.Ones([1, 3])).Sum(), model);
        Assert.Equal(["act", "first", "first#2"], graph.Groups.Select(g => g.Path).Order());
        Assert.Equal(2, graph.Fold("first").Nodes.Count(n => n.Kind == GraphNodeKind.Group));
        Assert.Single(graph.Fold("first#2").Nodes, n => n.Kind == GraphNodeKind.Group);
    }

    [Fact]
    public void Without_the_module_given_recorded_calls_name_themselves()
    {
        var generator = new Generator(1);
        var model = new Sequential { { "fc", new SampleGraphs.Dense(3, 3, generator) } };
        Graph graph;
        using (Graph.Record()) graph = Graph.Of(model.Forward(Tensor.Ones([1, 3])).Sum());
        Assert.Equal(["Sequential", "Sequential.fc"], graph.Groups.Select(g => g.Path));
        using (Graph.Record())
        {
        }
        Assert.Empty(Graph.Of(model.Forward(Tensor.Ones([1, 3])).Sum()).Groups);
    }

    [Fact]
    public void A_weight_used_at_both_ends_entangles_nothing()
    {
        var generator = new Generator(1);
        var model = new Tied(generator);
        var graph = Graph.Of(model.Forward(Tensor.Ones([1, 3])).Sum(), model);
        Assert.Contains(graph.Groups, g => g.Path == "middle");
        graph.Folded().ToSvg();
    }

    [Fact]
    public void Whatever_the_network_groups_form_no_circle() => Gen.Select(Gen.Int[0, 100_000], Gen.Bool).Sample(c =>
    {
        var (seed, recorded) = c;
        var graph = SampleGraphs.RandomNetwork(seed, recorded);
        for (var depth = 1; depth <= 3; depth++)
        {
            var folded = graph.Folded(depth);
            var place = folded.Nodes.Select((node, i) => (node.Id, i)).ToDictionary(p => p.Id, p => p.i);
            foreach (var edge in folded.Edges) Assert.True(place[edge.From] < place[edge.To]);
            Assert.Equal(folded.Nodes.Count, place.Count);
        }
    }, iter: 60);

    sealed class Branches(Generator generator) : Module
    {
        readonly Pair inner = new(generator);

        protected override IEnumerable<ModulePart> Parts => [("inner", inner)];

        protected override Tensor Compute(Tensor x) => inner.Forward(x);
    }

    sealed class Pair(Generator generator) : Module
    {
        readonly SampleGraphs.Dense a = new(3, 3, generator), b = new(3, 3, generator);

        protected override IEnumerable<ModulePart> Parts => [("a", a), ("b", b)];

        protected override Tensor Compute(Tensor x) => a.Forward(x) + b.Forward(x);
    }

    sealed class Tied(Generator generator) : Module
    {
        readonly SampleGraphs.Dense ends = new(3, 3, generator), middle = new(3, 3, generator);

        protected override IEnumerable<ModulePart> Parts => [("ends", ends), ("middle", middle)];

        protected override Tensor Compute(Tensor x) => ends.Forward(middle.Forward(ends.Forward(x)).Relu());
    }
}
