using Backprop.Optimizers;
using Xunit;

namespace Backprop.Tests.Optimizers;

/// <summary>The first steps of every optimiser against its formula, worked out one number at a time.</summary>
public sealed class OptimizerTests
{
    static readonly double[] gradients = [0.5, -0.2, 0.9];

    static double Run(Func<Tensor[], Optimizer> create, DType dtype)
    {
        var w = Tensor.Full([2], 1.5, dtype);
        w.RequiresGrad = true;
        var optimizer = create([w]);
        foreach (var g in gradients)
        {
            w.Grad = Tensor.Full([2], g, dtype);
            optimizer.Step();
        }
        return (double)w[1];
    }

    static void Check(Func<Tensor[], Optimizer> create, Func<double, double, int, double> step)
    {
        var w = 1.5;
        for (var t = 0; t < gradients.Length; t++) w = step(w, gradients[t], t + 1);
        Assert.Equal(w, Run(create, DType.Float64), 1e-14);
        Assert.Equal(w, Run(create, DType.Float32), 1e-6);
    }

    [Fact]
    public void Sgd_descends() => Check(p => new Sgd(p, 0.1, weightDecay: 0.01), (w, g, _) => w - 0.1 * (g + 0.01 * w));

    [Fact]
    public void Sgd_with_momentum_keeps_its_velocity()
    {
        var v = 0.0;
        Check(p => new Sgd(p, 0.1, momentum: 0.9), (w, g, _) => w - 0.1 * (v = 0.9 * v + g));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Adam_corrects_its_moments(double decay)
    {
        double m = 0, v = 0;
        Check(p => new Adam(p, 0.01, weightDecay: decay), (w, g, t) =>
        {
            g += decay * w;
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            return w - 0.01 * (m / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v / (1 - Math.Pow(0.999, t))) + 1e-8);
        });
    }

    [Fact]
    public void AdamW_decays_apart_from_the_gradient()
    {
        double m = 0, v = 0;
        Check(p => new AdamW(p, 0.01, weightDecay: 0.1), (w, g, t) =>
        {
            w -= 0.01 * 0.1 * w;
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            return w - 0.01 * (m / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v / (1 - Math.Pow(0.999, t))) + 1e-8);
        });
    }

    [Fact]
    public void RmsProp_divides_by_the_running_size()
    {
        var s = 0.0;
        Check(p => new RmsProp(p, 0.01), (w, g, _) =>
        {
            s = 0.99 * s + 0.01 * g * g;
            return w - 0.01 * g / (Math.Sqrt(s) + 1e-8);
        });
    }

    [Fact]
    public void AdaGrad_divides_by_the_size_so_far()
    {
        var s = 0.0;
        Check(p => new AdaGrad(p, 0.1), (w, g, _) => w - 0.1 * g / (Math.Sqrt(s += g * g) + 1e-10));
    }

    [Fact]
    public void A_parameter_without_gradient_stays_and_ZeroGrad_forgets()
    {
        Tensor w = new[] { 1.0, 2.0 };
        w.RequiresGrad = true;
        var optimizer = new Sgd([w], 0.1);
        optimizer.Step();
        Assert.Equal([1.0, 2.0], w.ToArray<double>());
        w.Grad = Tensor.OnesLike(w);
        optimizer.ZeroGrad();
        Assert.Null(w.Grad);
    }

    [Fact]
    public void What_cannot_be_optimised_is_refused()
    {
        Tensor data = new[] { 1.0 };
        Assert.Throws<ArgumentException>(() => new Sgd([data]));
        data.RequiresGrad = true;
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd([data], double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adam([data], -1));
    }
}
