using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>y = x·Wᵀ + b, with x [..., inputs] and y [..., outputs].</summary>
/// <remarks>Weights and biases start evenly spread over ±1/√inputs, as PyTorch's do.</remarks>
public sealed class Linear : Module
{
    /// <summary>A layer with random weights.</summary>
    /// <param name="inputs">How many numbers an x has.</param>
    /// <param name="outputs">How many numbers a y has.</param>
    /// <param name="generator">Draws the weights.</param>
    /// <param name="bias">Whether there is a b.</param>
    /// <param name="dtype">The parameters' precision.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1.</exception>
    public Linear(int inputs, int outputs, Generator generator, bool bias = true, DType dtype = DType.Float32)
    {
        Option.AtLeastOne(inputs, nameof(Linear));
        Option.AtLeastOne(outputs, nameof(Linear));
        var bound = 1 / Math.Sqrt(inputs);
        Weight = Tensor.RandomUniform([outputs, inputs], generator, -bound, bound, dtype);
        Weight.RequiresGrad = true;
        if (!bias) return;
        Bias = Tensor.RandomUniform([outputs], generator, -bound, bound, dtype);
        Bias.RequiresGrad = true;
    }

    /// <summary>
    /// A layer of weights that are there already; the tensors themselves become the parameters. So weights are tied:
    /// <c>new Linear(embedding.Weight)</c> gives scores of the words whose vectors the table holds, and the shared table is one parameter.
    /// </summary>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs], or none.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a tensor is nothing that can be trained.</exception>
    public Linear(Tensor weight, Tensor? bias = null)
    {
        Weight = AsParameter(nameof(Linear), "weight", weight);
        if (weight.Rank != 2 || (bias is not null && bias.Shape != new Shape(weight.Shape[0]))) throw new ShapeException(
            $"Linear: a weight of shape {weight.Shape}{(bias is null ? "" : $" and a bias of shape {bias.Shape}")}; they must be [outputs, inputs] and [outputs].");
        if (bias is not null) Bias = AsParameter(nameof(Linear), "bias", bias);
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
