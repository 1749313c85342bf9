using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>y = x·Wᵀ + b, with x [..., inputs] and y [..., outputs].</summary>
/// <remarks>Weights and biases start evenly spread over ±1/√inputs, as PyTorch's do.</remarks>
public sealed class Linear : Module
{
    /// <summary>A layer with random weights.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    public Linear(int inputs, int outputs, Generator generator, bool bias = true, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        var bound = 1 / Math.Sqrt(inputs);
        Weight = Tensor.RandomUniform([outputs, inputs], generator, -bound, bound, dtype);
        Weight.RequiresGrad = true;
        if (!bias) return;
        Bias = Tensor.RandomUniform([outputs], generator, -bound, bound, dtype);
        Bias.RequiresGrad = true;
    }

    /// <summary>W, [outputs, inputs].</summary>
    public Tensor Weight { get; }

    /// <summary>b, [outputs]; null for a layer without.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    public override string Name => $"Linear({Weight.Shape[1]} → {Weight.Shape[0]})";

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => Bias is null ? [("weight", Weight)] : [("weight", Weight), ("bias", Bias)];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => Tensor.Linear(x, Weight, Bias);
}
