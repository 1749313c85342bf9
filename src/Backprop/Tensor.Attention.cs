using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop;

public sealed partial class Tensor
{
    /// <summary>
    /// softmax(scale · Q·Kᵀ + mask)·V (Vaswani et al. 2017), blockwise: memory grows with the lengths, not with their product.
    /// </summary>
    /// <param name="query">Q, [batch…, m, d]; axes in front are broadcast.</param>
    /// <param name="key">K, [batch…, n, d].</param>
    /// <param name="value">V, [batch…, n, e].</param>
    /// <param name="mask">Broadcast to [batch…, m, n]: bool, true where a query may see a key; or numbers that are added to the scores. A query that may see nothing gets 0.</param>
    /// <param name="isCausal">Whether query i sees the keys 0 to i only.</param>
    /// <param name="scale">What scores are multiplied by; 1/√d unless given.</param>
    /// <returns>[batch…, m, e].</returns>
    /// <exception cref="ShapeException">The shapes do not fit; the message says what would.</exception>
    public static Tensor ScaledDotProductAttention(
        Tensor query, Tensor key, Tensor value, Tensor? mask = null, bool isCausal = false, double? scale = null) =>
        ScaledDotProduct.Call(query, key, value, mask, isCausal, scale);

    /// <summary>The same with dropout on the weights, which are then in memory: [batch…, m, n].</summary>
    /// <param name="query">Q, [batch…, m, d].</param>
    /// <param name="key">K, [batch…, n, d].</param>
    /// <param name="value">V, [batch…, n, e].</param>
    /// <param name="dropout">The probability with which a weight is dropped.</param>
    /// <param name="generator">Draws what is dropped.</param>
    /// <param name="mask">As without dropout.</param>
    /// <param name="isCausal">As without dropout.</param>
    /// <param name="scale">As without dropout.</param>
    public static Tensor ScaledDotProductAttention(
        Tensor query, Tensor key, Tensor value, double dropout, Generator generator, Tensor? mask = null, bool isCausal = false, double? scale = null) =>
        dropout == 0 ? ScaledDotProductAttention(query, key, value, mask, isCausal, scale)
            : AttentionWeights(query, key, mask, isCausal, scale).Dropout(dropout, generator).MatMul(value);

    /// <summary>
    /// Attention of sequences to themselves in several heads: this is [batch, length, 3·width], queries, keys and values side by side as one linear map makes them,
    /// in each the heads side by side; the result is [batch, length, width].
    /// </summary>
    /// <param name="heads">How many heads the width is divided into.</param>
    /// <param name="isCausal">Whether a position sees only those before it and itself.</param>
    /// <param name="batchFirst">False where this is [length, batch, 3·width].</param>
    /// <exception cref="ShapeException">The shape does not fit; the message says what would.</exception>
    public Tensor SelfAttention(int heads, bool isCausal = false, bool batchFirst = true) => Ops.SelfAttention.Call(this, heads, isCausal, batchFirst);

    /// <summary>The weights softmax(scale · Q·Kᵀ + mask), [batch…, m, n]: who looks at what.</summary>
    /// <exception cref="ShapeException">The shapes do not fit; the message says what would.</exception>
    public static Tensor AttentionWeights(Tensor query, Tensor key, Tensor? mask = null, bool isCausal = false, double? scale = null) =>
        ScaledDotProduct.Weights(query, key, mask, isCausal, scale);
}
