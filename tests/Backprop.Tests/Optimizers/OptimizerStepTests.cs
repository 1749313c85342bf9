using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Optimizers;

/// <summary>What a step does and does not do: groups, frozen parameters, refusals.</summary>
public sealed class OptimizerStepTests
{
    static Tensor Parameter(params double[] values)
    {
        var w = Tensor.From<double>(values);
        w.RequiresGrad = true;
        return w;
    }

    public static TheoryData<string> Names => [.. Kinds.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_goes_down_and_with_maximize_up(string name)
    {
        foreach (var shape in new Shape[] { [5], [3, 4], [2, 3, 2, 2], [] })
        {
            var w = Tensor.RandomNormal(shape, new Generator(5), mean: 3, dtype: DType.Float64);
            w.RequiresGrad = true;
            var optimizer = Kinds.All[name]([w]);
            var first = w.Square().Sum().Item();
            for (var step = 0; step < 60; step++)
            {
                optimizer.ZeroGrad();
                w.Square().Sum().Backward();
                optimizer.Step();
            }
            Assert.True(w.Square().Sum().Item() < first, $"{name} {shape}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_bits_do_not_depend_on_the_number_of_threads(string name)
    {
        var threads = BackpropSettings.Threads;
        Tensor Run(int count)
        {
            BackpropSettings.Threads = count;
            var w = Tensor.RandomNormal([3, 17_011], new Generator(7));
            w.RequiresGrad = true;
            var optimizer = Kinds.All[name]([w]);
            for (var step = 0; step < 3; step++)
            {
                w.Grad = Tensor.RandomNormal(w.Shape, new Generator(step));
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
    public void Maximize_climbs()
    {
        Tensor up = Parameter(1, -2), down = Parameter(-1, 2);
        Optimizer climbs = new Adam([up], 0.1) { Maximize = true }, descends = new Adam([down], 0.1);
        for (var step = 0; step < 3; step++)
        {
            (up.Grad, down.Grad) = (new[] { 0.3, -0.5 }, new[] { 0.3, -0.5 });
            climbs.Step();
            descends.Step();
        }
        Assert.True(up.SequenceEqual(-down));
    }

    [Fact]
    public void Groups_have_their_own_options()
    {
        Tensor a = Parameter(1), b = Parameter(1), c = Parameter(1);
        var optimizer = new Sgd([a, b, c], 0.1, weightDecay: 0.5);
        var group = optimizer.Group([b], weightDecay: 0);
        optimizer.Group([c], learningRate: 0.01);
        foreach (var w in new[] { a, b, c }) w.Grad = new[] { 1.0 };
        optimizer.Step();
        Assert.Equal(1 - 0.1 * 1.5, a.Item(), 1e-15);
        Assert.Equal(1 - 0.1, b.Item(), 1e-15);
        Assert.Equal(1 - 0.01 * 1.5, c.Item(), 1e-15);
        Assert.Equal([1, 1, 1], optimizer.Groups.Select(g => g.Parameters.Count));
        Assert.Same(b, group.Parameters[0]);
        optimizer.LearningRate = 0.3;
        Assert.All(optimizer.Groups, g => Assert.Equal(0.3, g.LearningRate));
        Assert.Throws<ArgumentException>(() => optimizer.Group([Parameter(1)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.Group([a], learningRate: -1));
        Assert.Equal(3, optimizer.Groups.Count);
    }

    [Fact]
    public void A_parameter_without_gradient_or_frozen_does_not_count_the_step()
    {
        Tensor a = Parameter(1), b = Parameter(1), fresh = Parameter(1);
        var optimizer = new Adam([a, b], 0.1);
        for (var step = 0; step < 5; step++)
        {
            a.Grad = new[] { 1.0 };
            b.Grad = step == 4 ? Tensor.OnesLike(b) : null;
            optimizer.Step();
        }
        var other = new Adam([fresh], 0.1);
        fresh.Grad = new[] { 1.0 };
        other.Step();
        Assert.Equal(fresh.Item(), b.Item());
        Assert.Equal(5, optimizer.Steps);
        Assert.Equal(1, optimizer.State()["1.steps"].Item<long>());

        a.RequiresGrad = false;
        var before = a.Item();
        optimizer.Step();
        Assert.Equal(before, a.Item());
        Assert.NotEqual(fresh.Item(), b.Item());
    }

    [Fact]
    public void A_frozen_part_may_be_among_the_parameters()
    {
        var layer = new Linear(2, 2, new Generator(0));
        layer.Bias!.RequiresGrad = false;
        var optimizer = new Sgd(layer.Parameters);
        layer.Forward(Tensor.Ones([1, 2])).Sum().Backward();
        var (weight, bias) = (layer.Weight.Copy(), layer.Bias.Copy());
        optimizer.Step();
        Assert.False(layer.Weight.SequenceEqual(weight));
        Assert.True(layer.Bias.SequenceEqual(bias));
    }

    [Fact]
    public void A_step_that_fails_changes_nothing()
    {
        Tensor a = Parameter(1, 2), b = Parameter(3, 4);
        var optimizer = new Adam([a, b], 0.1) { RefusesNonFinite = true };

        void Refuse<E>(Tensor wrong, string told) where E : Exception
        {
            (a.Grad, b.Grad) = (Tensor.OnesLike(a), wrong);
            Assert.Contains(told, Assert.Throws<E>(optimizer.Step).Message);
            Assert.Equal([1.0, 2], a.ToArray<double>());
            Assert.Equal([3.0, 4], b.ToArray<double>());
            Assert.Equal(0, optimizer.Steps);
            Assert.Equal(0, optimizer.State()["0.steps"].Item<long>());
        }

        Refuse<DTypeException>(Tensor.Ones([2]), "parameter 1 of shape [2] is float64 and its gradient float32");
        Refuse<AnomalyException>(new[] { 1.0, double.NaN }, "parameter 1 of shape [2] holds NaN");
        Refuse<AnomalyException>(new[] { double.PositiveInfinity, 1.0 }, "Infinity");
        Assert.Throws<ShapeException>(() => b.Grad = Tensor.Ones([3], DType.Float64));
        optimizer.RefusesNonFinite = false;
        b.Grad = new[] { 1.0, double.NaN };
        optimizer.Step();
        Assert.True(double.IsNaN(b.ToArray<double>()[1]));
        Assert.NotEqual(3, b.ToArray<double>()[0]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_that_fails_changes_no_parameter_of_any_group_and_nothing_that_is_remembered(string name)
    {
        Tensor a = Parameter(1, 2), b = Tensor.From(new[,] { { 3.0, 4 }, { 5, 6 } }), c = Parameter(7);
        b.RequiresGrad = true;
        var optimizer = Kinds.All[name]([a, b, c]);
        optimizer.RefusesNonFinite = true;
        optimizer.Group([b], learningRate: 0.5);
        optimizer.Group([c], weightDecay: 0.25);
        void Gradients(Tensor ofLast) => (a.Grad, b.Grad, c.Grad) = (Tensor.OnesLike(a), Tensor.OnesLike(b), ofLast);
        for (var step = 0; step < 2; step++)
        {
            Gradients(Tensor.OnesLike(c));
            optimizer.Step();
        }

        var parameters = new[] { a.Copy(), b.Copy(), c.Copy() };
        var state = optimizer.State();
        foreach (var wrong in new[] { Tensor.Ones([1]), new[] { double.NaN }, new[] { double.NegativeInfinity } })
        {
            Gradients(wrong);
            Assert.Contains("Nothing was changed", Assert.ThrowsAny<Exception>(optimizer.Step).Message);
            Assert.All(parameters.Zip([a, b, c]), p => Assert.True(p.First.SequenceEqual(p.Second)));
            foreach (var (entry, value) in optimizer.State()) Assert.True(value.SequenceEqual(state[entry]), entry);
        }
        Gradients(Tensor.OnesLike(c));
        optimizer.Step();
        Assert.All(parameters.Zip([a, b, c]), p => Assert.False(p.First.SequenceEqual(p.Second)));
    }

    [Fact]
    public void Every_public_optimizer_is_in_the_table()
    {
        Tensor[] parameters = [Parameter(1)];
        var seen = Kinds.All.Values.Select(create => create(parameters).GetType()).Append(typeof(Lbfgs)).ToHashSet();
        var all = typeof(Optimizer).Assembly.GetTypes().Where(t => t.IsPublic && t.IsSubclassOf(typeof(Optimizer)) && !t.IsAbstract);
        Assert.Empty(all.Where(t => !seen.Contains(t)).Select(t => t.Name));
    }

    [Fact]
    public void A_gradient_with_gaps_is_read_rightly()
    {
        var w = Tensor.Zeros([3, 2], DType.Float64);
        w.RequiresGrad = true;
        w.Grad = Tensor.From(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }).T;
        new Sgd([w], 1).Step();
        Assert.Equal([-1.0, -4, -2, -5, -3, -6], w.ToArray<double>());
        w.Grad = Tensor.Ones([1, 1], DType.Float64).BroadcastTo([3, 2]);
        new Sgd([w], 1).Step();
        Assert.Equal([-2.0, -5, -3, -6, -4, -7], w.ToArray<double>());
    }

    [Fact]
    public void The_gradient_itself_stays_as_it_was()
    {
        var w = Parameter(1, 2);
        Tensor gradient = new[] { 0.5, -0.5 };
        w.Grad = gradient;
        new Adam([w], weightDecay: 0.1) { Maximize = true }.Step();
        Assert.Same(gradient, w.Grad);
        Assert.Equal([0.5, -0.5], gradient.ToArray<double>());
    }

    [Fact]
    public void A_backward_pass_notices_that_a_parameter_was_stepped()
    {
        var w = Parameter(1, 2);
        var loss = w.Square().Sum();
        w.Grad = Tensor.OnesLike(w);
        new Lion([w]).Step();
        Assert.Throws<GradientException>(() => loss.Backward());
    }

    [Fact]
    public void What_cannot_be_trained_is_refused()
    {
        var w = Parameter(1, 2);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => new Sgd([w, Parameter(1), w])).Message);
        Assert.Contains("none of the 1", Assert.Throws<ArgumentException>(() => new Sgd([Tensor.Ones([2])])).Message);
        Assert.Contains("leaf", Assert.Throws<ArgumentException>(() => new Sgd([w * 2])).Message);
        Assert.Contains("float32", Assert.Throws<ArgumentException>(() => new Sgd([Tensor.Ones([2], DType.Int64)])).Message);
        Assert.Contains("view with gaps", Assert.Throws<ArgumentException>(() => new Sgd([Tensor.Ones([2, 3]).T])).Message);
        Assert.Throws<ArgumentNullException>(() => new Sgd(null!));
        Assert.Throws<ArgumentNullException>(() => new Sgd([null!]));
        Assert.Throws<ArgumentNullException>(() => new Sgd([w]).Group([null!]));
        Assert.Contains("there are no parameters", Assert.Throws<ArgumentException>(() => new Sgd([])).Message);
    }

    [Fact]
    public void Options_without_meaning_are_refused()
    {
        Tensor[] p = [Parameter(1)];
        Func<object>[] wrong =
        [
            () => new Sgd(p, momentum: 1), () => new Sgd(p, momentum: 0.9, dampening: -1), () => new Sgd(p, weightDecay: double.PositiveInfinity),
            () => new Adam(p, beta1: 1), () => new Adam(p, beta2: double.NaN), () => new AdamW(p, epsilon: -1), () => new AdaGrad(p, rateDecay: -1),
            () => new AdaDelta(p, rho: 1), () => new RmsProp(p, alpha: -0.1), () => new Adamax(p, epsilon: 0), () => new NAdam(p, momentumDecay: -1),
            () => new RAdam(p, beta2: 1), () => new Lion(p, beta2: 2), () => new Muon(p, momentum: 1),
        ];
        Assert.All(wrong, create => Assert.Throws<ArgumentOutOfRangeException>(create));
        Assert.Throws<ArgumentException>(() => new Sgd(p, nesterov: true));
        Assert.Throws<ArgumentException>(() => new Sgd(p, momentum: 0.9, dampening: 0.1, nesterov: true));
        Assert.StartsWith("AdamW: beta1 is 1.5", Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW(p, beta1: 1.5)).Message);
    }
}
