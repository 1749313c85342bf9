using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// What convolutions of one, two or three spatial axes have in common: how their windows lie on the image. A convolution y of an image x with a weight w
/// is linear in both, and so are its two transposes: x from y and w, and w from x and y. Each is the derivative of the others.
/// </summary>
/// <param name="Stride">How far one window lies from the next, one number for each spatial axis.</param>
/// <param name="Padding">How many zeros surround the image on each side.</param>
/// <param name="Dilation">How far neighbours within a window lie apart.</param>
/// <param name="Groups">Into how many groups the channels fall; each is convolved by itself.</param>
public abstract record Convolving(ValueList<int> Stride, ValueList<int> Padding, ValueList<int> Dilation, int Groups) : Op
{
    /// <summary>How many spatial axes there are.</summary>
    protected int Axes => Stride.Count;

    private protected string Sizes => Axes switch { 1 => "length", 2 => "height, width", _ => "depth, height, width" };

    /// <summary>How far a window reaches along an axis.</summary>
    private protected int Reach(Shape weight, int axis) => Dilation[axis] * (weight[axis + 2] - 1) + 1;

    private protected void Check(Shape x, Shape weight, int channelAxis)
    {
        if (Axes is < 1 or > 3 || Padding.Count != Axes || Dilation.Count != Axes) throw new ShapeException(
            $"{Name}: stride {Stride}, padding {Padding} and dilation {Dilation} must have one number for each of 1 to 3 spatial axes.");
        for (var i = 0; i < Axes; i++)
            if (Stride[i] < 1 || Dilation[i] < 1 || Padding[i] < 0 || Groups < 1) throw new ShapeException(
                $"{Name}: stride {Stride}, dilation {Dilation} and groups {Groups} must be at least 1, padding {Padding} at least 0.");
        if (x.Rank != Axes + 2) throw new ShapeException($"{Name}: needs x of shape [batch, channels, {Sizes}] and got {x}.");
        if (weight.Rank != Axes + 2) throw new ShapeException($"{Name}: needs a weight of {Axes + 2} axes, {WeightShape}, and got {weight}.");
        for (var i = 2; i < weight.Rank; i++)
            if (weight[i] < 1) throw new ShapeException($"{Name}: the kernel of a weight of shape {weight} is empty along axis {i}.");
        if (weight[0] % Groups != 0) throw new ShapeException(
            $"{Name}: {weight[0]} {(channelAxis == 0 ? "input" : "output")} channels, from the weight's shape {weight}, do not fall into {Groups} equal groups.");
        var channels = channelAxis == 0 ? weight[0] : weight[1] * Groups;
        if (x[1] != channels) throw new ShapeException(
            $"{Name}: x of shape {x} has {x[1]} channels, and a weight of shape {weight}{(Groups > 1 ? $" with {Groups} groups" : "")} takes {channels}.");
    }

    private protected abstract string WeightShape { get; }

    private protected void CheckBias(ReadOnlySpan<Tensor> x, int channels)
    {
        if (x.Length > 2 && (x[2].Rank != 1 || x[2].Count != channels)) throw new ShapeException(
            $"{Name}: a bias of shape {x[2].Shape} does not fit a weight of shape {x[1].Shape}; it must be [{channels}].");
    }

    /// <summary>The windows on an image of which there are so many, as kernels take them.</summary>
    private protected Windows Windows(ReadOnlySpan<int> image, ReadOnlySpan<int> kernel, ReadOnlySpan<int> count) => new(
        Extent.Of(image, 1), Extent.Of(kernel, 1), Extent.Of(Stride.AsSpan(), 1), Extent.Of(Dilation.AsSpan(), 1), Extent.Of(Padding.AsSpan(), 0), Extent.Of(count, 1));

