using Backprop.Formats;
using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;
using Backprop.Schedules;
using Xunit;

namespace Backprop.Tests.Optimizers;

/// <summary>States are whole: training on from one gives the bits of training on at once, and one that does not fit changes nothing.</summary>
public sealed class OptimizerStateTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("backprop-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static TheoryData<string> Names => [.. Kinds.All.Keys];

    sealed class Problem
    {
        public readonly Linear Layer = new(3, 4, new Generator(1));
        readonly Tensor x = Tensor.RandomNormal([8, 3], new Generator(2)), y = Tensor.RandomNormal([8, 4], new Generator(3));

        public Tensor Loss() => (Layer.Forward(x).Tanh() - y).Square().Mean();

        public void Train(Optimizer optimizer, int steps, AttachedSchedule? schedule = null)
        {
            for (var step = 0; step < steps; step++)
            {
                optimizer.ZeroGrad();
                Loss().Backward();
                optimizer.Step();
                schedule?.Step();
            }
        }
    }

    OrderedDictionary<string, Tensor> ThroughAFile(OrderedDictionary<string, Tensor> state)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.safetensors");
        Safetensors.Save(path, state);
        return Safetensors.Load(path);
    }

    static void AssertSame(ModuleBase a, ModuleBase b)
    {
        foreach (var ((name, first), (_, second)) in a.NamedParameters.Zip(b.NamedParameters)) Assert.True(first.SequenceEqual(second), name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Training_on_from_a_file_gives_the_same_bits(string name)
    {
        var whole = new Problem();
        whole.Train(Kinds.All[name](whole.Layer.Parameters), 10);

        var part = new Problem();
        var optimizer = Kinds.All[name](part.Layer.Parameters);
        part.Train(optimizer, 4);
        var (parameters, state) = (ThroughAFile(part.Layer.State()), ThroughAFile(optimizer.State()));
        part.Train(optimizer, 3);

        var rest = new Problem();
        rest.Layer.LoadState(parameters);
        var restored = Kinds.All[name](rest.Layer.Parameters);
        restored.LoadState(state);
        Assert.Equal(4, restored.Steps);
        rest.Train(restored, 6);
        AssertSame(whole.Layer, rest.Layer);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_schedule_goes_on_where_it_was(bool attachedLater)
    {
        static AttachedSchedule Attach(Optimizer optimizer) => new OneCycleSchedule(0.1, 12).Attach(optimizer);
        var whole = new Problem();
        var optimizer = new Sgd(whole.Layer.Parameters, 0.05, momentum: 0.9);
        whole.Train(optimizer, 10, Attach(optimizer));

        var part = new Problem();
        optimizer = new Sgd(part.Layer.Parameters, 0.05, momentum: 0.9);
        var schedule = Attach(optimizer);
        part.Train(optimizer, 5, schedule);
        var (parameters, state, position) = (part.Layer.State(), ThroughAFile(optimizer.State()), ThroughAFile(schedule.State()));

        var rest = new Problem();
        rest.Layer.LoadState(parameters);
        optimizer = new Sgd(rest.Layer.Parameters, 0.05, momentum: 0.9);
        if (attachedLater) optimizer.LoadState(state);
        schedule = Attach(optimizer);
        if (!attachedLater) optimizer.LoadState(state);
        schedule.LoadState(position);
        Assert.Equal(5, schedule.Steps);
        rest.Train(optimizer, 5, schedule);
        AssertSame(whole.Layer, rest.Layer);
    }

    [Fact]
    public void Names_are_readable()
    {
        var problem = new Problem();
        var optimizer = new Adam(problem.Layer.Parameters);
        optimizer.Group([problem.Layer.Bias!], learningRate: 0.5);
        problem.Train(optimizer, 1);
        Assert.Equal(
            ["steps", "group.0.learning_rate", "group.0.weight_decay", "group.1.learning_rate", "group.1.weight_decay", "0.steps", "0.mean", "0.square", "1.steps", "1.mean", "1.square"],
            optimizer.State().Keys);
        Assert.Equal(0.5, optimizer.State()["group.1.learning_rate"].Item());
    }

    [Fact]
    public void A_state_that_does_not_fit_changes_nothing()
    {
        var problem = new Problem();
        var optimizer = new Adam(problem.Layer.Parameters, 0.01);
        problem.Train(optimizer, 3);
        var good = optimizer.State();
        var before = good.ToDictionary(entry => entry.Key, entry => entry.Value.Copy());

        void Refuse(string told, Action<OrderedDictionary<string, Tensor>> spoil)
        {
            var state = new OrderedDictionary<string, Tensor>(good) { ["steps"] = Tensor.Scalar(77L), ["group.0.learning_rate"] = Tensor.Scalar(0.7) };
            spoil(state);
            Assert.Contains(told, Assert.ThrowsAny<ArgumentException>(() => optimizer.LoadState(state)).Message);
            foreach (var (name, tensor) in optimizer.State()) Assert.True(tensor.SequenceEqual(before[name]), name);
        }

        Refuse("\"1.square\" is missing", s => s.Remove("1.square"));
        Refuse("\"steps\" is missing", s => s.Remove("steps"));
        Refuse("\"2.mean\"", s => s["2.mean"] = Tensor.Ones([4]));
        Refuse("\"0.velocity\"", s => s["0.velocity"] = Tensor.Ones([4, 3]));
        Refuse("[4, 3]", s => s["0.mean"] = Tensor.Ones([3, 4]));
        Refuse("\"0.mean\" is int64", s => s["0.mean"] = Tensor.Ones([4, 3], DType.Int64));
        Refuse("\"1.steps\"", s => s["1.steps"] = Tensor.Scalar(-1L));
        Refuse("\"1.steps\"", s => s["1.steps"] = Tensor.Scalar(1.5));
        Refuse("\"group.0.weight_decay\"", s => s["group.0.weight_decay"] = Tensor.Scalar(double.NaN));
        Assert.Throws<ArgumentNullException>(() => optimizer.LoadState(null!));
        Assert.Contains("velocity", Assert.Throws<ArgumentException>(() => new Sgd(problem.Layer.Parameters, momentum: 0.9).LoadState(good)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_remembered_goes_with_a_module_that_is_converted()
    {
        var problem = new Problem();
        var optimizer = new Adam(problem.Layer.Parameters, 0.01);
        problem.Train(optimizer, 2);
        var mean = optimizer.State()["0.mean"].As(DType.Float64);
        problem.Layer.To(DType.Float64);
        foreach (var parameter in problem.Layer.Parameters) parameter.Grad = Tensor.ZerosLike(parameter);
        optimizer.Step();
        Assert.Equal(DType.Float64, optimizer.State()["0.mean"].DType);
        Assert.True(optimizer.State()["0.mean"].AllClose(0.9 * mean, 1e-12, 0));
    }

    [Fact]
    public void The_start_of_adagrad_is_not_lost()
    {
        Tensor w = new[] { 1.0 };
        w.RequiresGrad = true;
        var optimizer = new AdaGrad([w], 1, epsilon: 0, initial: 4);
        w.Grad = new[] { 0.0 };
        optimizer.Step();
        Assert.Equal(4, optimizer.State()["0.square"].Item());
    }
}
