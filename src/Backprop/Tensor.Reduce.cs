using Backprop.Ops;

namespace Backprop;

/// <summary>Reductions: fluent names, one line each, onto the operations, whose docs give formula and derivative.</summary>
public sealed partial class Tensor
{
    /// <summary>The sum over all elements. Whole numbers and bools add up as int64.</summary>
    public Tensor Sum() => Sum([]);

    /// <summary>The sum over an axis. Whole numbers and bools add up as int64.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Sum(int axis, bool keepDims = false) => Sum([axis], keepDims);

    /// <summary>The sum over the given axes; none given means all. Whole numbers and bools add up as int64.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Sum(int[] axes, bool keepDims = false) => new Sum(Reduction.AxesOf(this, axes, "Sum"), keepDims).Apply(this);

    /// <summary>The mean over all elements. Whole numbers average as float64; the mean of nothing is NaN.</summary>
    public Tensor Mean() => Mean([]);

    /// <summary>The mean over an axis. Whole numbers average as float64; the mean of nothing is NaN.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Mean(int axis, bool keepDims = false) => Mean([axis], keepDims);

    /// <summary>The mean over the given axes; none given means all. Whole numbers average as float64; the mean of nothing is NaN.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Mean(int[] axes, bool keepDims = false) => Ops.Mean.Call(this, axes, keepDims);

    /// <summary>The product over all elements. Whole numbers and bools multiply as int64.</summary>
    public Tensor Prod() => Prod([]);

    /// <summary>The product over an axis. Whole numbers and bools multiply as int64.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Prod(int axis, bool keepDims = false) => Prod([axis], keepDims);

    /// <summary>The product over the given axes; none given means all. Whole numbers and bools multiply as int64.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Prod(int[] axes, bool keepDims = false) => new Prod(Reduction.AxesOf(this, axes, "Prod"), keepDims).Apply(this);

    /// <summary>The largest element over all elements. NaN if there is one; ties share the derivative evenly.</summary>
    public Tensor Max() => Max([]);

    /// <summary>The largest element over an axis. NaN if there is one; ties share the derivative evenly.</summary>
    /// <exception cref="ShapeException">There is no such axis, or is empty.</exception>
    public Tensor Max(int axis, bool keepDims = false) => Max([axis], keepDims);

    /// <summary>The largest element over the given axes; none given means all. NaN if there is one; ties share the derivative evenly.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice, or is empty.</exception>
    public Tensor Max(int[] axes, bool keepDims = false) => new Max(Reduction.AxesOf(this, axes, "Max"), keepDims).Apply(this);

    /// <summary>The smallest element over all elements. NaN if there is one; ties share the derivative evenly.</summary>
    public Tensor Min() => Min([]);

    /// <summary>The smallest element over an axis. NaN if there is one; ties share the derivative evenly.</summary>
    /// <exception cref="ShapeException">There is no such axis, or is empty.</exception>
    public Tensor Min(int axis, bool keepDims = false) => Min([axis], keepDims);

    /// <summary>The smallest element over the given axes; none given means all. NaN if there is one; ties share the derivative evenly.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice, or is empty.</exception>
    public Tensor Min(int[] axes, bool keepDims = false) => new Min(Reduction.AxesOf(this, axes, "Min"), keepDims).Apply(this);

    /// <summary>ln Σ eˣ, without overflow, over all elements.</summary>
    public Tensor LogSumExp() => LogSumExp([]);

    /// <summary>ln Σ eˣ, without overflow, over an axis.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor LogSumExp(int axis, bool keepDims = false) => LogSumExp([axis], keepDims);

    /// <summary>ln Σ eˣ, without overflow, over the given axes; none given means all.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor LogSumExp(int[] axes, bool keepDims = false) =>
        new LogSumExp(Reduction.AxesOf(this, axes, "LogSumExp"), keepDims).Apply(Reduction.Float(this));

    /// <summary>Whether any element is true (or not 0) over all elements.</summary>
    public Tensor Any() => Any([]);

    /// <summary>Whether any element is true (or not 0) over an axis.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Any(int axis, bool keepDims = false) => Any([axis], keepDims);

    /// <summary>Whether any element is true (or not 0) over the given axes; none given means all.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Any(int[] axes, bool keepDims = false) => new Any(Reduction.AxesOf(this, axes, "Any"), keepDims).Apply(this);

    /// <summary>Whether every element is true (or not 0) over all elements.</summary>
    public Tensor All() => All([]);

    /// <summary>Whether every element is true (or not 0) over an axis.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor All(int axis, bool keepDims = false) => All([axis], keepDims);

    /// <summary>Whether every element is true (or not 0) over the given axes; none given means all.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor All(int[] axes, bool keepDims = false) => new All(Reduction.AxesOf(this, axes, "All"), keepDims).Apply(this);

    /// <summary>How many elements are not 0, as int64, over all elements.</summary>
    public Tensor CountNonZero() => CountNonZero([]);

    /// <summary>How many elements are not 0, as int64, over an axis.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor CountNonZero(int axis, bool keepDims = false) => CountNonZero([axis], keepDims);

    /// <summary>How many elements are not 0, as int64, over the given axes; none given means all.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor CountNonZero(int[] axes, bool keepDims = false) => new CountNonZero(Reduction.AxesOf(this, axes, "CountNonZero"), keepDims).Apply(this);

    /// <summary>
    /// The place of the largest element, as int64, over all elements. The first one at a tie; NaN counts as larger than everything. Several
    /// axes are counted over in row-major order.
    /// </summary>
    public Tensor ArgMax() => ArgMax([]);

