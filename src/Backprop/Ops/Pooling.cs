using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// What poolings of one, two or three spatial axes have in common: windows that slide over every channel.
/// [batch, channels, sizes…] → [batch, channels, ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1 …].
/// </summary>
/// <param name="Kernel">The size of a window, one number for each spatial axis.</param>
/// <param name="Stride">How far one window lies from the next.</param>
/// <param name="Padding">How far windows may begin in front of the image; at most half of their reach.</param>
/// <param name="Dilation">How far neighbours within a window lie apart.</param>
/// <param name="CeilMode">Whether a last window counts that reaches beyond the image, if it begins within: ⌈…⌉ instead of ⌊…⌋.</param>
public abstract record WindowPooling(ValueList<int> Kernel, ValueList<int> Stride, ValueList<int> Padding, ValueList<int> Dilation, bool CeilMode) : Op
{
    private protected int Axes => Kernel.Count;

    private protected abstract string Kind { get; }

    /// <inheritdoc/>
    public override string Name => $"{Kind}{Axes}d";

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Pooled(x[0].Shape);

    private protected Shape Pooled(Shape image)
    {
        if (Axes is < 1 or > 3 || Stride.Count != Axes || Padding.Count != Axes || Dilation.Count != Axes) throw new ShapeException(
            $"{Name}: kernel {Kernel}, stride {Stride}, padding {Padding} and dilation {Dilation} must have one number for each of 1 to 3 spatial axes.");
        if (image.Rank != Axes + 2) throw new ShapeException(
            $"{Name}: needs x of shape [batch, channels, {(Axes == 1 ? "length" : Axes == 2 ? "height, width" : "depth, height, width")}] and got {image}.");
        var y = image.ToArray();
        for (var i = 0; i < Axes; i++) y[i + 2] = Windows(image, i);
        return Shape.Own(y);
    }

    // How many windows there are along an axis.
    int Windows(Shape image, int i)
    {
        var (kernel, stride, padding, dilation) = (Kernel[i], Stride[i], Padding[i], Dilation[i]);
        if (kernel < 1 || stride < 1 || dilation < 1 || padding < 0) throw new ShapeException(
            $"{Name}: kernel {Kernel}, stride {Stride} and dilation {Dilation} must be at least 1, padding {Padding} at least 0.");
        long reach = (long)dilation * (kernel - 1) + 1, padded = image[i + 2] + 2L * padding;
        if (2 * padding > reach) throw new ShapeException(
            $"{Name}: padding {padding} is more than half of a window, which reaches {reach} along axis {i + 2}; windows would lie outside the image.");
        if (padded < reach) throw new ShapeException(
            $"{Name}: a window of {reach} along axis {i + 2} does not fit x of shape {image}, which has {padded} there with padding {Padding}; " +
            "it may be at most as large as the padded image.");
        var windows = (padded - reach + (CeilMode ? stride - 1 : 0)) / stride + 1;
        // The last window must begin within the image or in front of it.
        if (CeilMode && (windows - 1) * stride >= image[i + 2] + padding) windows--;
        return (int)windows;
    }

    private protected Windows WindowsOn(Shape image)
    {
        var y = Pooled(image);
        return new(
            Extent.Of(image.AsSpan()[2..], 1), Extent.Of(Kernel.AsSpan(), 1), Extent.Of(Stride.AsSpan(), 1), Extent.Of(Dilation.AsSpan(), 1),
            Extent.Of(Padding.AsSpan(), 0), Extent.Of(y.AsSpan()[2..], 1));
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y)
    {
        var flops = (long)y.Count;
        foreach (var size in Kernel.AsSpan()) flops *= size;
        return flops;
    }
}

