using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// Y = β·C + α·A·B of matrices, C broadcast to the product. dC = β·dY, dA = α·dY·Bᵀ, dB = α·Aᵀ·dY.  [m, n], [m, k], [k, n] → [m, n].
/// </summary>
/// <param name="Beta">β; 0 leaves C out, whatever is in it.</param>
/// <param name="Alpha">α.</param>
public sealed record AddMm(double Beta, double Alpha) : Op
{
    /// <summary>β·C + α·A·B.</summary>
    /// <exception cref="ShapeException">A and B are no matrices that fit each other, or C does not fit their product.</exception>
    public static Tensor Call(Tensor c, Tensor a, Tensor b, double beta, double alpha)
    {
        ArgumentNullException.ThrowIfNull(c);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var op = new AddMm(beta, alpha);
        if (DTypes.Meet([c, a, b]).IsFloat()) return op.Apply(c, a, b);
        // Whole numbers stay whole as long as the factors are.
        op.Infer([c, a, b]);
        var product = MatrixProduct.Call(a, b);
        if (alpha != 1) product *= alpha;
        return beta == 0 ? product : beta == 1 ? c + product : c * beta + product;
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Shape c = x[0].Shape, a = x[1].Shape, b = x[2].Shape;
        if (a.Rank != 2 || b.Rank != 2) throw new ShapeException($"AddMm: {a} and {b} must be matrices; use MatMul for batches.");
        var product = new MatrixProduct().Infer(x[1..]);
        return c.FitsInto(product) ? product : throw new ShapeException(
            $"AddMm: {c} does not broadcast to the product's shape {product}; each size must be equal or 1.");
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y) => (2L * x[1].Shape[1] + 1) * y.Count;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), DTypes.Meet(x));
        Tensor c = Cast.Raw(x[0], y.DType), a = Cast.Raw(x[1], y.DType), b = Cast.Raw(x[2], y.DType);
        // One number for each column is added as the product is stored.
        var isRow = Beta == 1 && c.Count == y.Shape[1] && c.Rank > 0 && c.Shape[^1] == c.Count;
        if (Beta != 0 && !isRow) Cpu.Copy(Beta == 1 ? c : c * Beta, y);
        Cpu.MatMul(a, b, isRow ? c.Packed() : null, Alpha, adds: Beta != 0 && !isRow, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor Scaled(Tensor d, double factor) => factor == 1 ? d : d * factor;
        if (node.Needs(0) && Beta != 0) dx[0] = Scaled(dy, Beta);
        if (node.Needs(1)) dx[1] = Scaled(MatrixProduct.Call(dy, MatrixProduct.Swapped(node.Inputs[2])), Alpha);
        if (node.Needs(2)) dx[2] = Scaled(MatrixProduct.Call(MatrixProduct.Swapped(node.Inputs[1]), dy), Alpha);
    }
}
