using Backprop.Ops;

namespace Backprop.Modules;

/// <summary>What poolings have in common: windows that slide over every channel of [batch, channels, sizes…]; the batch may be left out.</summary>
public abstract class PoolLayer : Module
{
    private protected PoolLayer(ValueList<int> kernel, ValueList<int> stride, ValueList<int> padding, ValueList<int> dilation, bool ceilMode)
    {
        var owner = GetType().Name;
        for (var i = 0; i < kernel.Count; i++)
        {
            Option.AtLeastOne(kernel[i], owner, nameof(kernel));
            Option.AtLeastOne(stride[i], owner, nameof(stride));
            Option.AtLeastOne(dilation[i], owner, nameof(dilation));
            Option.NotNegative(padding[i], owner, nameof(padding));
        }
        (Kernel, Strides, Paddings, Dilations, CeilMode) = (kernel, stride, padding, dilation, ceilMode);
    }

    private protected ValueList<int> Kernel { get; }
    private protected ValueList<int> Strides { get; }
    private protected ValueList<int> Paddings { get; }
    private protected ValueList<int> Dilations { get; }

    /// <summary>Whether a last window counts that reaches beyond the image, if it begins within.</summary>
    public bool CeilMode { get; }

    /// <inheritdoc/>
    public override string Name
    {
        get
        {
            var text = $"{GetType().Name}({Sizes.Show(Kernel)}";
            if (Strides != Kernel) text += $", stride {Sizes.Show(Strides)}";
            if (!Sizes.All(Paddings, 0)) text += $", padding {Sizes.Show(Paddings)}";
            if (!Sizes.All(Dilations, 1)) text += $", dilation {Sizes.Show(Dilations)}";
            return text + ")";
        }
    }
}

/// <summary>The largest number of every window, over any number of spatial axes.</summary>
public abstract class MaxPoolLayer : PoolLayer
{
    private protected MaxPoolLayer(ValueList<int> kernel, ValueList<int> stride, ValueList<int> padding, ValueList<int> dilation, bool ceilMode)
        : base(kernel, stride, padding, dilation, ceilMode)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => MaxPooling.Call(x, Kernel, Strides, Paddings, Dilations, CeilMode);
}

/// <summary>The largest number of every window: see <see cref="Tensor.MaxPool1d"/>.</summary>
/// <param name="kernel">The size of a window.</param>
/// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
/// <param name="padding">How far windows may begin in front of the image.</param>
/// <param name="dilation">How far neighbours within a window lie apart.</param>
/// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
public sealed class MaxPool1d(int kernel, int? stride = null, int padding = 0, int dilation = 1, bool ceilMode = false)
    : MaxPoolLayer([kernel], [stride ?? kernel], [padding], [dilation], ceilMode);

/// <summary>The largest number of every window: see <see cref="Tensor.MaxPool2d"/>.</summary>
/// <param name="kernel">The size of a window.</param>
/// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
/// <param name="padding">How far windows may begin in front of the image; none if left out.</param>
/// <param name="dilation">How far neighbours within a window lie apart; 1 if left out.</param>
/// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
public sealed class MaxPool2d(Size2d kernel, Size2d? stride = null, Size2d? padding = null, Size2d? dilation = null, bool ceilMode = false)
    : MaxPoolLayer(kernel.List, (stride ?? kernel).List, (padding ?? 0).List, (dilation ?? 1).List, ceilMode);

/// <summary>The largest number of every window: see <see cref="Tensor.MaxPool3d"/>.</summary>
/// <param name="kernel">The size of a window.</param>
/// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
/// <param name="padding">How far windows may begin in front of the image; none if left out.</param>
/// <param name="dilation">How far neighbours within a window lie apart; 1 if left out.</param>
/// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
public sealed class MaxPool3d(Size3d kernel, Size3d? stride = null, Size3d? padding = null, Size3d? dilation = null, bool ceilMode = false)
    : MaxPoolLayer(kernel.List, (stride ?? kernel).List, (padding ?? 0).List, (dilation ?? 1).List, ceilMode);

/// <summary>The mean of every window, over any number of spatial axes.</summary>
public abstract class AvgPoolLayer : PoolLayer
{
    readonly bool countIncludePad;
    readonly double divisor;

    private protected AvgPoolLayer(ValueList<int> kernel, ValueList<int> stride, ValueList<int> padding, bool ceilMode, bool countIncludePad, double? divisor)
        : base(kernel, stride, padding, ValueList.Create(Enumerable.Repeat(1, kernel.Count).ToArray()), ceilMode) =>
        (this.countIncludePad, this.divisor) = (countIncludePad, Tensor.PoolDivisor(divisor));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => AveragePooling.Call(x, Kernel, Strides, Paddings, CeilMode, countIncludePad, divisor);
}

/// <summary>The mean of every window: see <see cref="Tensor.AvgPool1d"/>.</summary>
/// <param name="kernel">The size of a window.</param>
/// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
/// <param name="padding">How many zeros surround the image on each side.</param>
/// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
/// <param name="countIncludePad">Whether zeros of the margin count as elements of the mean.</param>
public sealed class AvgPool1d(int kernel, int? stride = null, int padding = 0, bool ceilMode = false, bool countIncludePad = true)
    : AvgPoolLayer([kernel], [stride ?? kernel], [padding], ceilMode, countIncludePad, null);

/// <summary>The mean of every window: see <see cref="Tensor.AvgPool2d"/>.</summary>
/// <param name="kernel">The size of a window.</param>
/// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
/// <param name="padding">How many zeros surround the image on each side; none if left out.</param>
/// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
/// <param name="countIncludePad">Whether zeros of the margin count as elements of the mean.</param>
/// <param name="divisor">What the sum of a window is divided by; how many elements it has if left out.</param>
public sealed class AvgPool2d(
    Size2d kernel, Size2d? stride = null, Size2d? padding = null, bool ceilMode = false, bool countIncludePad = true, double? divisor = null)
    : AvgPoolLayer(kernel.List, (stride ?? kernel).List, (padding ?? 0).List, ceilMode, countIncludePad, divisor);

/// <summary>The mean of every window: see <see cref="Tensor.AvgPool3d"/>.</summary>
/// <param name="kernel">The size of a window.</param>
/// <param name="stride">How far one window lies from the next; the kernel's size if left out.</param>
/// <param name="padding">How many zeros surround the image on each side; none if left out.</param>
/// <param name="ceilMode">Whether a last window counts that reaches beyond the image, if it begins within.</param>
/// <param name="countIncludePad">Whether zeros of the margin count as elements of the mean.</param>
/// <param name="divisor">What the sum of a window is divided by; how many elements it has if left out.</param>
public sealed class AvgPool3d(
    Size3d kernel, Size3d? stride = null, Size3d? padding = null, bool ceilMode = false, bool countIncludePad = true, double? divisor = null)
    : AvgPoolLayer(kernel.List, (stride ?? kernel).List, (padding ?? 0).List, ceilMode, countIncludePad, divisor);
