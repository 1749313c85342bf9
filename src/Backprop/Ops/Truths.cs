using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// Whether any element along the given axes is true (or not 0, NaN included); false where there is none. A bool result, no derivative.
/// </summary>
/// <param name="Axes">The axes that are gone over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record Any(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var reduced = Mask(x[0].Shape);
        var y = Tensor.Zeros(Kept(x[0].Shape, reduced), DType.Bool);
        if (x[0].Count > 0) Cpu.Fold(default(Largest), Cast.Raw(x[0], DType.Bool), reduced, y);
        return Shaped(y, x);
    }
}

/// <summary>
/// Whether every element along the given axes is true (or not 0, NaN included); true where there is none. A bool result, no derivative.
/// </summary>
/// <param name="Axes">The axes that are gone over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record All(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var reduced = Mask(x[0].Shape);
        var y = Tensor.Ones(Kept(x[0].Shape, reduced), DType.Bool);
        if (x[0].Count > 0) Cpu.Fold(default(Smallest), Cast.Raw(x[0], DType.Bool), reduced, y);
        return Shaped(y, x);
    }
}

/// <summary>How many elements along the given axes are not 0 (NaN is not), as int64. No derivative.</summary>
/// <param name="Axes">The axes that are counted over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record CountNonZero(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) =>
        Shaped(Sum.Over(Cast.Raw(x[0], DType.Bool), Mask(x[0].Shape)), x);
}
