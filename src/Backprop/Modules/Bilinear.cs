using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>y[..., o] = x₁ᵀ·W[o]·x₂ + b[o]: a map of two vectors that is linear in each, see <see cref="Tensor.Bilinear"/>.</summary>
/// <remarks>Weights and biases start evenly spread over ±1/√inputs₁, as PyTorch's do.</remarks>
public sealed class Bilinear : ModuleBase
{
    /// <summary>A layer with random weights.</summary>
    /// <param name="inputs1">How many numbers an x₁ has.</param>
    /// <param name="inputs2">How many numbers an x₂ has.</param>
    /// <param name="outputs">How many numbers a y has.</param>
    /// <param name="generator">Draws the weights.</param>
    /// <param name="bias">Whether there is a b.</param>
    /// <param name="dtype">The parameters' precision.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    public Bilinear(int inputs1, int inputs2, int outputs, Generator generator, bool bias = true, DType dtype = DType.Float32)
    {
        Option.AtLeastOne(inputs1, nameof(Bilinear));
        Option.AtLeastOne(inputs2, nameof(Bilinear));
        Option.AtLeastOne(outputs, nameof(Bilinear));
        var bound = 1 / Math.Sqrt(inputs1);
        Weight = Tensor.RandomUniform([outputs, inputs1, inputs2], generator, -bound, bound, dtype);
        Weight.RequiresGrad = true;
        if (!bias) return;
        Bias = Tensor.RandomUniform([outputs], generator, -bound, bound, dtype);
        Bias.RequiresGrad = true;
    }

    /// <summary>W, [outputs, inputs₁, inputs₂].</summary>
    public Tensor Weight { get; }

    /// <summary>b, [outputs]; null for a layer without.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    public override string Name => $"Bilinear({Weight.Shape[1]}, {Weight.Shape[2]} → {Weight.Shape[0]})";

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => Bias is null ? [("weight", Weight)] : [("weight", Weight), ("bias", Bias)];

    /// <summary>The map of x₁ [..., inputs₁] and x₂ [..., inputs₂], [..., outputs].</summary>
    /// <exception cref="ShapeException">The sizes do not fit, or the axes before them do not broadcast.</exception>
    public Tensor Forward(Tensor x1, Tensor x2)
    {
        ArgumentNullException.ThrowIfNull(x1);
        ArgumentNullException.ThrowIfNull(x2);
        using var call = Enter(x1, x2);
        return call.Return(Tensor.Bilinear(x1, x2, Weight, Bias));
    }
}
