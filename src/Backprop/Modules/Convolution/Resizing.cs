namespace Backprop.Modules;

/// <summary>Sequences, images or volumes of another size: see <see cref="Tensor.Interpolate(double, InterpolationMode, bool)"/>.</summary>
public sealed class Upsample : Module
{
    readonly int[]? sizes;
    readonly double factor;
    readonly InterpolationMode mode;
    readonly bool alignCorners;

    /// <summary>Larger by a factor.</summary>
    /// <param name="factor">By how much the images grow.</param>
    /// <param name="mode">How new elements are made of old ones.</param>
    /// <param name="alignCorners">Whether the first and last elements lie upon each other; if not, the outer edges do.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not above 0.</exception>
    public Upsample(double factor, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
    {
        Option.Positive(factor, nameof(Upsample));
        (this.factor, this.mode, this.alignCorners) = (factor, mode, alignCorners);
    }

    /// <summary>Of a given size.</summary>
    /// <param name="sizes">The new size of every spatial axis.</param>
    /// <param name="mode">How new elements are made of old ones.</param>
    /// <param name="alignCorners">Whether the first and last elements lie upon each other; if not, the outer edges do.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    public Upsample(int[] sizes, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        foreach (var size in sizes) Option.AtLeastOne(size, nameof(Upsample));
        (this.sizes, this.mode, this.alignCorners) = ([.. sizes], mode, alignCorners);
    }

    /// <inheritdoc/>
    public override string Name => sizes is null ? FormattableString.Invariant($"Upsample(× {factor:g4}, {mode})") : $"Upsample({string.Join(" × ", sizes)}, {mode})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => sizes is null ? x.Interpolate(factor, mode, alignCorners) : x.Interpolate(sizes, mode, alignCorners);
}

/// <summary>Channels as finer images: see <see cref="Tensor.PixelShuffle"/>.</summary>
/// <param name="factor">By how much height and width grow.</param>
public sealed class PixelShuffle(int factor) : Module
{
    readonly int factor = Option.AtLeastOne(factor, nameof(PixelShuffle));

    /// <inheritdoc/>
    public override string Name => $"PixelShuffle({factor})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.PixelShuffle(factor);
}

/// <summary>Fine images as channels: see <see cref="Tensor.PixelUnshuffle"/>.</summary>
/// <param name="factor">By how much height and width shrink.</param>
public sealed class PixelUnshuffle(int factor) : Module
{
    readonly int factor = Option.AtLeastOne(factor, nameof(PixelUnshuffle));

    /// <inheritdoc/>
    public override string Name => $"PixelUnshuffle({factor})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.PixelUnshuffle(factor);
}

/// <summary>Several axes as one, by default all but the batch: see <see cref="Tensor.Flatten"/>.</summary>
/// <param name="start">The first of them.</param>
/// <param name="end">The last of them.</param>
public sealed class Flatten(int start = 1, int end = -1) : Module
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Flatten(start, end);
}
