using Backprop.Autograd;
using Backprop.Formulas;
using Backprop.Ops;
using Xunit;

namespace Backprop.Tests.Autograd;

/// <summary>The comparison with finite differences finds what is wrong and says where.</summary>
public sealed class GradientCheckTests
{
    /// <summary>y = x³ with a wrong derivative above 2.</summary>
    readonly record struct WrongCube : IUnary<WrongCube>
    {
        public V Value<V>(V x) where V : IReal<V> => x * x * x;
        public V Slope<V>(V x, V y) where V : IReal<V> => V.Where(x > 2, 3.3 * x * x, 3 * x * x);
    }

    /// <summary>A derivative that is NaN for its first element only.</summary>
    sealed record NaNRule : Op
    {
        public override Tensor Forward(ReadOnlySpan<Tensor> x) => x[0] * 2.0;
        public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = Tensor.From(new[] { double.NaN, 2, 2 }) * dy;
    }

    [Fact]
    public void Right_rules_pass()
    {
        Tensor x = Tensor.From(new[,] { { 0.5, -1.5 }, { 2.25, 3 } });
        var check = Gradient.Check(t => t.Sin() * t, x);
        Assert.True(check.Passed, check.ToString());
        check.ThrowIfFailed();
        Assert.Contains("passed", check.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, check.Index.Count);
        Gradient.Check(t => t[0].MatMul(t[1]).Exp(), [x * 0.3, x * -0.2]).ThrowIfFailed();
        Gradient.Check(t => t * t, Tensor.From(new[] { 1, 2, 3 })).ThrowIfFailed();
        Gradient.Check(t => t * t, 3.0).ThrowIfFailed();
        Assert.True(Gradient.Check(t => t * t, Tensor.Zeros([0, 2])).Passed);
    }

    [Fact]
    public void A_planted_wrong_slope_is_caught_with_its_place_and_both_values()
    {
        Tensor a = new[] { 1.0, 1.5 }, x = Tensor.From(new[,] { { 0.5, -1.5 }, { 3, 1 } });
        var check = Gradient.Check(t => t[1].Map<WrongCube>() * t[0], [a, x]);
        Assert.False(check.Passed);
        Assert.Equal(1, check.Argument);
        Assert.Equal([1, 0], check.Index);
        Assert.Equal(1.1, check.Analytic / check.Numeric, 1e-6);
        var message = Assert.Throws<GradientException>(check.ThrowIfFailed).Message;
        foreach (var word in new[] { "failed", "argument 1", "[1, 0]", "analytic", "numeric" }) Assert.Contains(word, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_NaN_is_not_forgotten_over_good_elements()
    {
        var check = Gradient.Check(x => new NaNRule().Apply(x), Tensor.From(new[] { 1.0, 2, 3 }));
        Assert.False(check.Passed);
        Assert.Equal([0], check.Index);
        Assert.True(double.IsNaN(check.Analytic));
        Assert.Equal(2 * (0.75 + 0.5 * Math.Sin(1)), check.Numeric, 1e-6);
    }

    [Fact]
    public void An_exact_agreement_still_names_an_element()
    {
        var check = Gradient.Check(_ => 1.0, Tensor.From(new[] { 1.0, 2 }));
        Assert.True(check.Passed);
        Assert.Equal([0], check.Index);
    }

    [Fact]
    public void It_leaves_arguments_and_recording_as_they_were()
    {
        Tensor x = new[] { 1.0, 2 };
        x.RequiresGrad = true;
        Gradient.Check(t => (t * t).Sum(), x).ThrowIfFailed();
        Assert.Null(x.Grad);
        Assert.Equal([1, 2], x.ToArray<double>());
        Assert.True(Tape.IsRecording);
        using var off = Tape.NoGrad();
        Gradient.Check(t => (t * t).Sum(), x).ThrowIfFailed();
    }
}
