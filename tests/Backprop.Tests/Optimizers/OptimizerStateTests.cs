using System.Runtime.CompilerServices;
using Backprop.Formats;
using Backprop.Formulas;
using Backprop.Losses;
using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;
using Backprop.Schedules;
using Xunit;

namespace Backprop.Tests.Optimizers;

/// <summary>What optimisers remember, refuse and let users add.</summary>
public sealed class OptimizerStateTests
{
    static readonly Dictionary<string, Func<IEnumerable<Tensor>, Optimizer>> all = new()
    {
        ["Sgd"] = p => new Sgd(p, 0.05),
        ["Sgd, heavy"] = p => new Sgd(p, 0.05, momentum: 0.9, dampening: 0.1),
        ["Sgd, Nesterov"] = p => new Sgd(p, 0.05, momentum: 0.9, nesterov: true),
        ["AdaGrad"] = p => new AdaGrad(p, 0.05, rateDecay: 0.1, initial: 0.1),
        ["RmsProp"] = p => new RmsProp(p),
        ["RmsProp, centred"] = p => new RmsProp(p, momentum: 0.5, centered: true),
        ["AdaDelta"] = p => new AdaDelta(p),
        ["Adam"] = p => new Adam(p, 0.01),
        ["Adam, AMSGrad"] = p => new Adam(p, 0.01, amsGrad: true),
        ["AdamW"] = p => new AdamW(p, 0.01),
        ["Adamax"] = p => new Adamax(p, 0.01),
        ["NAdam"] = p => new NAdam(p, 0.01),
        ["RAdam"] = p => new RAdam(p, 0.01),
        ["Lion"] = p => new Lion(p, 0.01),
        ["Muon"] = p => new Muon(p),
    };

    public static TheoryData<string> Names => [.. all.Keys];

    static Sequential Network(DType dtype = DType.Float32) =>
        new() { new Linear(3, 17, new Generator(1), dtype: dtype), x => x.Tanh(), new Linear(17, 2, new Generator(2), dtype: dtype) };