/// <summary>
/// y = the largest x of every window of every channel, NaN if there is one; the margin is −∞.  dx = dy at the place of the largest, of the first of
/// equal ones, added up where windows overlap.
/// </summary>
/// <inheritdoc cref="WindowPooling"/>
public sealed record MaxPooling(ValueList<int> Kernel, ValueList<int> Stride, ValueList<int> Padding, ValueList<int> Dilation, bool CeilMode)
    : WindowPooling(Kernel, Stride, Padding, Dilation, CeilMode)
{
    private protected override string Kind => "MaxPool";

    /// <summary>The pooling of a batch, or of one image without.</summary>
    /// <exception cref="ShapeException">The windows do not fit.</exception>
    public static Tensor Call(Tensor x, ValueList<int> kernel, ValueList<int> stride, ValueList<int> padding, ValueList<int> dilation, bool ceilMode)
    {
        ArgumentNullException.ThrowIfNull(x);
        var op = new MaxPooling(kernel, stride, padding, dilation, ceilMode);
        return x.Rank == kernel.Count + 1 ? op.Apply(x.Unsqueeze(0)).Squeeze(0) : op.Apply(x);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        var y = base.Infer(x);
        for (var i = 0; i < Axes; i++) RequireElements(x[0].Shape, i, y[i + 2]);
        return y;
    }

    // With a dilation a window may step over the whole image.
    void RequireElements(Shape image, int axis, int windows)
    {
        for (var window = 0; window < windows; window++)
        {
            var first = window * Stride[axis] - Padding[axis];
            // So many steps lead from the margin into the image.
            var steps = first >= 0 ? 0 : (-first + Dilation[axis] - 1) / Dilation[axis];
            if (steps >= Kernel[axis] || first + steps * Dilation[axis] >= image[axis + 2]) throw new ShapeException(
                $"{Name}: window {window} along axis {axis + 2} of x of shape {image} holds no element of it; " +
                $"kernel {Kernel}, padding {Padding} and dilation {Dilation} must leave it one.");
        }
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => Pool(x[0], null, Infer(x));

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x, out Tensor? kept)
    {
        var shape = Infer(x);
        return Pool(x[0], kept = new(shape, DType.Int64), shape);
    }

    Tensor Pool(Tensor x, Tensor? places, Shape shape)
    {
        if (!x.DType.IsFloat()) throw DTypeException.NeedsFloat(Name, x.DType);
        var y = new Tensor(shape, x.DType);
        Cpu.MaxPool(x.Packed(), WindowsOn(x.Shape), y, places);
        return y;
    }

    /// <summary>The places of the largest numbers within their channels, as int64, counted row by row.</summary>
    internal Tensor Places(Tensor x)
    {
        Forward([x], out var places);
        return places!;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) =>
        dx[0] = ByPlace.Spread(dy, node.Kept ?? Places(node.Inputs[0].Detach()), node.Inputs[0].Shape);
}

/// <summary>The places of the largest x of every window within their channels, as int64, counted row by row. It has no derivative.</summary>
/// <inheritdoc cref="WindowPooling"/>
public sealed record MaxPoolingPlaces(ValueList<int> Kernel, ValueList<int> Stride, ValueList<int> Padding, ValueList<int> Dilation, bool CeilMode)
    : WindowPooling(Kernel, Stride, Padding, Dilation, CeilMode)
{
    private protected override string Kind => "MaxPoolPlaces";

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => new MaxPooling(Kernel, Stride, Padding, Dilation, CeilMode).Places(x[0]);
}

