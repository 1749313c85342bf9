using Backprop.Layers;
using Backprop.Modules;
using Xunit;

namespace Backprop.Tests.Layers;

public sealed class BatchNormalizationTests
{
    [Fact]
    public void Training_normalises_and_gathers()
    {
        var norm = new BatchNormalization(new[] { 1.0, 2 }, new[] { 0.0, 10 });
        var y = norm.Forward(new[,] { { 1.0, 5 }, { 3.0, 9 } });
        // Means 2 and 7, variances 1 and 4.
        double a = 1 / Math.Sqrt(1 + 1e-6), b = 2 / Math.Sqrt(4 + 1e-6);
        Assert.True(y.AllClose(new[,] { { -a, 10 - 2 * b }, { a, 10 + 2 * b } }, 1e-14));
        Assert.True(norm.RunningMean.AllClose(new[] { 0.2, 0.7 }, 1e-14));
        Assert.True(norm.RunningVar.AllClose(new[] { 0.1, 0.4 }, 1e-14));
        norm.Forward(new[,] { { 1.0, 5 }, { 3.0, 9 } });
        Assert.True(norm.RunningMean.AllClose(new[] { 0.38, 1.33 }, 1e-14));
        norm.Backward(new[,] { { 1.0, 2 }, { 3, 4 } });
        Assert.True(norm.Dbeta.AllClose(new[] { 4.0, 6 }, 1e-14));
        Assert.True(norm.Dgamma.AllClose(new[] { 2 * a, 2 * b }, 1e-12), $"{norm.Dgamma}");
    }

    [Fact]
    public void In_use_it_goes_by_what_was_gathered_and_gathers_no_more()
    {
        Tensor mean = new[] { 1.0, 2 }, variance = new[] { 4.0, 9 };
        var norm = new BatchNormalization(new[] { 1.0, 1 }, new[] { 0.0, 0 }, 0.9, mean, variance);
        var y = norm.Forward(new[,] { { 3.0, 5 } }, isTraining: false);
        Assert.True(y.AllClose(new[,] { { 1.0, 1.0 } }, 1e-6));
        Assert.Same(mean, norm.RunningMean);
        Assert.True(norm.Backward(new[,] { { 1.0, 1.0 } }).AllClose(new[,] { { 0.5, 1 / 3.0 } }, 1e-6));
        norm.Forward(new[,] { { 3.0, 5 }, { 0, 0 } }, isTraining: true);
        Assert.True(norm.IsTraining);
        Assert.True(norm.RunningMean.AllClose(new[] { 1.05, 2.05 }, 1e-14));
        Assert.Equal([1, 2], mean.ToArray<double>());
    }

    [Fact]
    public void It_agrees_with_the_module()
    {
        Tensor gamma = LayerCatalogue.Normal(4), beta = LayerCatalogue.Normal(4) * 0.5, x = LayerCatalogue.Normal(5, 4), dout = LayerCatalogue.Normal(5, 4) + 1.0;
        var module = new BatchNorm1d(4, epsilon: 1e-6, dtype: DType.Float64);
        module.Weight!.Assign(gamma);
        module.Bias!.Assign(beta);
        var byHand = module.ByHand();
        var norm = new BatchNormalization(gamma, beta);
        Assert.True(byHand.Forward(x).AllClose(norm.Forward(x), 1e-13));
        Assert.True(byHand.Backward(dout).AllClose(norm.Backward(dout), 1e-12));
        Assert.True(byHand.Gradients[0].AllClose(norm.Dgamma, 1e-13));
        // An image is the row of its numbers.
        Assert.True(norm.Forward(x.Reshape(5, 1, 2, 2)).SequenceEqual(norm.Forward(x).Reshape(5, 1, 2, 2)));
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_nothing_is_gathered()
    {
        Tensor gamma = Tensor.Ones([2]), beta = Tensor.Zeros([2]);
        Assert.Throws<ShapeException>(() => new BatchNormalization(gamma, Tensor.Zeros([3])));
        Assert.Throws<ShapeException>(() => new BatchNormalization(gamma, beta, 0.9, Tensor.Zeros([3])));
        var norm = new BatchNormalization(gamma, beta);
        Assert.Contains("[4, 3]", Assert.Throws<ShapeException>(() => norm.Forward(Tensor.Zeros([4, 3]))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => norm.Forward(Tensor.Zeros([2])));
        Assert.Equal([0, 0], norm.RunningVar.ToArray<float>());
    }
}
