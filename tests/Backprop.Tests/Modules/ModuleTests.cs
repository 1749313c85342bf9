using Backprop.Losses;
using Backprop.Modules;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Modules;

public sealed class ModuleTests
{
    static Sequential Network(long seed) => new(new Linear(3, 4, new Generator(seed)), new Function(x => x.Tanh()), new Linear(4, 2, new Generator(seed + 1), bias: false));

    [Fact]
    public void Linear_is_x_times_the_transposed_weight_plus_the_bias()
    {
        var linear = new Linear(3, 2, new Generator(1), dtype: DType.Float64);
        Tensor x = new[,] { { 1.0, -2.0, 0.5 } };
        var expected = x.MatMul(linear.Weight.T) + linear.Bias!;
        Assert.True(linear.Forward(x).AllClose(expected, 1e-12));
        Assert.Equal([2, 3], linear.Weight.Shape.ToArray());
        Assert.True((double)linear.Weight.Abs().Max() <= 1 / Math.Sqrt(3));
    }

    [Fact]
    public void Parameters_bear_the_names_of_state_dictionaries() =>
        Assert.Equal(["0.weight", "0.bias", "2.weight"], Network(0).NamedParameters.Select(p => p.Key));

    [Fact]
    public void A_network_prints_as_a_tree() =>
        Assert.Equal("Sequential\n  0: Linear(3 → 4)\n  1: x => x.Tanh()\n  2: Linear(4 → 2)", Network(0).ToString());

    [Fact]
    public void A_sequence_takes_modules_functions_and_names()
    {
        var g = new Generator(1);
        var model = new Sequential { new Linear(3, 4, g), x => x.Relu(), { "head", new Linear(4, 2, g) }, { "last", x => x.Softmax(-1) } };
        Assert.Equal("Sequential\n  0: Linear(3 → 4)\n  1: x => x.Relu()\n  head: Linear(4 → 2)\n  last: x => x.Softmax(-1)", model.ToString());
        Assert.Equal(["0.weight", "0.bias", "head.weight", "head.bias"], model.NamedParameters.Select(p => p.Key));
        Assert.Same(model[2], model["head"]);
        Assert.Equal(4, model.Count);
        var x = Tensor.RandomNormal([5, 3], new Generator(9));
        Assert.True(model.Forward(x).SequenceEqual(model.Aggregate(x, (y, part) => part.Forward(y))));
        Assert.Contains("\"head\"", Assert.Throws<ArgumentException>(() => model.Add("head", y => y)).Message, StringComparison.Ordinal);
        Assert.Contains("dot", Assert.Throws<ArgumentException>(() => model.Add("a.b", y => y)).Message, StringComparison.Ordinal);
        Assert.Contains("there are 0, 1, head, last", Assert.Throws<KeyNotFoundException>(() => model["tail"]).Message, StringComparison.Ordinal);
        Assert.Same(x, new Sequential().Forward(x));
    }

    [Fact]
    public void A_frozen_network_gets_no_gradient()
    {
        var model = Network(1);
        model[0].Freeze();
        model.Forward(Tensor.RandomNormal([5, 3], new Generator(9))).Sum().Backward();
        Assert.Equal([false, false, true], model.Parameters.Select(p => p.Grad is not null));
        model.Unfreeze();
        Assert.All(model.Parameters, p => Assert.True(p.RequiresGrad));
    }

    [Fact]
    public void A_network_changes_its_precision_in_place()
    {
        var model = Network(1);
        var parameters = model.Parameters;
        var x = Tensor.RandomNormal([5, 3], new Generator(9));
        var single = model.Forward(x);
        model.To(DType.Float64);
        Assert.Equal(parameters, model.Parameters);
        var y = model.Forward(x.As(DType.Float64));
        Assert.Equal(DType.Float64, y.DType);
        Assert.True(y.AllClose(single, 1e-5, 1e-6));
        y.Sum().Backward();
        Assert.All(parameters, p => Assert.Equal(DType.Float64, p.Grad!.DType));
        Assert.Throws<DTypeException>(() => model.To(DType.Int32));
    }

    [Fact]
    public void A_graph_recorded_before_the_precision_changed_is_not_walked()
    {
        var model = Network(1);
        var loss = model.Forward(Tensor.RandomNormal([5, 3], new Generator(9))).Sum();
        model.To(DType.Float64);
        Assert.Throws<GradientException>(() => loss.Backward());
    }

    [Fact]
    public void A_state_loads_into_another_network()
    {
        Sequential from = Network(1), to = Network(5);
        var x = Tensor.RandomNormal([5, 3], new Generator(9));
        to.LoadState(new Dictionary<string, Tensor>(from.NamedParameters));
        Assert.True(from.Forward(x).SequenceEqual(to.Forward(x)));
    }

