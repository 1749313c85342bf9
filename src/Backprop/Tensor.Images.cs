using Backprop.Ops;

namespace Backprop;

/// <summary>Images of other sizes, and as matrices of their windows.</summary>
public sealed partial class Tensor
{
    /// <summary>
    /// Sequences, images or volumes of another size: [batch, channels, sizes…] → [batch, channels, new sizes…]: <c>images.Interpolate([28, 28])</c>.
    /// </summary>
    /// <param name="sizes">The new size of every spatial axis.</param>
    /// <param name="mode">How new elements are made of old ones.</param>
    /// <param name="alignCorners">Whether the first and last elements lie upon each other; if not, the outer edges do.</param>
    /// <exception cref="ShapeException">There are not as many sizes as spatial axes, or one is not positive.</exception>
    public Tensor Interpolate(ReadOnlySpan<int> sizes, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false) =>
        Resampling.Call(this, sizes, mode, alignCorners);

    /// <summary>The same by a factor: every spatial axis gets ⌊size·factor⌋ elements.</summary>
    /// <param name="factor">By how much the images grow.</param>
    /// <param name="mode">How new elements are made of old ones.</param>
    /// <param name="alignCorners">Whether the first and last elements lie upon each other; if not, the outer edges do.</param>
    /// <exception cref="ShapeException">There are no spatial axes, or nothing is left of one.</exception>
    public Tensor Interpolate(double factor, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
    {
        if (!(factor > 0)) throw new ArgumentOutOfRangeException(nameof(factor), factor, "Interpolate: a factor must be above 0.");
        var sizes = new int[Math.Max(0, Rank - 2)];
        for (var i = 0; i < sizes.Length; i++) sizes[i] = (int)Math.Floor(Shape[i + 2] * factor);
        return Resampling.Call(this, sizes, mode, alignCorners, factor);
    }

    /// <summary>
    /// Channels as finer images (Shi et al. 2016): [..., channels · factor², height, width] → [..., channels, height · factor, width · factor].
    /// </summary>
    /// <exception cref="ShapeException">The channels are no multiple of the factor's square.</exception>
    public Tensor PixelShuffle(int factor)
    {
        if (Rank < 3 || factor < 1 || Shape[-3] % (factor * factor) != 0) throw new ShapeException(
            $"PixelShuffle: x of shape {Shape} needs a multiple of {factor}² channels; it is [..., channels, height, width].");
        int n = Shape.Count == 0 ? 0 : Count / (Shape[-3] * Shape[-2] * Shape[-1]), channels = Shape[-3] / (factor * factor), height = Shape[-2], width = Shape[-1];
        return Reshape(n, channels, factor, factor, height, width).Permute(0, 1, 4, 2, 5, 3)
            .Reshape([.. Shape.AsSpan()[..^3], channels, height * factor, width * factor]);
    }

    /// <summary>
    /// Fine images as channels, the reverse of <see cref="PixelShuffle"/>: [..., channels, height · factor, width · factor] → [..., channels · factor², height, width].
    /// </summary>
    /// <exception cref="ShapeException">Height and width are no multiples of the factor.</exception>
    public Tensor PixelUnshuffle(int factor)
    {
        if (Rank < 3 || factor < 1 || Shape[-2] % factor != 0 || Shape[-1] % factor != 0) throw new ShapeException(
            $"PixelUnshuffle: x of shape {Shape} needs a height and a width that are multiples of {factor}; it is [..., channels, height, width].");
        int n = Shape.Count == 0 ? 0 : Count / (Shape[-3] * Shape[-2] * Shape[-1]), channels = Shape[-3], height = Shape[-2] / factor, width = Shape[-1] / factor;
        return Reshape(n, channels, height, factor, width, factor).Permute(0, 1, 3, 5, 2, 4)
            .Reshape([.. Shape.AsSpan()[..^3], channels * factor * factor, height, width]);
    }

    /// <summary>
    /// The windows of images as rows of a matrix, as "Deep Learning from Scratch" has it in chapter 7: [batch, channels, height, width] →
    /// [batch · rows · columns, channels · kernel height · kernel width]. A convolution is then a matrix product. (<see cref="Conv2d"/> needs no such matrix.)
    /// </summary>
    /// <param name="kernel">The size of a window.</param>
    /// <param name="stride">How far one window lies from the next; 1 if left out.</param>
    /// <param name="padding">How many zeros surround the image on each side; none if left out.</param>
    /// <exception cref="ShapeException">This is not a batch of images, or a window is larger than the padded image.</exception>
    public Tensor Im2Col(Size2d kernel, Size2d? stride = null, Size2d? padding = null)
    {
        var columns = Unfolding(kernel, stride, padding).Apply(this);
        return columns.Transpose(1, 2).Reshape(columns.Shape[0] * columns.Shape[2], columns.Shape[1]);
    }

    /// <summary>
    /// The reverse of <see cref="Im2Col"/>, elements of overlapping windows added up: [batch · rows · columns, channels · kernel height · kernel width] →
    /// [batch, channels, height, width].
    /// </summary>
    /// <param name="images">The shape of the images.</param>
    /// <param name="kernel">The size of a window.</param>
    /// <param name="stride">How far one window lies from the next; 1 if left out.</param>
    /// <param name="padding">How many zeros surround the image on each side; none if left out.</param>
    /// <exception cref="ShapeException">The rows are not those of such images.</exception>
    public Tensor Col2Im(Shape images, Size2d kernel, Size2d? stride = null, Size2d? padding = null)
    {
        if (images is not [var batch, var channels, var height, var width]) throw new ShapeException(
            $"Col2Im: images have the shape [batch, channels, height, width], and {images} was asked for.");
        var unfolding = Unfolding(kernel, stride, padding);
        var (rows, columns) = unfolding.Positions(nameof(Col2Im), (height, width));
        var window = channels * kernel.Height * kernel.Width;
        if (Shape is not [var all, var size] || all != batch * rows * columns || size != window) throw new ShapeException(
            $"Col2Im: a matrix of shape {Shape} does not make images of shape {images}; it must be [{batch * rows * columns}, {window}].");
        return new Fold2d((height, width), unfolding).Apply(Reshape(batch, rows * columns, window).Transpose(1, 2));
    }

    static Unfold2d Unfolding(Size2d kernel, Size2d? stride, Size2d? padding)
    {
        var ((sh, sw), (ph, pw)) = (stride ?? 1, padding ?? 0);
        return new((kernel.Height, kernel.Width), (sh, sw), (1, 1), (ph, pw));
    }
}