    static double Train(Sequential model, Optimizer optimizer, int steps)
    {
        var x = Tensor.RandomNormal([40, 3], new Generator(5), dtype: model.Parameters[0].DType);
        var labels = (x.Prod(1) > 0.0).As(DType.Int64);
        var last = 0.0;
        for (var i = 0; i < steps; i++)
        {
            var loss = Loss.CrossEntropy(model.Forward(x), labels);
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
            last = loss.Item();
        }
        return last;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_makes_a_loss_smaller(string name)
    {
        var model = Network();
        var optimizer = all[name](model.Parameters);
        var first = Train(model, optimizer, 1);
        Assert.True(Train(model, optimizer, 150) < 0.93 * first, name);
        Assert.Equal(151, optimizer.Steps);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Training_goes_on_from_a_saved_state_to_the_same_bits(string name)
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.safetensors");
        Sequential straight = Network(), before = Network(), after = Network();
        Train(straight, all[name](straight.Parameters), 12);
        var first = all[name](before.Parameters);
        Train(before, first, 7);
        first.LearningRate *= 1;
        Safetensors.Save(file, first.State());
        var second = all[name](after.Parameters);
        after.LoadState(before.State());
        second.LoadState(Safetensors.Load(file));
        File.Delete(file);
        Assert.Equal(7, second.Steps);
        Train(after, second, 5);
        Assert.All(straight.Parameters.Zip(after.Parameters), p => Assert.True(p.First.SequenceEqual(p.Second)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_bits_do_not_depend_on_the_threads(string name)
    {
        var threads = BackpropSettings.Threads;
        Tensor Run(int count)
        {
            BackpropSettings.Threads = count;
            var w = Tensor.RandomNormal([3, 17_011], new Generator(7));
            w.RequiresGrad = true;
            var optimizer = all[name]([w]);
            for (var i = 0; i < 3; i++)
            {
                w.Grad = Tensor.RandomNormal(w.Shape, new Generator(i));
                optimizer.Step();
            }
            return w.Detach();
        }
        try
        {
            Assert.True(Run(1).SequenceEqual(Run(3)));
        }
        finally
        {
            BackpropSettings.Threads = threads;
        }
    }

    [Fact]
    public void A_state_that_does_not_fit_changes_nothing()
    {
        var model = Network();
        var optimizer = new Adam(model.Parameters, 0.01);
        Train(model, optimizer, 3);
        var good = optimizer.State();
        void Refused(Action<Dictionary<string, Tensor>> spoil, string part)
        {
            var state = new Dictionary<string, Tensor>(good);
            spoil(state);
            Assert.Contains(part, Assert.Throws<ArgumentException>(() => optimizer.LoadState(state)).Message, StringComparison.Ordinal);
        }
        Refused(state => state["0.velocity"] = Tensor.Zeros([17, 3]), "\"0.velocity\"");
        Refused(state => state["0.mean"] = Tensor.Zeros([3, 17]), "[3, 17]");
        Refused(state => state["9.steps"] = Tensor.Scalar(1L), "\"9.steps\"");
        Refused(state => state.Remove("group.0.learning_rate"), "missing");
        Assert.All(good.Zip(optimizer.State()), pair => Assert.True(pair.First.Value.SequenceEqual(pair.Second.Value)));
    }

    [Fact]
    public void Groups_have_rates_and_decays_of_their_own()
    {
        Tensor a = Tensor.Ones([2]), b = Tensor.Ones([2]);
        a.RequiresGrad = b.RequiresGrad = true;
        var optimizer = new Sgd([a, b], 0.1, weightDecay: 0.5);
        var group = optimizer.Group([b], learningRate: 0.2, weightDecay: 0);
        a.Grad = b.Grad = Tensor.Ones([2]);
        optimizer.Step();
        Assert.Equal([0.85f, 0.8f], [a.ToArray<float>()[0], b.ToArray<float>()[0]]);
        Assert.Equal([b], group.Parameters);
        Assert.Equal([a], optimizer.Groups[0].Parameters);
        optimizer.LearningRate = 0.3;
        Assert.Equal([0.3, 0.3], optimizer.Groups.Select(g => g.LearningRate));
        Assert.Throws<ArgumentException>(() => optimizer.Group([Tensor.Ones([2])]));
        Assert.Throws<ArgumentOutOfRangeException>(() => group.WeightDecay = -1);
    }

    [Fact]
    public void What_is_frozen_or_given_twice_is_told_apart()
    {
        var model = Network();
        model[0].Freeze();
        var optimizer = new Adam(model.Parameters);
        var frozen = model.Parameters[0].Copy();
        Train(model, optimizer, 2);
        Assert.True(frozen.SequenceEqual(model.Parameters[0]));
        var w = model.Parameters[2];
        Assert.Contains("given twice", Assert.Throws<ArgumentException>(() => new Sgd([w, w])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_fails_changes_no_parameter()
    {
        Tensor a = Tensor.Ones([2]), b = Tensor.Ones([2]);
        a.RequiresGrad = b.RequiresGrad = true;
        var optimizer = new Sgd([a, b], 0.1);
        a.Grad = Tensor.Ones([2]);
        b.Grad = Tensor.Ones([2], DType.Int64);
        Assert.Throws<DTypeException>(optimizer.Step);
        Assert.True(a.SequenceEqual(Tensor.Ones([2])));
        Assert.Equal(0, optimizer.Steps);
    }

    [Fact]
    public void Maximising_climbs()
    {
        Tensor w = new[] { 1.0 };
        w.RequiresGrad = true;
        w.Grad = new[] { 2.0 };
        new Sgd([w], 0.1) { Maximize = true }.Step();
        Assert.Equal(1.2, w[0].Item(), 1e-15);
    }

    sealed class SignDescent(IEnumerable<Tensor> parameters, double rate) : Optimizer(parameters, rate)
    {
        protected override void Update(ParameterSlot p) => p.Assign(p.Parameter - p.LearningRate * p.Gradient.Sign());
    }

    sealed class Heavy(IEnumerable<Tensor> parameters, double rate) : Optimizer(parameters, rate)
    {
        protected override IReadOnlyList<string> Memories => ["velocity"];

        protected override void Update(ParameterSlot p) => p.Run(new Rule(p.LearningRate, 0.9));

        readonly record struct Rule(double Rate, double Keep) : IUpdateRule
        {
            public static int Memories => 1;

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public V Next<V>(V w, V g, ref V v, ref V unused, ref V alsoUnused) where V : IReal<V>
            {
                v = Keep * v + g;
                return w - Rate * v;
            }
        }
    }

    [Fact]
    public void Ones_own_optimiser_takes_a_few_lines()
    {
        Sequential mine = Network(), theirs = Network();
        Train(mine, new Heavy(mine.Parameters, 0.05), 10);
        Train(theirs, new Sgd(theirs.Parameters, 0.05, momentum: 0.9), 10);
        Assert.All(mine.Parameters.Zip(theirs.Parameters), p => Assert.True(p.First.AllClose(p.Second, 1e-6)));
        Tensor w = new[] { 1.0, -1.0 };
        w.RequiresGrad = true;
        w.Grad = new[] { 5.0, -3.0 };
        new SignDescent([w], 0.25).Step();
        Assert.Equal([0.75, -0.75], w.ToArray<double>());
    }

    [Fact]
    public void Lbfgs_finds_the_bottom_of_Rosenbrocks_valley()
    {
        Tensor w = new[] { -1.2, 1.0 };
        w.RequiresGrad = true;
        var optimizer = new Lbfgs([w], iterations: 100);
        var loss = optimizer.Step(() => (1 - w[0]).Square() + 100 * (w[1] - w[0].Square()).Square());
        Assert.True(loss < 1e-15, $"{loss}");
        Assert.True(w.AllClose(Tensor.Ones([2], DType.Float64), 1e-6));
        Assert.Throws<InvalidOperationException>(optimizer.Step);
        w.Assign(new[] { double.NaN, 1 });
        Assert.Throws<GradientException>(() => optimizer.Step(() => w.Square().Sum()));
    }

    [Fact]
    public void Muon_brings_singular_values_near_one()
    {
        var w = Tensor.Zeros([6, 4], DType.Float64);
        w.RequiresGrad = true;
        w.Grad = Tensor.RandomNormal([6, 4], new Generator(3), dtype: DType.Float64);
        new Muon([w], 1, momentum: 0, nesterov: false).Step();
        var step = w.Detach() / Math.Sqrt(1.5);
        // All eigenvalues of UᵀU are within Jordan's band.
        var eigen = step.T.MatMul(step);
        for (var i = 0; i < 4; i++) Assert.InRange(eigen[i, i].Item(), 0.3, 1.6);
    }

    [Fact]
    public void An_average_follows_and_can_be_used_for_a_while()
    {
        Tensor w = new[] { 1.0, 2.0 };
        var average = new MovingAverage([w], 0.75);
        w.Assign(new[] { 5.0, 2.0 });
        average.Update();
        Assert.Equal([2.0, 2.0], average.Averages[0].ToArray<double>());
        using (average.Applied()) Assert.Equal([2.0, 2.0], w.ToArray<double>());
        Assert.Equal([5.0, 2.0], w.ToArray<double>());
        Assert.Throws<ArgumentOutOfRangeException>(() => new MovingAverage([w], 1));
    }

    [Fact]
    public void Clipping_refuses_what_is_not_finite_and_changes_nothing()
    {
        Tensor a = Tensor.Ones([2]), b = Tensor.Ones([1]);
        a.Grad = new[] { 1f, 2f };
        b.Grad = new[] { float.NaN };
        Assert.Throws<GradientException>(() => GradientClipping.ByNorm([a, b], 1));
        Assert.Equal([1f, 2f], a.Grad.ToArray<float>());
        Assert.Equal(0, GradientClipping.ByNorm([], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByNorm([a], -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByValue([a], double.NaN));
    }

    [Fact]
    public void A_schedule_sets_every_groups_rate_from_its_own()
    {
        Tensor a = Tensor.Ones([2]), b = Tensor.Ones([2]);
        a.RequiresGrad = b.RequiresGrad = true;
        var optimizer = new Sgd([a, b], 0.1, momentum: 0.9);
        optimizer.Group([b], learningRate: 1);
        var schedule = new StepSchedule(2, 0.5).Attach(optimizer);
        for (var i = 0; i < 4; i++) schedule.Step();
        Assert.Equal([0.025, 0.25], optimizer.Groups.Select(g => g.LearningRate));
        schedule.Set(2);
        Assert.Equal(0.05, optimizer.LearningRate, 1e-15);
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepSchedule(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceOnPlateau(optimizer).Step(double.NaN));
    }
}