    [Fact]
    public void A_state_is_a_copy_that_brings_everything_back()
    {
        var network = Network(1);
        var x = Tensor.RandomNormal([5, 3], new Generator(9));
        var before = network.Forward(x).Detach();
        var state = network.State();
        Assert.Equal(["0.weight", "0.bias", "2.weight"], state.Keys);
        foreach (var parameter in network.Parameters) parameter.Assign(Tensor.ZerosLike(parameter));
        Assert.False(before.SequenceEqual(network.Forward(x)));
        network.LoadState(state);
        Assert.True(before.SequenceEqual(network.Forward(x)));
    }

    [Fact]
    public void Parts_are_trained_or_used_together()
    {
        Linear inner = new(2, 2, new Generator(0));
        Sequential network = new(new Sequential(inner));
        Assert.True(inner.IsTraining);
        network.Eval();
        Assert.False(network.IsTraining || inner.IsTraining);
        network.Train();
        Assert.True(network.IsTraining && inner.IsTraining);
    }

    [Fact]
    public void A_shared_module_has_two_names_and_is_optimised_once()
    {
        Linear shared = new(2, 2, new Generator(0));
        Sequential network = new(shared, shared);
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias"], network.NamedParameters.Select(p => p.Key));
        Assert.Equal([shared.Weight, shared.Bias!], network.Parameters);
    }

    [Fact]
    public void A_state_that_does_not_fit_changes_nothing()
    {
        var network = Network(1);
        var before = network.Parameters.Select(p => p.ToArray<float>()).ToArray();
        Dictionary<string, Tensor> State() => new(Network(2).NamedParameters);
        void Refused(Dictionary<string, Tensor> state, string part) =>
            Assert.Contains(part, Assert.Throws<ArgumentException>(() => network.LoadState(state)).Message, StringComparison.Ordinal);

        var missing = State();
        missing.Remove("2.weight");
        Refused(missing, "Missing: \"2.weight\"");
        var unknown = State();
        unknown["3.weight"] = Tensor.Zeros([2]);
        Refused(unknown, "Unknown: \"3.weight\"");
        var shape = State();
        shape["2.weight"] = Tensor.Zeros([4, 2]);
        Refused(shape, "[4, 2]");
        Assert.Equal(before, network.Parameters.Select(p => p.ToArray<float>()));
    }

    [Fact]
    public void All_that_does_not_fit_is_told_at_once()
    {
        var network = Network(1);
        Dictionary<string, Tensor> state = new() { ["weight"] = Tensor.Zeros([4, 3]), ["0.bias"] = Tensor.Zeros([4]), ["2.weight"] = Tensor.Zeros([4, 2]) };
        Assert.Equal(
            "LoadState: the state does not fit this Sequential; nothing was changed. Missing: \"0.weight\". Unknown: \"weight\". " +
            "Of another shape or kind: \"2.weight\" is float32 of shape [2, 4] here and float32 of shape [4, 2] in the state. " +
            "LoadState(state, map) gives entries other names; with strict: false what only one side has is left alone.",
            Assert.Throws<ArgumentException>(() => network.LoadState(state)).Message);
        // Not being strict concerns names, not shapes.
        Assert.DoesNotContain("Missing", Assert.Throws<ArgumentException>(() => network.LoadState(state, strict: false)).Message);
        var many = Assert.Throws<ArgumentException>(() => network.LoadState(Enumerable.Range(0, 40).ToDictionary(i => $"{i}", _ => Tensor.Zeros([1])))).Message;
        Assert.Contains("\"11\" and 28 more", many);
    }

    [Fact]
    public void A_body_takes_over_what_another_has_learnt_and_its_head_starts_anew()
    {
        Sequential from = Network(1), to = Network(5);
        to[2] = new Linear(4, 7, new Generator(3));
        var head = to[2].Parameters[0].Copy();
        var state = from.State();
        state.Remove("2.weight");
        state["extra"] = Tensor.Zeros([1]);
        var difference = to.LoadState(state, strict: false);
        Assert.Equal(["2.weight", "2.bias"], difference.Missing);
        Assert.Equal(["extra"], difference.Unknown);
        Assert.True(from[0].Parameters[0].SequenceEqual(to[0].Parameters[0]));
        Assert.True(head.SequenceEqual(to[2].Parameters[0]));
        Assert.Equal(["2.weight", "2.bias"], to.LoadState(from.State(), (name, value) => name == "2.weight" ? null : (name, value), strict: false).Missing);
    }

    [Fact]
    public void Tied_weights_are_one_parameter_that_loads_under_either_name()
    {
        var generator = new Generator(2);
        var embedding = new Embedding(5, 3, generator);
        var tied = new Sequential { { "table", embedding }, { "head", new Linear(embedding.Weight) } };
        Assert.Equal([embedding.Weight], tied.Parameters);
        Assert.Equal(["table.weight", "head.weight"], tied.State().Keys);
        Assert.Equal(15, tied.Summary([2], DType.Int64).Parameters);
        tied.Forward(new long[] { 1, 4 }).Sum().Backward();
        var scores = Tensor.Linear(Tensor.Embedding(new long[] { 1, 4 }, embedding.Weight), embedding.Weight).Sum();
        Assert.True(Backprop.Autograd.Gradient.Of(scores, [embedding.Weight])[0].AllClose(embedding.Weight.Grad!, 1e-6, 1e-6));

        var value = Tensor.RandomNormal([5, 3], generator);
        tied.LoadState(new Dictionary<string, Tensor> { ["table.weight"] = value });
        Assert.True(value.SequenceEqual(embedding.Weight));
        Assert.Contains("\"table.weight\", \"head.weight\"", Assert.Throws<ArgumentException>(() => tied.LoadState(new Dictionary<string, Tensor>())).Message);
        Assert.Throws<ShapeException>(() => new Linear(Tensor.Zeros([2, 3]), Tensor.Zeros([3])));
        Assert.Contains("no result", Assert.Throws<ArgumentException>(() => new Linear(Tensor.Zeros([2, 3]).T)).Message);
    }

