using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// Whole slices picked along an axis: y[i, j] = x[index[i], j] for axis 0.  dx = dy, added up at the places it came from.
/// Operands: x, index (a vector).
/// </summary>
/// <param name="Axis">The axis along which the index counts.</param>
public sealed record IndexSelect(int Axis) : Op
{
    /// <summary>The slices of x that the index names along an axis.</summary>
    public static Tensor Call(Tensor x, int axis, Tensor index)
    {
        ArgumentNullException.ThrowIfNull(index);
        return new IndexSelect(x.Shape.Axis(axis, nameof(IndexSelect))).Apply(x, index);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Places.RequireVector(Name, x[1]);
        return new(x[0].Shape.With(Axis, x[1].Count).AsSpan());
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), x[0].DType);
        Cpu.Take(x[0].Packed(), Axis, Places.Checked(Name, x[1], x[0].Shape, Axis), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var zeros = Expand.Call(Tensor.Zeros(Shape.Scalar, dy.DType), node.Inputs[0].Shape);
        dx[0] = new IndexAdd(Axis).Apply(zeros, node.Inputs[1], dy);
    }
}

/// <summary>
/// Whole slices added along an axis: y is x with y[index[i], j] += source[i, j] for axis 0.  dx = dy, dsource = dy's slices at the index.
/// Operands: x, index (a vector), source.
/// </summary>
/// <param name="Axis">The axis along which the index counts.</param>
public sealed record IndexAdd(int Axis) : Op
{
    /// <summary>x with the source's slices added at the places the index names along an axis.</summary>
    public static Tensor Call(Tensor x, int axis, Tensor index, Tensor source)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(source);
        return new IndexAdd(x.Shape.Axis(axis, nameof(IndexAdd))).Apply(x, index, source);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Places.RequireVector(Name, x[1]);
        var wanted = x[0].Shape.With(Axis, x[1].Count);
        return x[2].Shape == wanted ? x[0].Shape : throw new ShapeException(
            $"{Name}: a source of shape {x[2].Shape} does not fit x of shape {x[0].Shape} with {x[1].Count} indices along axis {Axis}; it must be {wanted}.");
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), DTypes.Promote(x[0].DType, x[0].IsWeak, x[2].DType, x[2].IsWeak));
        if (y.DType == DType.Bool) throw new DTypeException($"{Name}: bool has no such operation; convert with As(DType.Int64) or As(DType.Float32).");
        var index = Places.Checked(Name, x[1], y.Shape, Axis);
        Cpu.Copy(Cast.Raw(x[0], y.DType), y);
        Cpu.AddAt(Cast.Raw(x[2], y.DType).Packed(), Axis, index, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        if (node.Needs(0)) dx[0] = dy;
        if (node.Needs(2)) dx[2] = new IndexSelect(Axis).Apply(dy, node.Inputs[1]);
    }
}