    /// <summary>The operands in the float type in which they meet, without gaps.</summary>
    private protected Tensor[] Floats(ReadOnlySpan<Tensor> x)
    {
        var dtype = DTypes.Meet(x);
        if (!dtype.IsFloat()) throw DTypeException.NeedsFloat(Name, dtype);
        var result = new Tensor[x.Length];
        for (var i = 0; i < x.Length; i++) result[i] = Cast.Raw(x[i], dtype).Packed();
        return result;
    }

    /// <summary>y as an image: the convolution of an image with a weight, for the first so many windows.</summary>
    private protected Tensor Convolve(Tensor image, Tensor weight, Shape windows)
    {
        var y = new PlainConvolution(Stride, Padding, Dilation, Groups).Apply(image, weight);
        for (var axis = 2; axis < y.Rank; axis++)
            if (y.Shape[axis] > windows[axis]) y = Slice.Call(y, axis, new(0, windows[axis], 1));
        return y;
    }

    /// <summary>The transposed convolution that makes an image of a given shape.</summary>
    private protected Tensor Transpose(Tensor y, Tensor weight, Shape image)
    {
        var more = new int[Axes];
        for (var i = 0; i < Axes; i++)
            more[i] = image[i + 2] - ((y.Shape[i + 2] - 1) * Stride[i] - 2 * Padding[i] + Reach(weight.Shape, i));
        return new TransposedConvolution(Stride, Padding, Dilation, Groups, [.. more]).Apply(y, weight);
    }

    /// <summary>dy added up over all axes but that of the channels: the derivative of a bias.</summary>
    private protected static Tensor OverChannels(Tensor dy) => new Sum([0, .. Enumerable.Range(2, dy.Rank - 2)], KeepDims: false).Apply(dy);
}

/// <summary>
/// The convolution (cross-correlation) y[n, o, i] = b[o] + Σ w[o, c, k] · x[n, c, i·stride + k·dilation − padding] over the channels c of o's group and the
/// places k of the window; x is 0 outside. i and k stand for one, two or three axes.
/// dx is the transposed convolution of dy with w, dw the convolution of x with dy, db = Σ dy.
/// [batch, channels, sizes…], [outputs, channels / groups, kernel…], [outputs] → [batch, outputs, ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1 …].
/// </summary>
/// <param name="Stride">How far one window lies from the next, one number for each spatial axis.</param>
/// <param name="Padding">How many zeros surround the image on each side.</param>
/// <param name="Dilation">How far neighbours within a window lie apart.</param>
/// <param name="Groups">Into how many groups the channels fall; each is convolved by itself.</param>
public sealed record PlainConvolution(ValueList<int> Stride, ValueList<int> Padding, ValueList<int> Dilation, int Groups)
    : Convolving(Stride, Padding, Dilation, Groups)
{
    /// <inheritdoc/>
    public override string Name => $"Conv{Axes}d";

    private protected override string WeightShape => "[outputs, channels / groups, kernel sizes]";

    /// <summary>The convolution; without a bias for null.</summary>
    /// <exception cref="ShapeException">The operands do not fit.</exception>
    public static Tensor Call(Tensor x, Tensor weight, Tensor? bias, ValueList<int> stride, ValueList<int> padding, ValueList<int> dilation, int groups)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        var op = new PlainConvolution(stride, padding, dilation, groups);
        // One image without a batch is a batch of one.
        if (x.Rank == stride.Count + 1) return Call(x.Unsqueeze(0), weight, bias, stride, padding, dilation, groups).Squeeze(0);
        return bias is null ? op.Apply(x, weight) : op.Apply(x, weight, bias);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Shape shape = x[0].Shape, weight = x[1].Shape;
        Check(shape, weight, 1);
        CheckBias(x, weight[0]);
        var y = shape.ToArray();
        y[1] = weight[0];
        for (var i = 0; i < Axes; i++)
        {
            long padded = shape[i + 2] + 2L * Padding[i], reach = Reach(weight, i);
            if (padded < reach) throw new ShapeException(
                $"{Name}: a window of {reach} along axis {i + 2} does not fit x of shape {shape}, which has {padded} there with padding {Padding}; " +
                "it may be at most as large as the padded image.");
            y[i + 2] = (int)((padded - reach) / Stride[i] + 1);
        }
        return Shape.Own(y);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y)
    {
        var weight = x[1].Shape;
        return weight[0] == 0 ? 0 : (2L * (weight.Count / weight[0]) + (x.Length > 2 ? 1 : 0)) * y.Count;
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = Infer(x);
        var operands = Floats(x);
        var y = new Tensor(shape, operands[0].DType);
        var windows = Windows(x[0].Shape.AsSpan()[2..], x[1].Shape.AsSpan()[2..], shape.AsSpan()[2..]);
        Cpu.Convolve(operands[0], operands[1], operands.Length > 2 ? operands[2] : null, windows, Groups, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor x = node.Inputs[0], weight = node.Inputs[1];
        if (node.Needs(0)) dx[0] = Transpose(dy, weight, x.Shape);
        if (node.Needs(1)) dx[1] = new ConvolutionWeights(new(weight.Shape.AsSpan()[2..].ToArray()), Stride, Padding, Dilation, Groups).Apply(x, dy);
        if (dx.Length > 2 && node.Needs(2)) dx[2] = OverChannels(dy);
    }
}

