using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// The windows of a convolution as columns (im2col): [batch, channels, height, width] → [batch, channels·kernel height·kernel width, positions].
/// Positions run row by row. dx is <see cref="Fold2d"/> of dy.
/// </summary>
/// <param name="Kernel">The size of a window.</param>
/// <param name="Stride">How far one window lies from the next.</param>
/// <param name="Dilation">How far neighbours within a window lie apart.</param>
/// <param name="Padding">How many zeros surround the image on each side.</param>
public sealed record Unfold2d((int Height, int Width) Kernel, (int Height, int Width) Stride, (int Height, int Width) Dilation, (int Height, int Width) Padding) : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        if (x[0].Shape is not [var batch, var channels, var height, var width]) throw new ShapeException(
            $"{Name}: needs images [batch, channels, height, width] and got shape {x[0].Shape}.");
        var (rows, columns) = Positions(Name, (height, width));
        return [batch, channels * Kernel.Height * Kernel.Width, rows * columns];
    }

    /// <summary>How many windows lie below and beside each other.</summary>
    internal (int Rows, int Columns) Positions(string operation, (int Height, int Width) image)
    {
        if (Math.Min(Kernel.Height, Kernel.Width) < 1 || Math.Min(Stride.Height, Stride.Width) < 1 ||
            Math.Min(Dilation.Height, Dilation.Width) < 1 || Math.Min(Padding.Height, Padding.Width) < 0) throw new ShapeException(
                $"{operation}: kernel {Kernel}, stride {Stride} and dilation {Dilation} must be at least 1, padding {Padding} at least 0.");
        var rows = (image.Height + 2 * Padding.Height - Dilation.Height * (Kernel.Height - 1) - 1) / Stride.Height + 1;
        var columns = (image.Width + 2 * Padding.Width - Dilation.Width * (Kernel.Width - 1) - 1) / Stride.Width + 1;
        var reach = (Height: Dilation.Height * (Kernel.Height - 1) + 1, Width: Dilation.Width * (Kernel.Width - 1) + 1);
        return image.Height + 2 * Padding.Height >= reach.Height && image.Width + 2 * Padding.Width >= reach.Width ? (rows, columns)
            : throw new ShapeException(
                $"{operation}: a window of {reach} does not fit an image of {image} with padding {Padding}; it may be at most the padded image.");
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = Infer(x);
        var (rows, columns) = Positions(Name, (x[0].Shape[2], x[0].Shape[3]));
        var padded = Pad.Call(x[0], Fold2d.Margins(Padding, 1), PadMode.Constant, 0);
        var s = padded.Strides;
        int[] strides = [s[0], s[1], Dilation.Height * s[2], Dilation.Width * s[3], Stride.Height * s[2], Stride.Width * s[3]];
        var windows = padded.View([shape[0], x[0].Shape[1], Kernel.Height, Kernel.Width, rows, columns], strides, padded.Offset);
        return Reshape.Call(windows.Packed(), shape);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var image = node.Inputs[0].Shape;
        dx[0] = new Fold2d((image[2], image[3]), this).Apply(dy);
    }
}

/// <summary>
/// Columns put back as the windows of an image, overlapping ones added up (col2im):
/// [batch, channels·kernel height·kernel width, positions] → [batch, channels, height, width].  dx is <see cref="Unfold2d"/> of dy.
/// </summary>
/// <param name="Image">Height and width of the result.</param>
/// <param name="Windows">The windows that the columns are.</param>
public sealed record Fold2d((int Height, int Width) Image, Unfold2d Windows) : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        var (rows, columns) = Windows.Positions(Name, Image);
        var window = Windows.Kernel.Height * Windows.Kernel.Width;
        return x[0].Shape is [var batch, var height, var positions] && height % window == 0 && positions == rows * columns
            ? [batch, height / window, Image.Height, Image.Width]
            : throw new ShapeException(
                $"{Name}: columns of shape {x[0].Shape} do not make an image of {Image}; they must be [batch, channels · {window}, {rows * columns}].");
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = Infer(x);
        var (rows, columns) = Windows.Positions(Name, Image);
        var (kernel, stride, dilation, padding) = Windows;
        var y = Tensor.Zeros([shape[0], shape[1], shape[2] + 2 * padding.Height, shape[3] + 2 * padding.Width], x[0].DType);
        int[] s = y.Strides, strides = [s[0], s[1], stride.Height * s[2], stride.Width * s[3]];
        var windows = Reshape.Call(x[0], [shape[0], shape[1], kernel.Height * kernel.Width, rows, columns]);
        Shape place = [shape[0], shape[1], rows, columns];
        // Element (i, j) of all windows at once: those never overlap.
        for (var i = 0; i < kernel.Height; i++)
            for (var j = 0; j < kernel.Width; j++)
            {
                var part = Reshape.Call(Slice.Call(windows, 2, new(i * kernel.Width + j, 1, 1)), place);
                Cpu.AddInto(part, y.View(place, strides, y.Offset + i * dilation.Height * s[2] + j * dilation.Width * s[3]), y);
            }
        return Pad.Call(y, Margins(padding, -1), PadMode.Constant, 0);
    }

    internal static (int, int)[] Margins((int Height, int Width) padding, int sign) =>
        [(sign * padding.Height, sign * padding.Height), (sign * padding.Width, sign * padding.Width)];

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = Windows.Apply(dy);
}
