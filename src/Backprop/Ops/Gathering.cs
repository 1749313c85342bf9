using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// Picks elements along an axis: y[i, j] = x[index[i, j], j] for axis 0, x[i, index[i, j]] for axis 1, and so on. y has the index's shape,
/// which may be smaller than x's off the axis.  dx = dy, added up at the places it came from. Operands: x, index.
/// </summary>
/// <param name="Axis">The axis along which the index counts.</param>
public sealed record Gather(int Axis) : Op
{
    /// <summary>x at the places the index names along an axis.</summary>
    public static Tensor Call(Tensor x, int axis, Tensor index) => new Gather(x.Shape.Axis(axis, nameof(Gather))).Apply(x, index);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Shape source = x[0].Shape, index = x[1].Shape;
        var axis = source.Axis(Axis, Name);
        Places.RequireWhole(Name, x[1].DType);
        if (!Places.FitOffAxis(index, source, axis)) throw new ShapeException(
            $"{Name}: an index of shape {index} does not fit x of shape {source} along axis {axis}; " +
            $"it needs as many axes, and off axis {axis} no larger sizes.");
        return index;
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), x[0].DType);
        var axis = x[0].Shape.Axis(Axis, Name);
        Cpu.Gather(x[0], axis, Places.Checked(Name, x[1], x[0].Shape, axis), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var x = node.Inputs[0];
        var zeros = Expand.Call(Tensor.Zeros(Shape.Scalar, dy.DType), x.Shape);
        dx[0] = ScatterAdd.Call(zeros, Axis, node.Inputs[1], dy);
    }
}

/// <summary>
/// Adds elements along an axis: y is x with y[index[i, j], j] += source[i, j] for axis 0, y[i, index[i, j]] += source[i, j] for axis 1,
/// and so on, for every place of the index.  dx = dy, dsource = dy picked at the same places. Operands: x, index, source.
/// </summary>
/// <param name="Axis">The axis along which the index counts.</param>
public sealed record ScatterAdd(int Axis) : Op
{
    /// <summary>x with the source added at the places the index names along an axis.</summary>
    public static Tensor Call(Tensor x, int axis, Tensor index, Tensor source) =>
        new ScatterAdd(x.Shape.Axis(axis, nameof(ScatterAdd))).Apply(x, index, source);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Shape target = x[0].Shape, index = x[1].Shape, source = x[2].Shape;
        var axis = target.Axis(Axis, Name);
        Places.RequireWhole(Name, x[1].DType);
        if (!Places.FitOffAxis(index, target, axis)) throw new ShapeException(
            $"{Name}: an index of shape {index} does not fit x of shape {target} along axis {axis}; " +
            $"it needs as many axes, and off axis {axis} no larger sizes.");
        if (!Places.FitOffAxis(index, source, -1)) throw new ShapeException(
            $"{Name}: an index of shape {index} does not fit a source of shape {source}; the source needs as many axes and at least the index's sizes.");
        return target;
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), DTypes.Promote(x[0].DType, x[0].IsWeak, x[2].DType, x[2].IsWeak));
        if (y.DType == DType.Bool) throw new DTypeException($"{Name}: bool has no such operation; convert with As(DType.Int64) or As(DType.Float32).");
        var axis = y.Shape.Axis(Axis, Name);
        var index = Places.Checked(Name, x[1], y.Shape, axis);
        Cpu.Copy(Cast.Raw(x[0], y.DType), y);
        Cpu.ScatterAdd(Cast.Raw(x[2], y.DType), axis, index, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        if (node.Needs(0)) dx[0] = dy;
        if (!node.Needs(2)) return;
        Tensor index = node.Inputs[1], source = node.Inputs[2];
        var picked = Gather.Call(dy, Axis, index);
        if (picked.Shape == source.Shape)
        {
            dx[2] = picked;
            return;
        }
        // What the index does not reach of the source has no influence.
        var ranges = new SliceRange[source.Rank];
        for (var i = 0; i < ranges.Length; i++) ranges[i] = new(0, index.Shape[i], 1);
        dx[2] = new Embed(source.Shape, [.. ranges]).Apply(picked);
    }
}

/// <summary>What operations with an index operand ask of it.</summary>
static class Places
{
    /// <summary>Refuses an index that is not of whole numbers.</summary>
    public static void RequireWhole(string operation, DType dtype)
    {
        if (!dtype.IsInteger()) throw new DTypeException(
            $"{operation}: an index counts in whole numbers and got {dtype.Name()}; convert with As(DType.Int64).");
    }

    /// <summary>Refuses an index that is not a vector of whole numbers.</summary>
    public static void RequireVector(
        string operation, Tensor index, string what = "the index is", string advice = "use Gather or ScatterAdd for an index of more axes")
    {
        RequireWhole(operation, index.DType);
        if (index.Rank != 1) throw new ShapeException(
            $"{operation}: {what} a vector and got shape {index.Shape}; {advice}.");
    }

    /// <summary>Whether an index has as many axes as a tensor, and no larger sizes off the axis.</summary>
    public static bool FitOffAxis(Shape index, Shape x, int axis)
    {
        if (index.Rank != x.Rank) return false;
        for (var i = 0; i < x.Rank; i++)
            if (i != axis && index[i] > x[i]) return false;
        return true;
    }

    /// <summary>The index as int64 without gaps, every number of it checked to be a place of the axis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not.</exception>
    public static Tensor Checked(string operation, Tensor index, Shape x, int axis)
    {
        var places = Cast.Raw(index, DType.Int64).Packed();
        var size = x[axis];
        if (Cpu.FirstOutside(places.Elements<long>(), size) is not { } place) return places;
        var reason = size == 0 ? "which is empty"
            : place < 0 ? $"which has size {size}; places run from 0 to {size - 1}, and negative ones do not count from the end"
            : $"which has size {size}; places run from 0 to {size - 1}";
        throw new ArgumentOutOfRangeException(null, $"{operation}: the index {place} is outside axis {axis} of shape {x}, {reason}.");
    }
}
