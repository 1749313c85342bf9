using Backprop.Ops;

namespace Backprop;

/// <summary>Poolings: what windows that slide over every channel make of it. The batch may be left out.</summary>
public sealed partial class Tensor
{
    /// <summary>The largest number of every window: [batch, channels, length] → [batch, channels, windows]. NaN counts as larger than everything.</summary>
    /// <param name="kernel">The size of a window.</param>
    /// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
    /// <param name="padding">How far windows may begin in front of the sequence; at most half of their reach.</param>
    /// <param name="dilation">How far neighbours within a window lie apart.</param>
    /// <param name="ceilMode">Whether a last window counts that reaches beyond the end, if it begins before.</param>
    /// <exception cref="ShapeException">This is no batch of sequences, or a window is larger than the padded sequence.</exception>
    public Tensor MaxPool1d(int kernel, int? stride = null, int padding = 0, int dilation = 1, bool ceilMode = false) =>
        MaxPooling.Call(this, [kernel], [stride ?? kernel], [padding], [dilation], ceilMode);

    /// <summary>The largest number of every window: [batch, channels, height, width] → [batch, channels, rows, columns]. NaN counts as larger than everything.</summary>
    /// <param name="kernel">The size of a window.</param>
    /// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
    /// <param name="padding">How far windows may begin in front of the image; at most half of their reach. None if left out.</param>
    /// <param name="dilation">How far neighbours within a window lie apart; 1 if left out.</param>
    /// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
    /// <exception cref="ShapeException">This is no batch of images, or a window is larger than the padded image.</exception>
    public Tensor MaxPool2d(Size2d kernel, Size2d? stride = null, Size2d? padding = null, Size2d? dilation = null, bool ceilMode = false) =>
        MaxPooling.Call(this, kernel.List, (stride ?? kernel).List, (padding ?? 0).List, (dilation ?? 1).List, ceilMode);

    /// <summary>The largest number of every window of volumes: as <see cref="MaxPool2d"/>, with one axis more.</summary>
    /// <inheritdoc cref="MaxPool2d"/>
    public Tensor MaxPool3d(Size3d kernel, Size3d? stride = null, Size3d? padding = null, Size3d? dilation = null, bool ceilMode = false) =>
        MaxPooling.Call(this, kernel.List, (stride ?? kernel).List, (padding ?? 0).List, (dilation ?? 1).List, ceilMode);

    /// <summary>As <see cref="MaxPool1d"/>, and the places of the largest numbers in the sequence, as int64.</summary>
    /// <inheritdoc cref="MaxPool1d"/>
    public (Tensor Values, Tensor Indices) MaxPool1dWithIndices(int kernel, int? stride = null, int padding = 0, int dilation = 1, bool ceilMode = false) =>
        Placed(new MaxPoolingPlaces([kernel], [stride ?? kernel], [padding], [dilation], ceilMode));

    /// <summary>As <see cref="MaxPool2d"/>, and the places of the largest numbers within their channels, counted row by row, as int64.</summary>
    /// <inheritdoc cref="MaxPool2d"/>
    public (Tensor Values, Tensor Indices) MaxPool2dWithIndices(
        Size2d kernel, Size2d? stride = null, Size2d? padding = null, Size2d? dilation = null, bool ceilMode = false) =>
        Placed(new MaxPoolingPlaces(kernel.List, (stride ?? kernel).List, (padding ?? 0).List, (dilation ?? 1).List, ceilMode));

    /// <summary>As <see cref="MaxPool3d"/>, and the places of the largest numbers within their channels, counted plane by plane and row by row, as int64.</summary>
    /// <inheritdoc cref="MaxPool2d"/>
    public (Tensor Values, Tensor Indices) MaxPool3dWithIndices(
        Size3d kernel, Size3d? stride = null, Size3d? padding = null, Size3d? dilation = null, bool ceilMode = false) =>
        Placed(new MaxPoolingPlaces(kernel.List, (stride ?? kernel).List, (padding ?? 0).List, (dilation ?? 1).List, ceilMode));

    (Tensor Values, Tensor Indices) Placed(MaxPoolingPlaces op)
    {
        var single = Rank == op.Kernel.Count + 1;
        var x = single ? Unsqueeze(0) : this;
        var places = op.Apply(x);
        var values = ByPlace.Pick(x, places);
        return single ? (values.Squeeze(0), places.Squeeze(0)) : (values, places);
    }

    /// <summary>The mean of every window: [batch, channels, length] → [batch, channels, windows].</summary>
    /// <param name="kernel">The size of a window.</param>
    /// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
    /// <param name="padding">How many zeros stand on each side; at most half of a window.</param>
    /// <param name="ceilMode">Whether a last window counts that reaches beyond the end, if it begins before.</param>
    /// <param name="countIncludePad">Whether zeros of the margin count as elements of the mean.</param>
    /// <exception cref="ShapeException">This is no batch of sequences, or a window is larger than the padded sequence.</exception>
    public Tensor AvgPool1d(int kernel, int? stride = null, int padding = 0, bool ceilMode = false, bool countIncludePad = true) =>
        AveragePooling.Call(this, [kernel], [stride ?? kernel], [padding], ceilMode, countIncludePad);

