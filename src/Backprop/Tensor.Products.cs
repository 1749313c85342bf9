using Backprop.Ops;

namespace Backprop;

/// <summary>Products: fluent names, composed of the operations, so that they have derivatives of any order.</summary>
public sealed partial class Tensor
{
    /// <summary>The matrix product by NumPy's rules: [..., m, k] · [..., k, n] → [..., m, n]; vectors gain and lose an axis.</summary>
    /// <exception cref="ShapeException">The inner sizes differ.</exception>
    public Tensor MatMul(Tensor other) => MatrixProduct.Call(this, other);

    /// <summary>The products of two batches of matrices: [batch, m, k] · [batch, k, n] → [batch, m, n].</summary>
    /// <exception cref="ShapeException">These are no batches of equal number, or the inner sizes differ.</exception>
    public Tensor Bmm(Tensor other) => Rank == 3 && other.Rank == 3 && Shape[0] == other.Shape[0] ? MatMul(other) : throw new ShapeException(
        $"Bmm: cannot multiply {Shape} by {other.Shape}; both must be batches [batch, rows, columns] of equal number. MatMul broadcasts.");

    /// <summary>β·C + α·A·B for this C, broadcast to the product's shape. β = 0 leaves C out, whatever is in it.</summary>
    /// <exception cref="ShapeException">A and B are no matrices that fit each other, or C does not fit their product.</exception>
    public Tensor AddMm(Tensor a, Tensor b, double beta = 1, double alpha = 1) => Ops.AddMm.Call(this, a, b, beta, alpha);

    /// <summary>Every product of an element of this vector with one of the other: y[i, j] = a[i]·b[j].</summary>
    /// <exception cref="ShapeException">One is no vector.</exception>
    public Tensor Outer(Tensor other) => Rank == 1 && other.Rank == 1 ? Unsqueeze(1) * other : throw new ShapeException(
        $"Outer: {Shape} and {other.Shape} must be vectors; Flatten() them, or use Einsum for more axes.");

    /// <summary>The inner product of two vectors: Σ a[i]·b[i].</summary>
    /// <exception cref="ShapeException">One is no vector, or their sizes differ.</exception>
    public Tensor Dot(Tensor other) => Rank == 1 && Shape == other.Shape ? MatMul(other) : throw new ShapeException(
        $"Dot: {Shape} and {other.Shape} must be vectors of one size; use MatMul for matrices.");

    /// <summary>The sum over a diagonal of two axes: Σ x[…, i, …, i + offset, …].</summary>
    /// <exception cref="ShapeException">An axis does not exist, or they are the same.</exception>
    public Tensor Trace(int offset = 0, int axis0 = 0, int axis1 = 1) => Diagonal(offset, axis0, axis1).Sum(-1);

    /// <summary>An affine map of the last axis: y = x·Wᵀ + b, [..., inputs] → [..., outputs].</summary>
    /// <param name="x">[..., inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs], or none.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null) => LinearMap.Call(x, weight, bias);

    /// <summary>A map of two vectors that is linear in each: y[..., o] = x₁ᵀ·W[o]·x₂ + b[o].</summary>
    /// <param name="x1">[..., inputs₁].</param>
    /// <param name="x2">[..., inputs₂].</param>
    /// <param name="weight">[outputs, inputs₁, inputs₂].</param>
    /// <param name="bias">[outputs], or none.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor Bilinear(Tensor x1, Tensor x2, Tensor weight, Tensor? bias = null)
    {
        if (weight.Rank != 3 || x1.Rank == 0 || x2.Rank == 0 || x1.Shape[-1] != weight.Shape[1] || x2.Shape[-1] != weight.Shape[2]) throw new ShapeException(
            $"Bilinear: x1 of shape {x1.Shape} and x2 of shape {x2.Shape} do not fit a weight of shape {weight.Shape}; " +
            "they are [..., inputs1], [..., inputs2] and [outputs, inputs1, inputs2].");
        if (bias is not null && (bias.Rank != 1 || bias.Count != weight.Shape[0])) throw new ShapeException(
            $"Bilinear: a bias of shape {bias.Shape} does not fit a weight of shape {weight.Shape}; it must be [{weight.Shape[0]}].");
        Shape.Broadcast(x1.Shape.Without(x1.Rank - 1), x2.Shape.Without(x2.Rank - 1), "Bilinear");
        var y = Einsum("...i,oij,...j->...o", x1, weight, x2);
        return bias is null ? y : y + bias;
    }

    /// <summary>
    /// Einstein's sum: each operand's axes are named by letters, letters that the result does not name are summed over, those named by several
    /// operands are multiplied together: <c>Einsum("ij,jk->ik", a, b)</c> is the matrix product.
    /// </summary>
    /// <remarks>
    /// A letter twice in one operand takes its diagonal. <c>...</c> stands for any axes in front, between or behind, which are broadcast. Without
    /// <c>-></c> the result has the axes of <c>...</c> and then the letters that occur once, in alphabetical order (capitals first). Sizes of 1
    /// are broadcast. More than two operands are multiplied two at a time, the pair with the smallest result first.
    /// </remarks>
    /// <exception cref="FormatException">The equation cannot be read; the message points at the place.</exception>
    /// <exception cref="ShapeException">The operands do not fit the equation.</exception>
    public static Tensor Einsum(string equation, params ReadOnlySpan<Tensor> operands) => Ops.Einsum.Call(equation, operands);
}
