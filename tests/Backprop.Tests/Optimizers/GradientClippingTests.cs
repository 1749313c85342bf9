using Backprop.Optimizers;
using Xunit;

namespace Backprop.Tests.Optimizers;

public sealed class GradientClippingTests
{
    static Tensor WithGradient(params float[] gradient)
    {
        var w = Tensor.Zeros([gradient.Length]);
        w.RequiresGrad = true;
        w.Grad = gradient;
        return w;
    }

    [Fact]
    public void The_norm_of_all_together_is_returned_and_limited()
    {
        Tensor a = WithGradient(3), b = WithGradient(0, 4), none = Tensor.Zeros([2]);
        Assert.Equal(5, GradientClipping.ByNorm([a, none, b], 1), 1e-6);
        Assert.True(a.Grad!.AllClose(new[] { 0.6f }, 1e-5));
        Assert.True(b.Grad!.AllClose(new[] { 0f, 0.8f }, 1e-5));
        Assert.Equal(1, GradientClipping.ByNorm([a, b], 10), 1e-5);
        Assert.True(b.Grad!.AllClose(new[] { 0f, 0.8f }, 1e-5));
        Assert.Equal(0, GradientClipping.ByNorm([none], 1));
    }

    [Fact]
    public void A_gradient_that_is_shared_or_listed_twice_is_scaled_once_and_not_in_place()
    {
        Tensor shared = new[] { 3f, 4f };
        Tensor a = Tensor.Zeros([2]), b = Tensor.Zeros([2]);
        (a.Grad, b.Grad) = (shared, shared);
        GradientClipping.ByNorm([a, a, b], 1);
        Assert.Equal([3f, 4f], shared.ToArray<float>());
        Assert.True(a.Grad!.SequenceEqual(b.Grad!));
        Assert.Equal(1, GradientClipping.ByNorm([a, b], double.PositiveInfinity), 1e-5);
        GradientClipping.ByValue([a], 0.1);
        Assert.Equal([0.1f, 0.1f], a.Grad!.ToArray<float>());
        Assert.True(b.Grad!.ToArray<float>()[0] > 0.3f);
    }

    [Fact]
    public void No_power_of_norms_overflows()
    {
        Tensor a = Tensor.Zeros([1], DType.Float64), b = Tensor.Zeros([1], DType.Float64);
        (a.Grad, b.Grad) = (new[] { 3e200 }, new[] { 4e200 });
        Assert.Equal(5e200, GradientClipping.ByNorm([a, b], 1), 1e190);
        Assert.Equal(0.6, a.Grad!.Item(), 1e-12);
        var single = WithGradient(3e30f, 4e30f);
        Assert.Equal(5e30, GradientClipping.ByNorm([single], 1), 1e25);
        Assert.Equal(0.6f, single.Grad!.ToArray<float>()[0], 1e-6f);
    }

    [Fact]
    public void What_is_not_finite_or_has_no_meaning_is_refused()
    {
        Tensor a = WithGradient(3), b = WithGradient(float.NaN);
        Assert.Throws<GradientException>(() => GradientClipping.ByNorm([a, b], 1));
        Assert.Equal([3f], a.Grad!.ToArray<float>());
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByNorm([a], -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByNorm([a], 1, p: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByValue([a], double.NaN));
    }
}