    [Fact]
    public void Parts_are_taken_by_place_name_and_range_and_replaced()
    {
        var model = Network(1);
        var body = model[..^1];
        Assert.Equal(2, body.Count);
        Assert.Same(model[0], body[0]);
        model[^1] = new Identity();
        model["0"] = new Identity();
        Assert.Equal("Sequential\n  0: Identity\n  1: x => x.Tanh()\n  2: Identity", model.ToString());
        Assert.Equal(["0.weight", "0.bias"], body.NamedParameters.Select(p => p.Key));
        Assert.Contains("no part at place 3; there are 3", Assert.Throws<ArgumentOutOfRangeException>(() => model[3]).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => model[3] = new Identity());
        Assert.Throws<KeyNotFoundException>(() => model["tail"] = new Identity());
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Slice(2, 2));
        var list = new ModuleList<Module>(new Identity(), new Flatten());
        list[0] = list[1];
        Assert.Same(list[1], list[0]);
    }

    [Fact]
    public void Gradients_add_up_until_they_are_forgotten()
    {
        var model = Network(1);
        var x = Tensor.RandomNormal([5, 3], new Generator(9));
        model.Forward(x[..2]).Sum().Backward();
        model.Forward(x[2..]).Sum().Backward();
        var parts = model.Parameters.Select(p => p.Grad!).ToArray();
        model.ZeroGrad();
        Assert.All(model.Parameters, p => Assert.Null(p.Grad));
        model.Forward(x).Sum().Backward();
        Assert.All(model.Parameters.Zip(parts), p => Assert.True(p.First.Grad!.AllClose(p.Second, 1e-5, 1e-6)));
    }

    [Fact]
    public void A_state_of_other_names_and_layouts_is_mapped()
    {
        Sequential from = Network(1), to = Network(5);
        var foreign = from.State().ToDictionary(p => $"model/{p.Key}", p => p.Value.Rank == 2 ? p.Value.T : p.Value);
        foreign["step"] = Tensor.Scalar(7.0);
        (string, Tensor)? Map(string name, Tensor value) =>
            name == "step" ? null : (name["model/".Length..], value.Rank == 2 ? value.T : value);
        to.LoadState(foreign, Map);
        var x = Tensor.RandomNormal([5, 3], new Generator(9));
        Assert.True(from.Forward(x).SequenceEqual(to.Forward(x)));

        var twice = Assert.Throws<ArgumentException>(() => to.LoadState(foreign, (_, value) => ("0.weight", value)));
        Assert.Contains("mapped to \"0.weight\"", twice.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => to.LoadState(foreign, (name, value) => (name, value)));
        Assert.True(from.Forward(x).SequenceEqual(to.Forward(x)));
    }

    [Fact]
    public void Cross_entropy_is_the_mean_of_minus_the_log_probability()
    {
        Tensor logits = new[,] { { 1.0, 2.0, 0.5 }, { 0.0, -1.0, 3.0 } };
        Tensor labels = new long[] { 1, 2 };
        var probabilities = logits.Softmax(1);
        var expected = -(Math.Log((double)probabilities[0, 1]) + Math.Log((double)probabilities[1, 2])) / 2;
        Assert.Equal(expected, Loss.CrossEntropy(logits, labels).Item(), 1e-12);
    }

    [Fact]
    public void Cross_entropy_refuses_labels_and_shapes_that_do_not_fit()
    {
        var logits = Tensor.Zeros([2, 3]);
        void Refused(Tensor labels, string message) =>
            Assert.Equal(message, Assert.Throws<ArgumentOutOfRangeException>(() => Loss.CrossEntropy(logits, labels)).Message);

        Refused(new long[] { 0, 3 }, "CrossEntropy: the label 3 of row 1 is none of 3 classes; they run from 0 to 2.");
        Refused(new int[] { -1, 0 }, "CrossEntropy: the label -1 of row 0 is none of 3 classes; they run from 0 to 2.");
        Assert.Throws<DTypeException>(() => Loss.CrossEntropy(logits, new[] { 0.0, 1.0 }));
        Assert.Throws<ShapeException>(() => Loss.CrossEntropy(logits, new long[] { 0 }));
        Assert.Contains("there is no example", Assert.Throws<ShapeException>(() => Loss.CrossEntropy(Tensor.Zeros([0, 3]), Tensor.Zeros([0], DType.Int64))).Message);
    }
}
