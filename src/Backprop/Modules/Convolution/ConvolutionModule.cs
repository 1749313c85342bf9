using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>What convolutional layers have in common: a weight for every pair of channels and place of the window, a bias for every output channel.</summary>
/// <remarks>
/// Weights and biases start evenly spread over ±1/√n, with n the weights of one output, as PyTorch's do (of a transposed convolution, the weight's sizes but the
/// first).
/// </remarks>
public abstract class ConvolutionModule : Module
{
    private protected ConvolutionModule(
        int inputs, int outputs, ValueList<int> kernel, Generator generator, ValueList<int> stride, ValueList<int> padding, ValueList<int> dilation,
        int groups, bool bias, DType dtype, bool transposed)
    {
        Option.AtLeastOne(inputs, GetType().Name);
        Option.AtLeastOne(outputs, GetType().Name);
        Option.AtLeastOne(groups, GetType().Name);
        for (var i = 0; i < kernel.Count; i++)
        {
            Option.AtLeastOne(kernel[i], GetType().Name, nameof(kernel));
            Option.AtLeastOne(stride[i], GetType().Name, nameof(stride));
            Option.AtLeastOne(dilation[i], GetType().Name, nameof(dilation));
            Option.NotNegative(padding[i], GetType().Name, nameof(padding));
        }
        if (inputs % groups != 0 || outputs % groups != 0) throw new ArgumentException(
            $"{GetType().Name}: {inputs} inputs and {outputs} outputs do not fall into {groups} equal groups; both must be multiples.", nameof(groups));
        (Inputs, Outputs, Groups, Kernel, Strides, Paddings, Dilations) = (inputs, outputs, groups, kernel, stride, padding, dilation);
        Shape shape = transposed ? new([inputs, outputs / groups, .. kernel.AsSpan()]) : new([outputs, inputs / groups, .. kernel.AsSpan()]);
        var bound = 1 / Math.Sqrt((double)shape.Count / shape[0]);
        Weight = Tensor.RandomUniform(shape, generator, -bound, bound, dtype);
        Weight.RequiresGrad = true;
        if (!bias) return;
        Bias = Tensor.RandomUniform([outputs], generator, -bound, bound, dtype);
        Bias.RequiresGrad = true;
    }

    /// <summary>How many channels it takes.</summary>
    public int Inputs { get; }

    /// <summary>How many channels it gives.</summary>
    public int Outputs { get; }

    /// <summary>Into how many groups the channels fall.</summary>
    public int Groups { get; }

    /// <summary>w: [outputs, inputs / groups, kernel…]; of a transposed convolution [inputs, outputs / groups, kernel…].</summary>
    public Tensor Weight { get; }

    /// <summary>b, [outputs]; null for a layer without.</summary>
    public Tensor? Bias { get; }

    private protected ValueList<int> Kernel { get; }
    private protected ValueList<int> Strides { get; }
    private protected ValueList<int> Paddings { get; }
    private protected ValueList<int> Dilations { get; }

    /// <inheritdoc/>
    public override string Name
    {
        get
        {
            var text = $"{GetType().Name}({Inputs} → {Outputs}, kernel {Sizes.Show(Kernel)}";
            if (!Sizes.All(Strides, 1)) text += $", stride {Sizes.Show(Strides)}";
            if (!Sizes.All(Paddings, 0)) text += $", padding {Sizes.Show(Paddings)}";
            if (!Sizes.All(Dilations, 1)) text += $", dilation {Sizes.Show(Dilations)}";
            if (Groups > 1) text += $", {Groups} groups";
            return text + ")";
        }
    }

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => Bias is null ? [("weight", Weight)] : [("weight", Weight), ("bias", Bias)];
}

/// <summary>A convolutional layer of any number of spatial axes.</summary>
/// <inheritdoc cref="ConvolutionModule"/>
public abstract class ConvolutionLayer : ConvolutionModule
{
    private protected ConvolutionLayer(
        int inputs, int outputs, ValueList<int> kernel, Generator generator, ValueList<int> stride, ValueList<int> padding, ValueList<int> dilation,
        int groups, bool bias, PadMode paddingMode, DType dtype)
        : base(inputs, outputs, kernel, generator, stride, padding, dilation, groups, bias, dtype, transposed: false) => PaddingMode = paddingMode;

    /// <summary>What stands in the margin: zeros, or elements of the image.</summary>
    public PadMode PaddingMode { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (PaddingMode == PadMode.Constant) return PlainConvolution.Call(x, Weight, Bias, Strides, Paddings, Dilations, Groups);
        var margins = new (int, int)[Paddings.Count];
        for (var i = 0; i < margins.Length; i++) margins[i] = (Paddings[i], Paddings[i]);
        return PlainConvolution.Call(x.Pad(margins, PaddingMode), Weight, Bias, Strides, new(new int[margins.Length]), Dilations, Groups);
    }
}

/// <summary>A transposed convolutional layer of any number of spatial axes.</summary>
/// <inheritdoc cref="ConvolutionModule"/>
public abstract class TransposedConvolutionLayer : ConvolutionModule
{
    readonly ValueList<int> outputPadding;

    private protected TransposedConvolutionLayer(
        int inputs, int outputs, ValueList<int> kernel, Generator generator, ValueList<int> stride, ValueList<int> padding, ValueList<int> outputPadding,
        int groups, bool bias, ValueList<int> dilation, DType dtype)
        : base(inputs, outputs, kernel, generator, stride, padding, dilation, groups, bias, dtype, transposed: true)
    {
        for (var i = 0; i < outputPadding.Count; i++)
            if (outputPadding[i] < 0 || outputPadding[i] >= Math.Max(stride[i], dilation[i])) throw new ArgumentOutOfRangeException(
                nameof(outputPadding), outputPadding[i], $"{GetType().Name}: output padding must be at least 0 and less than the stride or the dilation.");
        this.outputPadding = outputPadding;
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) =>
        TransposedConvolution.Call(x, Weight, Bias, Strides, Paddings, outputPadding, Groups, Dilations);
}
