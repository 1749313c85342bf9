using Backprop.Ops;

namespace Backprop;

public sealed partial class Tensor
{
    /// <summary>
    /// Elements by place, as in NumPy: <c>x[0, ^1]</c>, <c>x[1..3, (.., -1)]</c>, <c>x[mask]</c>, <c>x[new[] { 2, 0 }, .., Tensor.NewAxis]</c>. Axes not named
    /// are taken whole. Places and ranges give a view; arrays of places and masks copy.
    /// </summary>
    /// <remarks>
    /// A place drops its axis, a range keeps it and leaves out what lies outside. Several arrays are broadcast together and picked from element
    /// by element; their common axes stand where the arrays (and, among them, places) stood if those are neighbours, else in front. A mask
    /// covers as many axes as it has. The derivative of an element picked several times adds up.
    /// </remarks>
    /// <exception cref="ShapeException">There are more indices than axes, a mask does not fit, or arrays do not broadcast.</exception>
    /// <exception cref="DTypeException">An array is neither of whole numbers nor of bools.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A place lies outside its axis.</exception>
    [System.Runtime.CompilerServices.IndexerName("Part")]
    public Tensor this[params ReadOnlySpan<TensorIndex> indices] => Subscript.Of(this, indices);

    /// <summary>Between brackets: a new axis of size 1.</summary>
    public static TensorIndex NewAxis => TensorIndex.NewAxis;

    /// <summary>Between brackets: all axes that the other entries leave.</summary>
    public static TensorIndex Ellipsis => TensorIndex.Ellipsis;

    /// <summary>
    /// Between brackets: Python's <c>start:stop:step</c>. Negative ends count from the end of the axis, ends left out (null) are those the step comes
    /// from or goes to, and what lies outside the axis is left out.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is 0.</exception>
    public static TensorIndex Step(int? start, int? stop, int step) => TensorIndex.Step(start, stop, step);

    /// <summary>
    /// Whole slices picked along an axis: for axis 0, y[i, j] = x[index[i], j]. Places count from 0; the indexer takes negative ones too.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis, or the index is no vector.</exception>
    /// <exception cref="DTypeException">The index is not of whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index names a place outside the axis.</exception>
    public Tensor IndexSelect(int axis, Tensor index) => Ops.IndexSelect.Call(this, axis, index);

    /// <summary>This tensor with slices of <paramref name="source"/> added along an axis: for axis 0, y[index[i], j] += source[i, j].</summary>
    /// <exception cref="ShapeException">There is no such axis, the index is no vector, or the source has another shape than the slices named.</exception>
    /// <exception cref="DTypeException">The index is not of whole numbers, or bools would be added.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index names a place outside the axis.</exception>
    public Tensor IndexAdd(int axis, Tensor index, Tensor source) => Ops.IndexAdd.Call(this, axis, index, source);

    /// <summary>
    /// This tensor with elements of <paramref name="source"/> (or one number) set along an axis: for axis 1, y[i, index[i, j]] = source[i, j]. Of
    /// several for one place the last stays.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis, or the index is larger than the source, or than this tensor off the axis.</exception>
    /// <exception cref="DTypeException">The index is not of whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index names a place outside the axis.</exception>
    public Tensor Scatter(int axis, Tensor index, Tensor source) => Ops.Scatter.Call(this, axis, index, source);

    /// <summary>The elements where the mask is true, in row-major order, as a vector; both are broadcast to one shape.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="DTypeException">The mask is not of bools.</exception>
    public Tensor MaskedSelect(Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (mask.DType != DType.Bool) throw new DTypeException(
            $"MaskedSelect: a mask is of bools and got {mask.DType.Name()}; compare, as in x > 0.0, or convert with As(DType.Bool).");
        var shape = Shape.Broadcast(Shape, mask.Shape, nameof(MaskedSelect));
        var places = Devices.Cpu.Truths(Ops.Expand.Call(mask.Detach(), shape).Packed());
        return Ops.Expand.Call(this, shape).Reshape(-1).IndexSelect(0, places);
    }

    /// <summary>The places of the elements that are not 0 (NaN is not), one row of indices for each, in row-major order: [n, rank], int64.</summary>
    public Tensor NonZero() => new NonZero().Apply(this);

    /// <summary>
    /// The bucket of each element among ascending edges, as int64: i where edges[i − 1] &lt; x ≤ edges[i], or, if <paramref name="right"/>,
    /// edges[i − 1] ≤ x &lt; edges[i]. NaN lies beyond the last.
    /// </summary>
    /// <exception cref="ShapeException">The edges are no vector.</exception>
    public Tensor Bucketize(Tensor edges, bool right = false)
    {
        ArgumentNullException.ThrowIfNull(edges);
        return new Bucketize(right).Apply(this, edges);
    }

    /// <summary>A new last axis with 1 at the place that the index names and 0 elsewhere; int64 unless said otherwise.</summary>
    /// <exception cref="DTypeException">The index is not of whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index names a class that does not exist.</exception>
    public static Tensor OneHot(Tensor index, int classes, DType dtype = DType.Int64)
    {
        ArgumentNullException.ThrowIfNull(index);
        return new OneHot(classes, dtype).Apply(index);
    }
}