/// <summary>
/// y = Σ x / divisor over every window of every channel, with zeros in the margin. The divisor is given, or it is how many elements the window has.
/// dx is <see cref="AveragePoolingPull"/> of dy.
/// </summary>
/// <param name="Kernel">The size of a window, one number for each spatial axis.</param>
/// <param name="Stride">How far one window lies from the next.</param>
/// <param name="Padding">How far windows may begin in front of the image; at most half of their reach.</param>
/// <param name="CeilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
/// <param name="CountIncludePad">Whether the margin counts as elements.</param>
/// <param name="Divisor">What every window is divided by; 0 for how many elements it has.</param>
public sealed record AveragePooling(
    ValueList<int> Kernel, ValueList<int> Stride, ValueList<int> Padding, bool CeilMode, bool CountIncludePad, double Divisor)
    : WindowPooling(Kernel, Stride, Padding, new([.. Enumerable.Repeat(1, Kernel.Count)]), CeilMode)
{
    private protected override string Kind => "AvgPool";

    /// <summary>The pooling of a batch, or of one image without.</summary>
    /// <exception cref="ShapeException">The windows do not fit.</exception>
    public static Tensor Call(
        Tensor x, ValueList<int> kernel, ValueList<int> stride, ValueList<int> padding, bool ceilMode, bool countIncludePad, double divisor = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        var op = new AveragePooling(kernel, stride, padding, ceilMode, countIncludePad, divisor);
        return x.Rank == kernel.Count + 1 ? op.Apply(x.Unsqueeze(0)).Squeeze(0) : op.Apply(x);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), x[0].DType);
        if (!y.DType.IsFloat()) throw DTypeException.NeedsFloat(Name, y.DType);
        var windows = WindowsOn(x[0].Shape);
        Cpu.AveragePool(x[0].Packed(), windows, Divisors(windows), y);
        return y;
    }

    /// <summary>The transpose, for images of a given shape.</summary>
    internal void Pull(Tensor dy, Tensor dx)
    {
        var windows = WindowsOn(dx.Shape);
        Cpu.AveragePoolPull(dy.Packed(), windows, Divisors(windows), dx);
    }

    internal Shape Result(Shape image) => Pooled(image);

    Cpu.Divisors Divisors(in Windows w)
    {
        var depth = Counts(w.Image.Depth, w.Kernel.Depth, w.Stride.Depth, w.Padding.Depth, w.Count.Depth);
        if (Divisor != 0) Array.Fill(depth, Divisor);
        return new(
            depth,
            Counts(w.Image.Height, w.Kernel.Height, w.Stride.Height, w.Padding.Height, w.Count.Height),
            Counts(w.Image.Width, w.Kernel.Width, w.Stride.Width, w.Padding.Width, w.Count.Width));
    }

    // How many elements each window has along an axis. What a last window has beyond the margin never counts.
    double[] Counts(int image, int kernel, int stride, int padding, int count)
    {
        var counts = new double[count];
        for (var i = 0; i < count; i++)
        {
            int start = i * stride - padding, end = Math.Min(start + kernel, image + padding);
            counts[i] = Divisor != 0 ? 1 : CountIncludePad ? end - start : Math.Min(end, image) - Math.Max(start, 0);
        }
        return counts;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = new AveragePoolingPull(node.Inputs[0].Shape, this).Apply(dy);
}

/// <summary>The transpose of an average pooling: y += x / divisor at every element of x's window.  dx is the average pooling of dy.</summary>
/// <param name="Image">The shape of the result.</param>
/// <param name="Pooling">The pooling.</param>
public sealed record AveragePoolingPull(Shape Image, AveragePooling Pooling) : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape == Pooling.Result(Image) ? Image : throw new ShapeException(
        $"{Name}: x of shape {x[0].Shape} is not what {Pooling.Name} makes of {Image}; it must be {Pooling.Result(Image)}.");

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), x[0].DType);
        Pooling.Pull(x[0], y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = Pooling.Apply(dy);
}

/// <summary>Numbers at places of the channels of an image.</summary>
static class ByPlace
{
    /// <summary>y at the places within their channels: [batch, channels, windows…] → an image of the shape, added up where places are named twice.</summary>
    public static Tensor Spread(Tensor y, Tensor places, Shape image)
    {
        if (!Recorder.Enabled)
        {
            var x = new Tensor(image, y.DType);
            Cpu.Unpool(y.Packed(), places, x);
            return x;
        }
        int channels = image[0] * image[1], elements = image.Count / Math.Max(1, channels), windows = y.Count / Math.Max(1, channels);
        var zeros = Expand.Call(Tensor.Zeros(Shape.Scalar, y.DType), [channels, elements]);
        return Reshape.Call(ScatterAdd.Call(zeros, 1, Reshape.Call(places, [channels, windows]), Reshape.Call(y, [channels, windows])), image);
    }

    /// <summary>The numbers of an image at places within their channels.</summary>
    public static Tensor Pick(Tensor image, Tensor places)
    {
        int channels = image.Shape[0] * image.Shape[1], elements = image.Count / Math.Max(1, channels), windows = places.Count / Math.Max(1, channels);
        return Reshape.Call(Gather.Call(Reshape.Call(image, [channels, elements]), 1, Reshape.Call(places, [channels, windows])), places.Shape);
    }
}