    /// <summary>
    /// The place of the largest element, as int64, over an axis. The first one at a tie; NaN counts as larger than everything. Several axes are
    /// counted over in row-major order.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis, or is empty.</exception>
    public Tensor ArgMax(int axis, bool keepDims = false) => ArgMax([axis], keepDims);

    /// <summary>
    /// The place of the largest element, as int64, over the given axes; none given means all. The first one at a tie; NaN counts as larger
    /// than everything. Several axes are counted over in row-major order.
    /// </summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice, or is empty.</exception>
    public Tensor ArgMax(int[] axes, bool keepDims = false) => new ArgMax(Reduction.AxesOf(this, axes, "ArgMax"), keepDims).Apply(this);

    /// <summary>
    /// The place of the smallest element, as int64, over all elements. The first one at a tie; NaN counts as smaller than everything.
    /// Several axes are counted over in row-major order.
    /// </summary>
    public Tensor ArgMin() => ArgMin([]);

    /// <summary>
    /// The place of the smallest element, as int64, over an axis. The first one at a tie; NaN counts as smaller than everything. Several
    /// axes are counted over in row-major order.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis, or is empty.</exception>
    public Tensor ArgMin(int axis, bool keepDims = false) => ArgMin([axis], keepDims);

    /// <summary>
    /// The place of the smallest element, as int64, over the given axes; none given means all. The first one at a tie; NaN counts as
    /// smaller than everything. Several axes are counted over in row-major order.
    /// </summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice, or is empty.</exception>
    public Tensor ArgMin(int[] axes, bool keepDims = false) => new ArgMin(Reduction.AxesOf(this, axes, "ArgMin"), keepDims).Apply(this);

    /// <summary>The largest element along an axis and its place, as int64: the first one at a tie, which alone gets the derivative.</summary>
    /// <exception cref="ShapeException">There is no such axis, or it is empty.</exception>
    public (Tensor Values, Tensor Indices) MaxWithIndex(int axis, bool keepDims = false) => AtExtreme.Of(this, axis, ArgMax(axis, keepDims: true), keepDims);

    /// <summary>The smallest element along an axis and its place, as int64: the first one at a tie, which alone gets the derivative.</summary>
    /// <exception cref="ShapeException">There is no such axis, or it is empty.</exception>
    public (Tensor Values, Tensor Indices) MinWithIndex(int axis, bool keepDims = false) => AtExtreme.Of(this, axis, ArgMin(axis, keepDims: true), keepDims);

    /// <summary>
    /// The variance Σ (x − mean)² / (n − correction) over all elements. The correction is 1 for the estimate from a sample, 0 for the
    /// sample's own.
    /// </summary>
    public Tensor Var() => Var([]);

    /// <summary>
    /// The variance Σ (x − mean)² / (n − correction) over an axis. The correction is 1 for the estimate from a sample, 0 for the sample's
    /// own.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Var(int axis, bool keepDims = false, int correction = 1) => Var([axis], keepDims, correction);

    /// <summary>
    /// The variance Σ (x − mean)² / (n − correction) over the given axes; none given means all. The correction is 1 for the estimate from a
    /// sample, 0 for the sample's own.
    /// </summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Var(int[] axes, bool keepDims = false, int correction = 1) =>
        new Var(Reduction.AxesOf(this, axes, "Var"), correction, keepDims).Apply(Reduction.Float(this));

    /// <summary>
    /// The standard deviation √(Σ (x − mean)² / (n − correction)) over all elements. The correction is 1 for the estimate from a sample, 0
    /// for the sample's own.
    /// </summary>
    public Tensor Std() => Std([]);

    /// <summary>
    /// The standard deviation √(Σ (x − mean)² / (n − correction)) over an axis. The correction is 1 for the estimate from a sample, 0 for
    /// the sample's own.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Std(int axis, bool keepDims = false, int correction = 1) => Std([axis], keepDims, correction);

    /// <summary>
    /// The standard deviation √(Σ (x − mean)² / (n − correction)) over the given axes; none given means all. The correction is 1 for the
    /// estimate from a sample, 0 for the sample's own.
    /// </summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Std(int[] axes, bool keepDims = false, int correction = 1) =>
        new Std(Reduction.AxesOf(this, axes, "Std"), correction, keepDims).Apply(Reduction.Float(this));

    /// <summary>The Euclidean length √(Σ x²) over all elements. Its derivative is 0 at the zero vector.</summary>
    public Tensor Norm() => Norm([]);

    /// <summary>The p-norm (Σ |x|ᵖ)^(1/p) over an axis; for p = ∞ the largest |x|. Its derivative is 0 at the zero vector.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Norm(int axis, bool keepDims = false, double p = 2) => Norm([axis], keepDims, p);

    /// <summary>The p-norm (Σ |x|ᵖ)^(1/p) over the given axes; none given means all. Its derivative is 0 at the zero vector.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Norm(int[] axes, bool keepDims = false, double p = 2) =>
        new Norm(p, Reduction.AxesOf(this, axes, "Norm"), keepDims).Apply(Reduction.Float(this));

    /// <inheritdoc cref="Ops.Softmax"/>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Softmax(int axis) => Ops.Softmax.Call(this, axis);

    /// <inheritdoc cref="Ops.LogSoftmax"/>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor LogSoftmax(int axis) => Ops.LogSoftmax.Call(this, axis);

    /// <summary>The softmax of −x along an axis: the smallest gets the largest share.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Softmin(int axis) => Ops.Softmax.Call(-this, axis);
}
