namespace Backprop.Modules;

/// <summary>The largest number of every window: see <see cref="Tensor.MaxPool1d"/>.</summary>
/// <param name="kernel">The size of a window.</param>
/// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
/// <param name="padding">How far windows may begin in front of the image.</param>
/// <param name="dilation">How far neighbours within a window lie apart.</param>
/// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
public sealed class MaxPool1d(int kernel, int? stride = null, int padding = 0, int dilation = 1, bool ceilMode = false) : Module
{
    /// <inheritdoc/>
    public override string Name => $"MaxPool1d({kernel})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.MaxPool1d(kernel, stride, padding, dilation, ceilMode);
}

/// <summary>The largest number of every window: see <see cref="Tensor.MaxPool2d"/>.</summary>
/// <param name="kernel">The size of a window.</param>
/// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
/// <param name="padding">How far windows may begin in front of the image; none if left out.</param>
/// <param name="dilation">How far neighbours within a window lie apart; 1 if left out.</param>
/// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
public sealed class MaxPool2d(Size2d kernel, Size2d? stride = null, Size2d? padding = null, Size2d? dilation = null, bool ceilMode = false) : Module
{
    /// <inheritdoc/>
    public override string Name => $"MaxPool2d({kernel})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.MaxPool2d(kernel, stride, padding, dilation, ceilMode);
}

/// <summary>The largest number of every window: see <see cref="Tensor.MaxPool3d"/>.</summary>
/// <param name="kernel">The size of a window.</param>
/// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
/// <param name="padding">How far windows may begin in front of the image; none if left out.</param>
/// <param name="dilation">How far neighbours within a window lie apart; 1 if left out.</param>
/// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
public sealed class MaxPool3d(Size3d kernel, Size3d? stride = null, Size3d? padding = null, Size3d? dilation = null, bool ceilMode = false) : Module
{
    /// <inheritdoc/>
    public override string Name => $"MaxPool3d({kernel})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.MaxPool3d(kernel, stride, padding, dilation, ceilMode);
}

/// <summary>The mean of every window: see <see cref="Tensor.AvgPool1d"/>.</summary>
/// <param name="kernel">The size of a window.</param>
/// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
/// <param name="padding">How many zeros surround the image on each side.</param>
/// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
/// <param name="countIncludePad">Whether zeros of the margin count as elements of the mean.</param>
public sealed class AvgPool1d(int kernel, int? stride = null, int padding = 0, bool ceilMode = false, bool countIncludePad = true) : Module
{
    /// <inheritdoc/>
    public override string Name => $"AvgPool1d({kernel})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.AvgPool1d(kernel, stride, padding, ceilMode, countIncludePad);
}

/// <summary>The mean of every window: see <see cref="Tensor.AvgPool2d"/>.</summary>
/// <param name="kernel">The size of a window.</param>
/// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
/// <param name="padding">How many zeros surround the image on each side; none if left out.</param>
/// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
/// <param name="countIncludePad">Whether zeros of the margin count as elements of the mean.</param>
/// <param name="divisor">What the sum of a window is divided by; how many elements it has if left out.</param>
public sealed class AvgPool2d(Size2d kernel, Size2d? stride = null, Size2d? padding = null, bool ceilMode = false, bool countIncludePad = true, double? divisor = null) : Module
{
    /// <inheritdoc/>
    public override string Name => $"AvgPool2d({kernel})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.AvgPool2d(kernel, stride, padding, ceilMode, countIncludePad, divisor);
}

/// <summary>The mean of every window: see <see cref="Tensor.AvgPool3d"/>.</summary>
/// <param name="kernel">The size of a window.</param>
/// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
/// <param name="padding">How many zeros surround the image on each side; none if left out.</param>
/// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
/// <param name="countIncludePad">Whether zeros of the margin count as elements of the mean.</param>
/// <param name="divisor">What the sum of a window is divided by; how many elements it has if left out.</param>
public sealed class AvgPool3d(Size3d kernel, Size3d? stride = null, Size3d? padding = null, bool ceilMode = false, bool countIncludePad = true, double? divisor = null) : Module
{
    /// <inheritdoc/>
    public override string Name => $"AvgPool3d({kernel})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.AvgPool3d(kernel, stride, padding, ceilMode, countIncludePad, divisor);
}

/// <summary>The means of so many windows, whatever the size: see <see cref="Tensor.AdaptiveAvgPool1d"/>.</summary>
/// <param name="output">How many windows there are.</param>
public sealed class AdaptiveAvgPool1d(int output) : Module
{
    /// <inheritdoc/>
    public override string Name => $"AdaptiveAvgPool1d({output})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.AdaptiveAvgPool1d(output);
}

/// <summary>The means of so many windows, whatever the size: see <see cref="Tensor.AdaptiveAvgPool2d"/>.</summary>
/// <param name="output">How many windows there are along each axis.</param>
public sealed class AdaptiveAvgPool2d(Size2d output) : Module
{
    /// <inheritdoc/>
    public override string Name => $"AdaptiveAvgPool2d({output})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.AdaptiveAvgPool2d(output);
}

/// <summary>The largest numbers of so many windows, whatever the size: see <see cref="Tensor.AdaptiveMaxPool1d"/>.</summary>
/// <param name="output">How many windows there are.</param>
public sealed class AdaptiveMaxPool1d(int output) : Module
{
    /// <inheritdoc/>
    public override string Name => $"AdaptiveMaxPool1d({output})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.AdaptiveMaxPool1d(output);
}

/// <summary>The largest numbers of so many windows, whatever the size: see <see cref="Tensor.AdaptiveMaxPool2d"/>.</summary>
/// <param name="output">How many windows there are along each axis.</param>
public sealed class AdaptiveMaxPool2d(Size2d output) : Module
{
    /// <inheritdoc/>
    public override string Name => $"AdaptiveMaxPool2d({output})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.AdaptiveMaxPool2d(output);
}
