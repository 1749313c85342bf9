using Backprop.Ops;

namespace Backprop;

public sealed partial class Tensor
{
    /// <summary>The sum over all elements.</summary>
    public Tensor Sum() => Sum([]);

    /// <summary>The sum over an axis.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Sum(int axis, bool keepDims = false) => Sum([axis], keepDims);

    /// <summary>The sum over the given axes; none given means all. Whole numbers add up as int64.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Sum(int[] axes, bool keepDims = false) => new Sum(Reduction.Axes(this, axes, "Sum"), keepDims).Apply(this);
}
