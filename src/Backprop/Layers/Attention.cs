namespace Backprop.Layers;

/// <summary>
/// The sum of vectors, each as much as its weight says: c = Σₜ aₜ·hsₜ.  hs [batch, time, size], a [batch, time], c [batch, size]
/// (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 8).
/// </summary>
public sealed class WeightSum() : BinaryLayer(Of)
{
    internal static Tensor Of(Tensor hs, Tensor a) => hs.Rank == 3 && a.Shape == hs.Shape.Without(2)
        ? a.Unsqueeze(1).MatMul(hs).Squeeze(1)
        : throw new ShapeException($"WeightSum: hs of shape {hs.Shape} and a of shape {a.Shape} do not fit; they must be [batch, time, size] and [batch, time].");
}

/// <summary>
/// How much each of some vectors matters to h: a = softmax over the time of hsₜ·h.  hs [batch, time, size], h [batch, size], a [batch, time]
/// (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 8).
/// </summary>
public sealed class AttentionWeight() : BinaryLayer(Of)
{
    internal static Tensor Of(Tensor hs, Tensor h) => hs.Rank == 3 && h.Shape == hs.Shape.Without(1)
        ? hs.MatMul(h.Unsqueeze(2)).Squeeze(2).Softmax(1)
        : throw new ShapeException($"AttentionWeight: hs of shape {hs.Shape} and h of shape {h.Shape} do not fit; they must be [batch, time, size] and [batch, size].");
}

/// <summary>
/// What matters to h of some vectors: the <see cref="WeightSum"/> of hs by their <see cref="AttentionWeight"/>.
/// hs [batch, time, size], h [batch, size] → [batch, size] (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 8).
/// </summary>
public sealed class Attention() : BinaryLayer((hs, h) => WeightSum.Of(hs, AttentionWeight.Of(hs, h)))
{
    /// <summary>How much each vector mattered in the last call, [batch, time].</summary>
    public Tensor Weight => AttentionWeight.Of(X.Detach(), Y.Detach());
}

/// <summary>
/// <see cref="Attention"/> for every step of a decoder: encoder's hs [batch, time, size], decoder's hs [batch, steps, size] → [batch, steps, size]
/// (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 8).
/// </summary>
public sealed class TimeAttention() : BinaryLayer((encoded, decoded) => Of(encoded, decoded).MatMul(encoded))
{
    /// <summary>How much each of the encoder's steps mattered to each of the decoder's in the last call, [batch, steps, time].</summary>
    public Tensor Weights => Of(X.Detach(), Y.Detach());

    static Tensor Of(Tensor encoded, Tensor decoded)
    {
        if (encoded.Rank != 3 || decoded.Rank != 3 || encoded.Shape[0] != decoded.Shape[0] || encoded.Shape[2] != decoded.Shape[2]) throw new ShapeException(
            $"TimeAttention: encoder's hs of shape {encoded.Shape} and decoder's of shape {decoded.Shape} do not fit; " +
            "they must be [batch, time, size] and [batch, steps, size].");
        return decoded.MatMul(encoded.Transpose(1, 2)).Softmax(2);
    }
}