/// <summary>
/// The transpose of a convolution: y[n, o, i·stride + k·dilation − padding] += w[c, o, k] · x[n, c, i], to which b[o] is added. What lies outside y is lost.
/// dx is the convolution of dy with w, dw the convolution of dy with x, db = Σ dy.
/// [batch, channels, sizes…], [channels, outputs / groups, kernel…], [outputs] →
/// [batch, outputs, (size − 1)·stride − 2·padding + dilation·(kernel − 1) + output padding + 1 …].
/// </summary>
/// <param name="Stride">How far one window lies from the next, one number for each spatial axis.</param>
/// <param name="Padding">How many zeros surround the image on each side.</param>
/// <param name="Dilation">How far neighbours within a window lie apart.</param>
/// <param name="Groups">Into how many groups the channels fall; each is convolved by itself.</param>
/// <param name="OutputPadding">How many elements more the result has at the end of each axis.</param>
public sealed record TransposedConvolution(
    ValueList<int> Stride, ValueList<int> Padding, ValueList<int> Dilation, int Groups, ValueList<int> OutputPadding)
    : Convolving(Stride, Padding, Dilation, Groups)
{
    /// <inheritdoc/>
    public override string Name => $"ConvTranspose{Axes}d";

    private protected override string WeightShape => "[channels, outputs / groups, kernel sizes]";

    /// <summary>The transposed convolution; without a bias for null.</summary>
    /// <exception cref="ShapeException">The operands do not fit.</exception>
    public static Tensor Call(
        Tensor x, Tensor weight, Tensor? bias, ValueList<int> stride, ValueList<int> padding, ValueList<int> outputPadding, int groups, ValueList<int> dilation)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        var op = new TransposedConvolution(stride, padding, dilation, groups, outputPadding);
        if (x.Rank == stride.Count + 1) return Call(x.Unsqueeze(0), weight, bias, stride, padding, outputPadding, groups, dilation).Squeeze(0);
        for (var i = 0; i < stride.Count; i++)
            if (outputPadding[i] < 0 || outputPadding[i] >= Math.Max(stride[i], dilation[i])) throw new ShapeException(
                $"{op.Name}: output padding {outputPadding} must be at least 0 and less than the stride {stride} or the dilation {dilation}.");
        return bias is null ? op.Apply(x, weight) : op.Apply(x, weight, bias);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Shape shape = x[0].Shape, weight = x[1].Shape;
        Check(shape, weight, 0);
        CheckBias(x, weight[1] * Groups);
        var y = shape.ToArray();
        y[1] = weight[1] * Groups;
        for (var i = 0; i < Axes; i++)
        {
            var size = (shape[i + 2] - 1L) * Stride[i] - 2L * Padding[i] + Reach(weight, i) + OutputPadding[i];
            if (size < 1 || shape[i + 2] < 1) throw new ShapeException(
                $"{Name}: x of shape {shape} and padding {Padding} leave {size} elements along axis {i + 2}; there must be at least 1.");
            y[i + 2] = (int)Math.Min(size, int.MaxValue);
        }
        return Shape.Own(y);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y)
    {
        var weight = x[1].Shape;
        return weight[0] == 0 ? 0 : 2L * (weight.Count / weight[0]) * x[0].Count + (x.Length > 2 ? y.Count : 0);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = Infer(x);
        var operands = Floats(x);
        var y = new Tensor(shape, operands[0].DType);
        var windows = Windows(shape.AsSpan()[2..], x[1].Shape.AsSpan()[2..], x[0].Shape.AsSpan()[2..]);
        Cpu.ConvolveTransposed(operands[0], operands[1], operands.Length > 2 ? operands[2] : null, windows, Groups, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor x = node.Inputs[0], weight = node.Inputs[1];
        if (node.Needs(0)) dx[0] = Convolve(dy, weight, x.Shape);
        if (node.Needs(1)) dx[1] = new ConvolutionWeights(new(weight.Shape.AsSpan()[2..].ToArray()), Stride, Padding, Dilation, Groups).Apply(dy, x);
        if (dx.Length > 2 && node.Needs(2)) dx[2] = OverChannels(dy);
    }
}

