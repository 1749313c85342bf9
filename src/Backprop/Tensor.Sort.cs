using Backprop.Ops;

namespace Backprop;

public sealed partial class Tensor
{
    /// <summary>
    /// The elements sorted along an axis, and the places they came from as int64. Equal ones keep their order; NaN counts as larger than
    /// everything. The derivative goes back to the places.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public (Tensor Values, Tensor Indices) Sort(int axis = -1, bool descending = false)
    {
        var places = ArgSort(axis, descending);
        return (Ops.Gather.Call(this, axis, places), places);
    }

    /// <summary>
    /// The places of the elements along an axis in order, as int64. Equal ones keep their order; NaN counts as larger than everything.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor ArgSort(int axis = -1, bool descending = false) => Ops.ArgSort.Call(this, axis, descending);

    /// <summary>
    /// The k largest (or smallest) elements along an axis, in order, and their places as int64; among equal ones the first. NaN counts as
    /// larger than everything. The derivative goes back to the places.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis, or it has fewer than k elements.</exception>
    public (Tensor Values, Tensor Indices) TopK(int k, int axis = -1, bool largest = true)
    {
        var places = ArgTopK.Call(this, k, axis, largest);
        return (Ops.Gather.Call(this, axis, places), places);
    }

    /// <inheritdoc cref="Ops.CumSum"/>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor CumSum(int axis, bool reverse = false) => Ops.CumSum.Call(this, axis, reverse);

    /// <inheritdoc cref="Ops.CumProd"/>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor CumProd(int axis, bool reverse = false) => Ops.CumProd.Call(this, axis, reverse);
}
