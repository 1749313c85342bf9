namespace Backprop.Layers;

/// <summary>
/// Slides filters over images: y[n, f, i, j] = Σ W[f]·(the window of x[n] at i, j) + b[f].
/// x [batch, channels, height, width] → [batch, filters, rows, columns] with rows = (height + 2·pad − filter height)/stride + 1, rounded down,
/// and columns alike (Saitoh, <i>Deep Learning from Scratch</i>, chapter 7).
/// </summary>
public sealed class Convolution : UnaryLayer
{
    /// <summary>A layer with these parameters.</summary>
    /// <param name="w">[filters, channels, filter height, filter width].</param>
    /// <param name="b">[filters].</param>
    /// <param name="stride">How far one window lies from the next.</param>
    /// <param name="pad">How many zeros surround the image on each side.</param>
    /// <exception cref="ShapeException">The two do not fit each other.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The stride is less than 1 or the pad negative.</exception>
    public Convolution(Tensor w, Tensor b, int stride = 1, int pad = 0) : base(Fitting(w, b, stride, pad)) => (Stride, Pad) = (stride, pad);

    static Tensor[] Fitting(Tensor w, Tensor b, int stride, int pad)
    {
        ArgumentNullException.ThrowIfNull(w);
        ArgumentNullException.ThrowIfNull(b);
        Option.AtLeastOne(stride, nameof(Convolution));
        Option.NotNegative(pad, nameof(Convolution));
        return w.Rank == 4 && b.Shape == new Shape(w.Shape[0]) ? [w, b] : throw new ShapeException(
            $"Convolution: W of shape {w.Shape} and b of shape {b.Shape} do not fit; they must be [filters, channels, filter height, filter width] and [filters].");
    }

    /// <summary>W, [filters, channels, filter height, filter width].</summary>
    public Tensor W => Parameters[0];

    /// <summary>b, [filters].</summary>
    public Tensor B => Parameters[1];

    /// <summary>How far one window lies from the next.</summary>
    public int Stride { get; }

    /// <summary>How many zeros surround the image on each side.</summary>
    public int Pad { get; }

    /// <summary>The derivative with respect to W of the last Backward.</summary>
    public Tensor Dw => Gradients[0];

    /// <summary>The derivative with respect to b of the last Backward.</summary>
    public Tensor Db => Gradients[1];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor[] x)
    {
        var image = x[0].Shape;
        if (image.Rank != 4 || image[1] != W.Shape[1]) throw new ShapeException(
            $"{Name}: x of shape {image} does not fit W of shape {W.Shape}; it must be [batch, {W.Shape[1]}, height, width].");
        return x[0].Conv2d(W, B, Stride, Pad);
    }
}

/// <summary>
/// The largest number of every window, channel by channel; its derivative goes to the first that is as large. What lies outside the image is no candidate.
/// x [batch, channels, height, width] → [batch, channels, rows, columns] with rows = (height + 2·pad − window height)/stride + 1, rounded down,
/// and columns alike (Saitoh, <i>Deep Learning from Scratch</i>, chapter 7).
/// </summary>
public sealed class Pooling : UnaryLayer
{
    /// <summary>A layer with windows of a size.</summary>
    /// <param name="poolHeight">The height of a window.</param>
    /// <param name="poolWidth">The width of a window.</param>
    /// <param name="stride">How far one window lies from the next.</param>
    /// <param name="pad">How far windows reach over the image's edge; at most half a window.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the pad negative or more than half a window.</exception>
    public Pooling(int poolHeight, int poolWidth, int stride = 1, int pad = 0) : base([])
    {
        Option.AtLeastOne(poolHeight, nameof(Pooling));
        Option.AtLeastOne(poolWidth, nameof(Pooling));
        Option.AtLeastOne(stride, nameof(Pooling));
        if (pad < 0 || pad > Math.Min(poolHeight, poolWidth) / 2) throw new ArgumentOutOfRangeException(nameof(pad),
            $"Pooling: pad is {pad} and must be from 0 to {Math.Min(poolHeight, poolWidth) / 2}, half of a window of {poolHeight} by {poolWidth}.");
        (PoolHeight, PoolWidth, Stride, Pad) = (poolHeight, poolWidth, stride, pad);
    }

    /// <summary>The height of a window.</summary>
    public int PoolHeight { get; }

    /// <summary>The width of a window.</summary>
    public int PoolWidth { get; }

    /// <summary>How far one window lies from the next.</summary>
    public int Stride { get; }

    /// <summary>How far windows reach over the image's edge.</summary>
    public int Pad { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor[] x)
    {
        var image = x[0].Shape;
        if (image.Rank != 4) throw new ShapeException($"{Name}: x has shape {image}; it must be [batch, channels, height, width].");
        return x[0].MaxPool2d((PoolHeight, PoolWidth), Stride, Pad);
    }
}
