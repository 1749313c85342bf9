namespace Backprop.Layers;

/// <summary>
/// y = x·W + b. An example of several axes is taken as the row of all its numbers, and its derivative has its shape again
/// (Saitoh, <i>Deep Learning from Scratch</i>, chapter 5).
/// </summary>
public sealed class Affine : UnaryLayer
{
    /// <summary>A layer with these parameters.</summary>
    /// <param name="w">[inputs, outputs].</param>
    /// <param name="b">[outputs].</param>
    /// <exception cref="ShapeException">The two do not fit each other.</exception>
    public Affine(Tensor w, Tensor b) : base(Product.Parameters(nameof(Affine), w, b))
    {
    }

    /// <summary>W, [inputs, outputs].</summary>
    public Tensor W => Parameters[0];

    /// <summary>b, [outputs].</summary>
    public Tensor B => Parameters[1];

    /// <summary>The derivative with respect to W of the last Backward: xᵀ·dout.</summary>
    public Tensor Dw => Gradients[0];

    /// <summary>The derivative with respect to b of the last Backward: Σ dout over the batch.</summary>
    public Tensor Db => Gradients[1];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor[] x) => Product.Of(Name, x[0].Rank > 2 ? x[0].Flatten(1) : x[0], W, B);
}

/// <summary>y = x·W, with x [..., inputs] and y [..., outputs] (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 1).</summary>
public sealed class MatMul : UnaryLayer
{
    /// <summary>A layer with this parameter.</summary>
    /// <param name="w">[inputs, outputs].</param>
    /// <exception cref="ShapeException">It is no matrix.</exception>
    public MatMul(Tensor w) : base(Product.Parameters(nameof(MatMul), w))
    {
    }

    /// <summary>W, [inputs, outputs].</summary>
    public Tensor W => Parameters[0];

    /// <summary>The derivative with respect to W of the last Backward: xᵀ·dout.</summary>
    public Tensor Dw => Gradients[0];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor[] x) => Product.Of(Name, x[0], W);
}

/// <summary>x·W + b along the last axis, with W the way round that the books have it: what several layers compute.</summary>
static class Product
{
    public static Tensor Of(string name, Tensor x, Tensor w, Tensor? b = null)
    {
        if (x.Rank == 0 || x.Shape[-1] != w.Shape[0]) throw new ShapeException(
            $"{name}: x of shape {x.Shape} does not fit W of shape {w.Shape}, [inputs, outputs]; an example must have {w.Shape[0]} numbers.");
        return Tensor.Linear(x, w.T, b);
    }

    public static Tensor[] Parameters(string name, Tensor w)
    {
        ArgumentNullException.ThrowIfNull(w);
        return w.Rank == 2 ? [w] : throw new ShapeException($"{name}: W has shape {w.Shape}; it must be [inputs, outputs].");
    }

    public static Tensor[] Parameters(string name, Tensor w, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(b);
        return [.. Parameters(name, w), b.Shape == new Shape(w.Shape[1]) ? b : throw new ShapeException(
            $"{name}: b of shape {b.Shape} does not fit W of shape {w.Shape}; it must be [{w.Shape[1]}].")];
    }
}
