using Backprop.Ops;

namespace Backprop;

public sealed partial class Tensor
{
    /// <summary>
    /// Elements picked along an axis: for axis 1, y[i, j] = x[i, index[i, j]]. The index counts from 0, has as many axes as this
    /// tensor, and gives the result its shape.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis, or the index is larger than this tensor off the axis.</exception>
    /// <exception cref="DTypeException">The index is not of whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index names a place outside the axis.</exception>
    public Tensor Gather(int axis, Tensor index) => Ops.Gather.Call(this, axis, index);

    /// <summary>
    /// This tensor with elements of <paramref name="source"/> added along an axis: for axis 1, y[i, index[i, j]] += source[i, j]. A place
    /// named several times receives them all.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis, or the index is larger than the source, or than this tensor off the axis.</exception>
    /// <exception cref="DTypeException">The index is not of whole numbers, or bools would be added.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index names a place outside the axis.</exception>
    public Tensor ScatterAdd(int axis, Tensor index, Tensor source) => Ops.ScatterAdd.Call(this, axis, index, source);
}
