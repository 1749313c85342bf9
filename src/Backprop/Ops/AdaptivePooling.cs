using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// y = the mean of every window of every channel, where an axis of size n falls into m windows as equal as they can be: window i reaches from ⌊i·n/m⌋
/// up to ⌈(i + 1)·n/m⌉.  dx is <see cref="AdaptiveAveragePull"/> of dy. [batch, channels, sizes…] → [batch, channels, outputs…].
/// </summary>
/// <param name="Output">How many windows there are along each spatial axis.</param>
public sealed record AdaptiveAverage(ValueList<int> Output) : Op
{
    /// <inheritdoc/>
    public override string Name => $"AdaptiveAvgPool{Output.Count}d";

    /// <summary>The pooling of a batch, or of one image without. What has windows of equal size is a common pooling.</summary>
    /// <exception cref="ShapeException">The image has other axes, or there would be no windows.</exception>
    public static Tensor Call(Tensor x, ValueList<int> output)
    {
        ArgumentNullException.ThrowIfNull(x);
        var op = new AdaptiveAverage(output);
        if (x.Rank == output.Count + 1) return Call(x.Unsqueeze(0), output).Squeeze(0);
        Adaptive.Check(op.Name, x.Shape, output);
        if (output.All(size => size == 1)) return x.Mean([.. Enumerable.Range(2, output.Count)], keepDims: true);
        return Adaptive.Even(x.Shape, output) is { } kernel
            ? AveragePooling.Call(x, kernel, kernel, Adaptive.None(output.Count), ceilMode: false, countIncludePad: true)
            : op.Apply(x);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Adaptive.Check(Name, x[0].Shape, Output);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), x[0].DType);
        if (!y.DType.IsFloat()) throw DTypeException.NeedsFloat(Name, y.DType);
        Cpu.AdaptiveAverage(x[0].Packed(), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) =>
        dx[0] = new AdaptiveAveragePull([.. node.Inputs[0].Shape.AsSpan()[2..]], Output).Apply(dy);
}

/// <summary>The transpose of an adaptive average pooling: y += x / size at every element of x's window.  dx is the pooling of dy.</summary>
/// <param name="Image">The spatial sizes of the result.</param>
/// <param name="Output">How many windows there are along each spatial axis.</param>
public sealed record AdaptiveAveragePull(ValueList<int> Image, ValueList<int> Output) : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape.AsSpan()[2..].SequenceEqual(Output.AsSpan())
        ? new([.. x[0].Shape.AsSpan()[..2], .. Image.AsSpan()])
        : throw new ShapeException($"{Name}: x of shape {x[0].Shape} does not have {Output} windows.");

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), x[0].DType);
        Cpu.AdaptiveAveragePull(x[0].Packed(), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = new AdaptiveAverage(Output).Apply(dy);
}

/// <summary>
/// The places of the largest x of windows as <see cref="AdaptiveAverage"/> has them, within their channels, as int64, counted row by row; the first
/// of equal ones. It has no derivative.
/// </summary>
/// <param name="Output">How many windows there are along each spatial axis.</param>
public sealed record AdaptiveMaxPlaces(ValueList<int> Output) : Op
{
    /// <inheritdoc/>
    public override string Name => $"AdaptiveMaxPool{Output.Count}d";

    /// <summary>The largest numbers and their places.</summary>
    /// <exception cref="ShapeException">The image has other axes, or there would be no windows.</exception>
    public static (Tensor Values, Tensor Indices) Call(Tensor x, ValueList<int> output)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank == output.Count + 1)
        {
            var (values, indices) = Call(x.Unsqueeze(0), output);
            return (values.Squeeze(0), indices.Squeeze(0));
        }
        var places = new AdaptiveMaxPlaces(output).Apply(x);
        return (ByPlace.Pick(x, places), places);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Adaptive.Check(Name, x[0].Shape, Output);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), DType.Int64);
        if (!x[0].DType.IsFloat()) throw DTypeException.NeedsFloat(Name, x[0].DType);
        Cpu.AdaptiveMaxPlaces(x[0].Packed(), y);
        return y;
    }
}

/// <summary>What adaptive poolings ask of their operand.</summary>
static class Adaptive
{
    public static Shape Check(string name, Shape image, ValueList<int> output)
    {
        if (image.Rank != output.Count + 2) throw new ShapeException(
            $"{name}: needs x of shape [batch, channels, {(output.Count == 1 ? "length" : output.Count == 2 ? "height, width" : "depth, height, width")}] and got {image}.");
        for (var i = 0; i < output.Count; i++)
            if (output[i] < 1 || image[i + 2] < 1) throw new ShapeException(
                $"{name}: {output[i]} windows along axis {i + 2} of x of shape {image} cannot be; both sizes must be at least 1.");
        return new([.. image.AsSpan()[..2], .. output.AsSpan()]);
    }

    /// <summary>The windows' size where all are of one.</summary>
    public static ValueList<int>? Even(Shape image, ValueList<int> output)
    {
        var kernel = new int[output.Count];
        for (var i = 0; i < kernel.Length; i++)
        {
            if (image[i + 2] % output[i] != 0) return null;
            kernel[i] = image[i + 2] / output[i];
        }
        return new(kernel);
    }

    public static ValueList<int> None(int axes) => new(new int[axes]);
}