    /// <summary>The mean of every window: [batch, channels, height, width] → [batch, channels, rows, columns].</summary>
    /// <param name="kernel">The size of a window.</param>
    /// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
    /// <param name="padding">How many zeros surround the image on each side; at most half of a window. None if left out.</param>
    /// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
    /// <param name="countIncludePad">Whether zeros of the margin count as elements of the mean.</param>
    /// <param name="divisor">What the sum of a window is divided by; how many elements it has if left out.</param>
    /// <exception cref="ShapeException">This is no batch of images, or a window is larger than the padded image.</exception>
    public Tensor AvgPool2d(
        Size2d kernel, Size2d? stride = null, Size2d? padding = null, bool ceilMode = false, bool countIncludePad = true, double? divisor = null) =>
        AveragePooling.Call(this, kernel.List, (stride ?? kernel).List, (padding ?? 0).List, ceilMode, countIncludePad, PoolDivisor(divisor));

    /// <summary>The mean of every window of volumes: as <see cref="AvgPool2d"/>, with one axis more.</summary>
    /// <inheritdoc cref="AvgPool2d"/>
    public Tensor AvgPool3d(
        Size3d kernel, Size3d? stride = null, Size3d? padding = null, bool ceilMode = false, bool countIncludePad = true, double? divisor = null) =>
        AveragePooling.Call(this, kernel.List, (stride ?? kernel).List, (padding ?? 0).List, ceilMode, countIncludePad, PoolDivisor(divisor));

    internal static double PoolDivisor(double? divisor) => divisor != 0 ? divisor ?? 0 : throw new ArgumentOutOfRangeException(
        nameof(divisor), "AvgPool: nothing can be divided by 0; leave the divisor out for the number of elements.");

    /// <summary>The means of so many windows, as equal as they can be, whatever the length: [batch, channels, length] → [batch, channels, output].</summary>
    /// <exception cref="ShapeException">This is no batch of sequences, or it is empty.</exception>
    public Tensor AdaptiveAvgPool1d(int output) => AdaptiveAverage.Call(this, [output]);

    /// <summary>
    /// The means of so many windows, as equal as they can be, whatever the size: [batch, channels, height, width] → [batch, channels, rows, columns].
    /// <c>AdaptiveAvgPool2d(1)</c> is the mean of every channel.
    /// </summary>
    /// <exception cref="ShapeException">This is no batch of images, or they are empty.</exception>
    public Tensor AdaptiveAvgPool2d(Size2d output) => AdaptiveAverage.Call(this, output.List);

    /// <summary>The means of so many windows of volumes: as <see cref="AdaptiveAvgPool2d"/>, with one axis more.</summary>
    /// <exception cref="ShapeException">This is no batch of volumes, or they are empty.</exception>
    public Tensor AdaptiveAvgPool3d(Size3d output) => AdaptiveAverage.Call(this, output.List);

    /// <summary>The largest numbers of so many windows, as equal as they can be: [batch, channels, length] → [batch, channels, output].</summary>
    /// <exception cref="ShapeException">This is no batch of sequences, or it is empty.</exception>
    public Tensor AdaptiveMaxPool1d(int output) => AdaptiveMaxPlaces.Call(this, [output]).Values;

    /// <summary>As <see cref="AdaptiveMaxPool1d"/>, and the places of the largest numbers in the sequence, as int64.</summary>
    /// <inheritdoc cref="AdaptiveMaxPool1d"/>
    public (Tensor Values, Tensor Indices) AdaptiveMaxPool1dWithIndices(int output) => AdaptiveMaxPlaces.Call(this, [output]);

    /// <summary>The largest numbers of so many windows, as equal as they can be: [batch, channels, height, width] → [batch, channels, rows, columns].</summary>
    /// <exception cref="ShapeException">This is no batch of images, or they are empty.</exception>
    public Tensor AdaptiveMaxPool2d(Size2d output) => AdaptiveMaxPlaces.Call(this, output.List).Values;

    /// <summary>As <see cref="AdaptiveMaxPool2d"/>, and the places of the largest numbers within their channels, counted row by row, as int64.</summary>
    /// <inheritdoc cref="AdaptiveMaxPool2d"/>
    public (Tensor Values, Tensor Indices) AdaptiveMaxPool2dWithIndices(Size2d output) => AdaptiveMaxPlaces.Call(this, output.List);

    /// <summary>The largest numbers of so many windows of volumes: as <see cref="AdaptiveMaxPool2d"/>, with one axis more.</summary>
    /// <exception cref="ShapeException">This is no batch of volumes, or they are empty.</exception>
    public Tensor AdaptiveMaxPool3d(Size3d output) => AdaptiveMaxPlaces.Call(this, output.List).Values;

    /// <summary>The p-norm of every window: y = (Σ xᵖ)^(1/p), of numbers that are not negative if p is odd.</summary>
    /// <param name="p">The power: 1 gives the sum, a large one nearly the largest.</param>
    /// <param name="kernel">The size of a window.</param>
    /// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
    /// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
    /// <exception cref="ShapeException">This is no batch of images, or a window is larger than they are.</exception>
    public Tensor LpPool2d(double p, Size2d kernel, Size2d? stride = null, bool ceilMode = false) =>
        AveragePooling.Call(Pow(p), kernel.List, (stride ?? kernel).List, [0, 0], ceilMode, countIncludePad: true, divisor: 1).Pow(1 / p);
}
