using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>y = the largest x over the given axes, NaN if there is one.  dx = dy / k at each of the k largest, 0 elsewhere.</summary>
/// <param name="Axes">The axes that are gone over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record Max(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        RequireElements(x[0].Shape, "maximum");
        return base.Infer(x);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        Infer(x);
        return Shaped(Over(x[0], Mask(x[0].Shape)), x);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var x = node.Inputs[0];
        dx[0] = Shared(x, Unsqueezed(node.Output, x.Shape), Unsqueezed(dy, x.Shape), Axes);
    }

    /// <summary>The largest over the marked axes, which stay with size 1.</summary>
    internal static Tensor Over(Tensor x, bool[] reduced)
    {
        var y = new Tensor(Kept(x.Shape, reduced), x.DType);
        Cpu.Fold(default(Largest), x, reduced, y);
        return y;
    }

    /// <summary>dy shared evenly among the elements of x that equal y; where y is NaN so is the derivative.</summary>
    internal static Tensor Shared(Tensor x, Tensor y, Tensor dy, ValueList<int> axes)
    {
        var hits = x.Detach().Equal(y.Detach()).As(x.DType);
        return hits * (dy / new Sum(axes, KeepDims: true).Apply(hits));
    }
}

/// <summary>y = the smallest x over the given axes, NaN if there is one.  dx = dy / k at each of the k smallest, 0 elsewhere.</summary>
/// <param name="Axes">The axes that are gone over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record Min(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        RequireElements(x[0].Shape, "minimum");
        return base.Infer(x);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        Infer(x);
        var reduced = Mask(x[0].Shape);
        var y = NewResult(x[0], reduced);
        Cpu.Fold(default(Smallest), x[0], reduced, y);
        return Shaped(y, x);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var x = node.Inputs[0];
        dx[0] = Max.Shared(x, Unsqueezed(node.Output, x.Shape), Unsqueezed(dy, x.Shape), Axes);
    }
}

/// <summary>
/// The place of the largest x along the given axes, as int64, counted in row-major order over them from 0; the first one at a tie. NaN counts as
/// larger than everything. It has no derivative.
/// </summary>
/// <param name="Axes">The axes that are gone over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record ArgMax(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        RequireElements(x[0].Shape, "maximum");
        return base.Infer(x);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        Infer(x);
        var reduced = Mask(x[0].Shape);
        var y = NewResult(x[0], reduced, DType.Int64);
        Cpu.PlaceOf(default(Largest), x[0], reduced, y);
        return Shaped(y, x);
    }
}

/// <summary>
/// The place of the smallest x along the given axes, as int64, counted in row-major order over them from 0; the first one at a tie. NaN
/// counts as smaller than everything. It has no derivative.
/// </summary>
/// <param name="Axes">The axes that are gone over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record ArgMin(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        RequireElements(x[0].Shape, "minimum");
        return base.Infer(x);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        Infer(x);
        var reduced = Mask(x[0].Shape);
        var y = NewResult(x[0], reduced, DType.Int64);
        Cpu.PlaceOf(default(Smallest), x[0], reduced, y);
        return Shaped(y, x);
    }
}

/// <summary>The element at an extreme's place: gathered there, so that the derivative goes to this one element, also at a tie.</summary>
static class AtExtreme
{
    public static (Tensor Values, Tensor Indices) Of(Tensor x, int axis, Tensor place, bool keepDims)
    {
        var values = Gather.Call(x, axis, place);
        if (keepDims) return (values, place);
        var shape = values.Shape.Without(x.Shape.Axis(axis, nameof(AtExtreme)));
        return (Reshape.Call(values, shape), Reshape.Call(place, shape));
    }
}