/// <summary>
/// Sets elements along an axis: y is x with y[index[i, j], j] = source[i, j] for axis 0, y[i, index[i, j]] = source[i, j] for axis 1, and so on.
/// Of several for one place the last in row-major order stays, and it alone has a derivative.  Operands: x, index, source.
/// </summary>
/// <param name="Axis">The axis along which the index counts.</param>
public sealed record Scatter(int Axis) : Op
{
    /// <summary>x with elements set at the places the index names along an axis; a scalar source stands for all of them.</summary>
    public static Tensor Call(Tensor x, int axis, Tensor index, Tensor source)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(source);
        if (source.Rank == 0) source = Expand.Call(source, index.Shape);
        return new Scatter(x.Shape.Axis(axis, nameof(Scatter))).Apply(x, index, source);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Shape target = x[0].Shape, index = x[1].Shape, source = x[2].Shape;
        Places.RequireWhole(Name, x[1].DType);
        if (!Places.FitOffAxis(index, target, Axis)) throw new ShapeException(
            $"{Name}: an index of shape {index} does not fit x of shape {target} along axis {Axis}; it needs as many axes, and off axis {Axis} no larger sizes.");
        return Places.FitOffAxis(index, source, -1) ? target : throw new ShapeException(
            $"{Name}: an index of shape {index} does not fit a source of shape {source}; the source needs as many axes and at least the index's sizes.");
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), DTypes.Promote(x[0].DType, x[0].IsWeak, x[2].DType, x[2].IsWeak));
        var index = Places.Checked(Name, x[1], y.Shape, Axis);
        Cpu.Copy(Cast.Raw(x[0], y.DType), y);
        Cpu.Scatter(Cast.Raw(x[2], y.DType), Axis, index, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor x = node.Inputs[0], index = node.Inputs[1], source = node.Inputs[2];
        if (node.Needs(0)) dx[0] = Call(dy, Axis, index, Tensor.Zeros(Shape.Scalar, dy.DType));
        if (!node.Needs(2)) return;
        // Every place remembers who wrote it last.
        var own = Tensor.Arange(index.Count).Reshape(index.Shape.AsSpan());
        var last = Call(Tensor.Zeros(x.Shape, DType.Int64), Axis, index, own).Gather(Axis, index).Equal(own);
        var picked = Select.Call(last, Gather.Call(dy, Axis, index), 0.0);
        // What the index does not reach of the source has no influence.
        dx[2] = picked.Shape == source.Shape ? picked : new Embed(source.Shape, new(Slice.Whole(index.Shape))).Apply(picked);
    }
}

/// <summary>The places of the elements that are not 0 (NaN is not), one row of indices for each, in row-major order: [n, rank], int64. No derivative.</summary>
public sealed record NonZero : Op
{
    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = x[0].Shape;
        var flat = Cpu.Truths(Cast.Raw(x[0], DType.Bool).Packed());
        var y = new Tensor([flat.Count, shape.Rank], DType.Int64);
        ReadOnlySpan<long> places = flat.Elements<long>();
        var to = y.Elements<long>();
        for (var i = 0; i < places.Length; i++)
        {
            var left = places[i];
            for (var axis = shape.Rank - 1; axis >= 0; axis--) (left, to[i * shape.Rank + axis]) = Math.DivRem(left, shape[axis]);
        }
        return y;
    }
}

/// <summary>A new last axis with 1 at the place that the operand names and 0 elsewhere. No derivative.</summary>
/// <param name="Classes">The size of the new axis.</param>
/// <param name="Target">The element type of the result.</param>
public sealed record OneHot(int Classes, DType Target) : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Places.RequireWhole(Name, x[0].DType);
        return new([.. x[0].Shape.AsSpan(), Classes]);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = Infer(x);
        var index = Cast.Raw(x[0], DType.Int64).Packed();
        if (Cpu.FirstOutside(index.Elements<long>(), Classes) is { } outside) throw new ArgumentOutOfRangeException(null,
            $"{Name}: the class {outside} is not one of {Classes} classes; they run from 0 to {Classes - 1}.");
        var zeros = Tensor.Zeros(shape, Target);
        return Scatter.Call(zeros, -1, Reshape.Call(index, new([.. index.Shape.AsSpan(), 1])), Cast.Raw(1L, Target));
    }
}

/// <summary>
/// The bucket of each element among ascending edges: i where edges[i − 1] &lt; x ≤ edges[i], or edges[i − 1] ≤ x &lt; edges[i] if Right;
/// int64, no derivative. Operands: x, edges (a vector).
/// </summary>
/// <param name="Right">Whether an element equal to an edge lies to its right.</param>
public sealed record Bucketize(bool Right) : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[1].Rank == 1 ? x[0].Shape : throw new ShapeException(
        $"{Name}: the edges are an ascending vector and got shape {x[1].Shape}.");

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), DType.Int64);
        var meet = DTypes.Meet(x);
        Cpu.Bucketize(Cast.Raw(x[0], meet).Packed(), Cast.Raw(x[1], meet).Packed(), Right, y);
        return y;
    }
}
