using Backprop.Formats;
using Backprop.Optimizers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Optimizers;

public sealed class LbfgsTests
{
    static Tensor Parameter(double[] values, DType dtype = DType.Float64)
    {
        var w = Tensor.From<double>(values).As(dtype).Copy();
        w.RequiresGrad = true;
        return w;
    }

    // Rosenbrock's valley; its lowest point is (1, 1).
    static Tensor Valley(Tensor w) => (1 - w[0]).Square() + 100 * (w[1] - w[0].Square()).Square();

    [Theory]
    [InlineData(DType.Float64, 1e-8)]
    [InlineData(DType.Float32, 1e-3)]
    public void It_finds_the_end_of_a_curved_valley(DType dtype, double within)
    {
        var w = Parameter([-1.2, 1], dtype);
        var optimizer = new Lbfgs([w]);
        var losses = Enumerable.Range(0, 6).Select(_ => optimizer.Step(() => Valley(w))).ToArray();
        Assert.True(w.AllClose(Tensor.OnesLike(w), 0, within), w.ToString());
        Assert.True(losses.Zip(losses.Skip(1)).All(pair => pair.Second <= pair.First));
        Assert.Null(w.Grad);
        Assert.Equal(6, optimizer.Steps);
    }

    [Fact]
    public void A_quadratic_of_several_parameters_takes_one_step()
    {
        var generator = new Generator(3);
        Tensor a = Parameter([1, 2, 3]), b = Parameter([4]);
        var x = Tensor.RandomNormal([20, 3], generator, dtype: DType.Float64);
        var y = x.MatMul(Tensor.From<double>([0.5, -1, 2])) + 3.0;
        new Lbfgs([a, b], iterations: 40).Step(() => (x.MatMul(a) + b - y).Square().Mean());
        Assert.True(a.AllClose(new[] { 0.5, -1, 2 }, 1e-5));
        Assert.Equal(3, b.Item(), 1e-5);
    }

    [Fact]
    public void It_climbs_if_asked_and_leaves_frozen_parameters()
    {
        Tensor w = Parameter([2, 3]), frozen = Parameter([1]);
        var optimizer = new Lbfgs([w, frozen]) { Maximize = true };
        frozen.RequiresGrad = false;
        var highest = optimizer.Step(() => 5 - (w - 1).Square().Sum() * frozen.Sum());
        Assert.Equal(5, highest, 1e-9);
        Assert.Equal(1, frozen.Item());
    }

    [Fact]
    public void A_step_that_fails_changes_nothing()
    {
        var w = Parameter([-1.2, 1]);
        var optimizer = new Lbfgs([w]);
        var calls = 0;
        Assert.Throws<InvalidDataException>(() => optimizer.Step(() => ++calls == 5 ? throw new InvalidDataException() : Valley(w)));
        Assert.Equal([-1.2, 1], w.ToArray<double>());
        Assert.Equal(0, optimizer.State()["moves"].Count);
        Assert.Contains("[2]", Assert.Throws<ArgumentException>(() => optimizer.Step(() => w * 2)).Message);
        Assert.Throws<GradientException>(() => optimizer.Step(() => Valley(w) * double.NaN));
        Assert.Throws<GradientException>(() => optimizer.Step(() => Tensor.Scalar(1.0)));
        Assert.Throws<InvalidOperationException>(optimizer.Step);
        Assert.Equal([-1.2, 1], w.ToArray<double>());
        Assert.Equal(0, optimizer.Steps);
    }

    [Fact]
    public void A_search_survives_where_the_loss_is_not_finite()
    {
        var w = Parameter([1e-3]);
        // ln w is NaN beyond 0, where the first tries land.
        var optimizer = new Lbfgs([w], learningRate: 1000);
        for (var i = 0; i < 10; i++) optimizer.Step(() => (w - 2 * w.Log()).Sum());
        Assert.Equal(2, w.Item(), 1e-6);
    }

    [Fact]
    public void Training_on_from_a_state_gives_the_same_bits()
    {
        var whole = Parameter([-1.2, 1]);
        var first = new Lbfgs([whole], iterations: 4);
        for (var i = 0; i < 2; i++) first.Step(() => Valley(whole));
        var (half, state) = (Parameter(whole.ToArray<double>()), first.State());
        Assert.True(state["moves"].Count > 0);
        for (var i = 0; i < 2; i++) first.Step(() => Valley(whole));

        var path = Path.GetTempFileName();
        Safetensors.Save(path, state);
        var second = new Lbfgs([half], iterations: 4);
        second.LoadState(Safetensors.Load(path));
        File.Delete(path);
        for (var i = 0; i < 2; i++) second.Step(() => Valley(half));
        Assert.True(whole.SequenceEqual(half));

        var before = half.Copy();
        state["moves"] = Tensor.Zeros([2, 3], DType.Float64);
        Assert.Throws<ArgumentException>(() => second.LoadState(state));
        Assert.Equal(4, second.Steps);
        Assert.True(half.SequenceEqual(before));
    }

    [Fact]
    public void What_it_cannot_do_is_refused_and_a_loss_that_fails_changes_nothing()
    {
        var w = Parameter([2, 3]);
        var optimizer = new Lbfgs([w]);
        Assert.Contains("one learning rate", Assert.Throws<InvalidOperationException>(() => optimizer.Group([w])).Message);
        Assert.Contains("no loss", Assert.Throws<ArgumentException>(() => optimizer.Step(() => null!)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Lbfgs([w], gradientTolerance: double.NaN));
        var before = w.Copy();
        var calls = 0;
        Assert.Throws<TimeoutException>(() => optimizer.Step(() => ++calls == 4 ? throw new TimeoutException() : w.Square().Square().Sum()));
        Assert.True(before.SequenceEqual(w));
        Assert.Equal(0, optimizer.Steps);
        Assert.Throws<GradientException>(() => optimizer.Step(() => w.Sum() * double.NaN));
        Assert.True(before.SequenceEqual(w));
        w.RequiresGrad = false;
        Assert.Contains("frozen", Assert.Throws<GradientException>(() => optimizer.Step(() => w.Sum())).Message);
    }

    [Fact]
    public void What_is_frozen_between_steps_is_left_alone()
    {
        Tensor a = Parameter([2, 3]), b = Parameter([4]);
        var optimizer = new Lbfgs([a, b]);
        Tensor Loss() => (a.Square() + b).Square().Sum();
        optimizer.Step(Loss);
        a.RequiresGrad = false;
        var before = a.Copy();
        optimizer.Step(Loss);
        Assert.True(before.SequenceEqual(a));
    }
}
