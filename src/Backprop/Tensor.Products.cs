using Backprop.Ops;

namespace Backprop;

public sealed partial class Tensor
{
    /// <summary>The matrix product by NumPy's rules: [..., m, k] · [..., k, n] → [..., m, n]; vectors gain and lose an axis.</summary>
    /// <exception cref="ShapeException">The inner sizes differ.</exception>
    public Tensor MatMul(Tensor other) => Ops.MatMul.Call(this, other);
}
