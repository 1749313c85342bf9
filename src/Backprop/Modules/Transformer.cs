namespace Backprop.Modules;

/// <summary>Encoder layers one after the other, and a norm at the end if there is one: what layers with the norm first need.</summary>
public sealed class TransformerEncoder : Module
{
    readonly ModuleList<TransformerEncoderLayer> layers;
    readonly LayerNorm? norm;

    /// <summary>A stack of layers.</summary>
    public TransformerEncoder(IEnumerable<TransformerEncoderLayer> layers, LayerNorm? norm = null) => (this.layers, this.norm) = (new(layers), norm);

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => norm is null ? [("layers", layers)] : [("layers", layers), ("norm", norm)];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        foreach (var layer in layers) x = layer.Forward(x);
        return norm?.Forward(x) ?? x;
    }

    /// <summary>The same with a mask and padding for every layer.</summary>
    public Tensor Forward(Tensor x, Tensor? mask, Tensor? padding = null, bool isCausal = false)
    {
        using var call = Enter(x);
        foreach (var layer in layers) x = layer.Forward(x, mask, padding, isCausal);
        return call.Return(norm?.Forward(x) ?? x);
    }
}

/// <summary>Decoder layers one after the other, and a norm at the end if there is one.</summary>
public sealed class TransformerDecoder : ModuleBase
{
    readonly ModuleList<TransformerDecoderLayer> layers;
    readonly LayerNorm? norm;

    /// <summary>A stack of layers.</summary>
    public TransformerDecoder(IEnumerable<TransformerDecoderLayer> layers, LayerNorm? norm = null) => (this.layers, this.norm) = (new(layers), norm);

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => norm is null ? [("layers", layers)] : [("layers", layers), ("norm", norm)];

    /// <summary>What the layers make of x and the encoder's memory; masks as <see cref="TransformerDecoderLayer.Forward"/> takes them.</summary>
    public Tensor Forward(
        Tensor x, Tensor memory, Tensor? mask = null, Tensor? memoryMask = null, Tensor? padding = null, Tensor? memoryPadding = null, bool isCausal = false)
    {
        using var call = Enter(x, memory);
        foreach (var layer in layers) x = layer.Forward(x, memory, mask, memoryMask, padding, memoryPadding, isCausal);
        return call.Return(norm?.Forward(x) ?? x);
    }
}