/// <summary>
/// The derivative of a convolution by its weight: w[o, c, k] = Σ y[n, o, i] · x[n, c, i·stride + k·dilation − padding] over images n and windows i.
/// dx is the transposed convolution of y with dw, dy the convolution of x with dw.
/// [batch, channels, sizes…], [batch, outputs, windows…] → [outputs, channels / groups, kernel…].
/// </summary>
/// <param name="Kernel">The size of a window.</param>
/// <param name="Stride">How far one window lies from the next, one number for each spatial axis.</param>
/// <param name="Padding">How many zeros surround the image on each side.</param>
/// <param name="Dilation">How far neighbours within a window lie apart.</param>
/// <param name="Groups">Into how many groups the channels fall; each is convolved by itself.</param>
public sealed record ConvolutionWeights(
    ValueList<int> Kernel, ValueList<int> Stride, ValueList<int> Padding, ValueList<int> Dilation, int Groups)
    : Convolving(Stride, Padding, Dilation, Groups)
{
    /// <inheritdoc/>
    public override string Name => $"Conv{Axes}dWeights";

    private protected override string WeightShape => "[outputs, channels / groups, kernel sizes]";

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Shape image = x[0].Shape, y = x[1].Shape;
        if (image.Rank != Axes + 2 || y.Rank != Axes + 2 || image[0] != y[0] || Groups < 1 || image[1] % Groups != 0) throw new ShapeException(
            $"{Name}: images of shape {image} and results of shape {y} do not belong to one convolution with {Groups} groups; " +
            $"they are [batch, channels, {Sizes}].");
        Shape weight = new([y[1], image[1] / Groups, .. Kernel.AsSpan()]);
        Check(image, weight, 1);
        return weight;
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y)
    {
        var windows = x[1].Shape;
        return windows[1] == 0 ? 0 : 2L * y.Count * (windows.Count / windows[1]);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = Infer(x);
        var operands = Floats(x);
        var weight = new Tensor(shape, operands[0].DType);
        Cpu.ConvolveWeightsPull(operands[0], operands[1], Windows(x[0].Shape.AsSpan()[2..], Kernel.AsSpan(), x[1].Shape.AsSpan()[2..]), Groups, weight);
        return weight;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor image = node.Inputs[0], windows = node.Inputs[1];
        if (node.Needs(0)) dx[0] = Transpose(windows, dy, image.Shape);
        if (node.Needs(1)) dx[1] = Convolve(image, dy, windows.Shape);
    }
}
