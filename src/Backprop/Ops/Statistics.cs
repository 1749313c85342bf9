using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>
/// The variance y = Σ (x − mean)² / (n − c) over the given axes, n elements each;  dx = dy · 2 (x − mean) / (n − c). NaN where n ≤ c.
/// </summary>
/// <param name="Axes">The axes that are gone over.</param>
/// <param name="Correction">c: 1 estimates the variance of what a sample came from (Bessel's correction), 0 is the sample's own.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record Var(ValueList<int> Axes, int Correction, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var reduced = Mask(x[0].Shape);
        Tensor mean = Mean.Over(x[0], reduced), squares = NewResult(x[0], reduced), off = NewResult(x[0], reduced);
        Cpu.SumOf(new ValueKernel2<SquaredDifference>(default), x[0], mean, reduced, squares);
        // The mean is rounded, which the squares of small differences from a large one show: what it is off by is taken out again
        // (the corrected two-pass algorithm of Chan, Golub and LeVeque 1983).
        Cpu.SumOf(new ValueKernel2<Subtract>(default), x[0], mean, reduced, off);
        var corrected = Cast.Raw(squares, DType.Float64) - Cast.Raw(off, DType.Float64).Square() / CountOf(x[0].Shape);
        return Shaped(Cast.Raw(corrected.Clamp(min: 0) / Divisor(x[0].Shape), squares.DType), x);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var x = node.Inputs[0];
        dx[0] = Centred(x, Unsqueezed(dy, x.Shape) * (2 / Divisor(x.Shape)), Axes);
    }

    double Divisor(Shape shape) => Math.Max(0, CountOf(shape) - Correction);

    /// <summary>(x − mean) · dy, the mean taken over the axes.</summary>
    internal static Tensor Centred(Tensor x, Tensor dy, ValueList<int> axes) =>
        Ternary<ScaledDifference>.Call(default, x, new Mean(axes, KeepDims: true).Apply(x), dy);
}

/// <summary>
/// The standard deviation y = √(Σ (x − mean)² / (n − c)) over the given axes, n elements each;  dx = dy · (x − mean) / (y (n − c)), and 0
/// where all elements are equal. NaN where n ≤ c.
/// </summary>
/// <param name="Axes">The axes that are gone over.</param>
/// <param name="Correction">c: 1 for the estimate from a sample (Bessel's correction), 0 for the sample's own.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record Std(ValueList<int> Axes, int Correction, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => new Var(Axes, Correction, KeepDims).Forward(x).Sqrt();

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var x = node.Inputs[0];
        var slope = dy / (Norm.OneForZero(node.Output) * (double)Math.Max(0, CountOf(x.Shape) - Correction));
        dx[0] = Var.Centred(x, Unsqueezed(slope, x.Shape), Axes);
    }
}

/// <summary>
/// The p-norm y = (Σ |x|ᵖ)^(1/p) over the given axes; for p = ∞ the largest |x|, for −∞ the smallest, for 0 how many x are not 0.
/// dx = dy · sign(x) (|x| / y)ᵖ⁻¹; 0 where that has no value, as at the zero vector. For ±∞ the elements that reach y share dy evenly.
/// </summary>
/// <param name="P">p.</param>
/// <param name="Axes">The axes that are gone over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record Norm(double P, ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        if (double.IsInfinity(P)) RequireElements(x[0].Shape, "extreme");
        return base.Infer(x);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        Infer(x);
        var reduced = Mask(x[0].Shape);
        var y = NewResult(x[0], reduced);
        switch (P)
        {
            case 0: return Shaped(Cast.Raw(Sum.Over(Cast.Raw(x[0], DType.Bool), reduced), y.DType), x);
            case 1: Cpu.SumOf(new ValueKernel<Abs>(default), x[0], null, reduced, y); break;
            case 2: Cpu.SumOf(new ValueKernel<Square>(default), x[0], null, reduced, y); break;
            case double.PositiveInfinity: Cpu.Fold(default(Largest), x[0].Abs(), reduced, y); break;
            case double.NegativeInfinity: Cpu.Fold(default(Smallest), x[0].Abs(), reduced, y); break;
            default: Cpu.SumOf(new AbsPower(P), x[0], null, reduced, y); break;
        }
        return Shaped(P == 1 || double.IsInfinity(P) ? y : P == 2 ? y.Sqrt() : y.Pow(1 / P), x);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        if (P == 0) return;
        var x = node.Inputs[0];
        var y = Unsqueezed(node.Output, x.Shape);
        dy = Unsqueezed(dy, x.Shape);
        if (P == 1) dx[0] = dy * x.Sign();
        else if (P == 2) dx[0] = x * (dy / OneForZero(y));
        else if (double.IsInfinity(P)) dx[0] = x.Sign() * Max.Shared(x.Abs(), y, dy, Axes);
        else dx[0] = x.Sign() * OneForZero(x.Abs()).Pow(P - 1) * (dy / OneForZero(y).Pow(P - 1));
    }

    /// <summary>x with 1 for 0: to divide by where the quotient is then multiplied by 0, also in higher derivatives.</summary>
    internal static Tensor OneForZero(Tensor x) => Select.Call(x.Detach().Equal(0.0), 1.0, x);
}

/// <summary>
/// y = ln Σ eˣ over the given axes, by way of the largest x so that nothing overflows;  dx = dy · eˣ⁻ʸ. −∞ over nothing and over −∞
/// alone, ∞ where there is an ∞.
/// </summary>
/// <param name="Axes">The axes that are gone over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record LogSumExp(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var reduced = Mask(x[0].Shape);
        var y = NewResult(x[0], reduced);
        if (x[0].Count == 0) return Shaped(Tensor.Full(y.Shape, double.NegativeInfinity, y.DType), x);
        var largest = Max.Over(x[0], reduced);
        // An infinity taken from itself would be NaN; taken as it is, e to it is 0 or infinite, as it should.
        largest = Select.Call(largest.IsInfinite(), 0.0, largest);
        Cpu.SumOf(default(ExpDifference), x[0], largest, reduced, y);
        return Shaped(y.Log() + largest, x);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var x = node.Inputs[0];
        dx[0] = Ternary<ScaledExp>.Call(default, x, Unsqueezed(node.Output, x.Shape), Unsqueezed(dy, x.Shape));
    }
}

/// <summary>y = (a − b) · c: what is off the mean, times what flows in.</summary>
readonly record struct ScaledDifference : ITernary<ScaledDifference>
{
    public V Value<V>(V a, V b, V c) where V : IReal<V> => (a - b) * c;
    public V SlopeA<V>(V a, V b, V c) where V : IReal<V> => c;
    public V SlopeB<V>(V a, V b, V c) where V : IReal<V> => -c;
    public V SlopeC<V>(V a, V b, V c) where V : IReal<V> => a - b;
}

/// <summary>y = eᵃ⁻ᵇ · c: a share of a sum of exponentials, times what flows in.</summary>
readonly record struct ScaledExp : ITernary<ScaledExp>
{
    public V Value<V>(V a, V b, V c) where V : IReal<V> => V.Exp(a - b) * c;
    public V SlopeA<V>(V a, V b, V c) where V : IReal<V> => V.Exp(a - b) * c;
    public V SlopeB<V>(V a, V b, V c) where V : IReal<V> => -(V.Exp(a - b) * c);
    public V SlopeC<V>(V a, V b, V c) where V : IReal<V> => V.Exp(a - b);
}

/// <summary>|x|ᵖ.</summary>
readonly struct AbsPower(double p) : IKernel
{
    public static int Arity => 1;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => V.Pow(V.Abs(a), p);
}
