using Backprop.Initializers;
using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>
/// Attention by several heads side by side (Vaswani et al. 2017): query, key and value are mapped linearly, cut into heads of width/heads numbers, each head
/// attends by itself (<see cref="Tensor.ScaledDotProductAttention(Tensor, Tensor, Tensor, Tensor?, bool, double?)"/>), and the joined results are mapped once more.
/// </summary>
/// <remarks>
/// Operands are [length, batch, width], or [batch, length, width] if the batch comes first, or [length, width] without a batch. A mask is true where a query may see a key (PyTorch's module means
/// the opposite, its function this), or numbers that are added to the scores; it broadcasts to [batch, heads, query length, key length].
/// </remarks>
public sealed class MultiHeadAttention : Module
{
    readonly int heads, width;
    readonly bool batchFirst, isCausal;
    readonly double dropout;
    readonly Generator generator;

    /// <summary>Heads with random weights.</summary>
    /// <param name="width">Numbers at every position; the heads divide it.</param>
    /// <param name="heads">How many heads.</param>
    /// <param name="generator">Draws the first weights, and what dropout drops.</param>
    /// <param name="dropout">The probability with which a weight is dropped in training.</param>
    /// <param name="bias">Whether the linear maps have biases.</param>
    /// <param name="batchFirst">Whether operands are [batch, length, width].</param>
    /// <param name="isCausal">Whether <c>Forward(x)</c> lets a position see only those before it and itself.</param>
    /// <param name="dtype">The parameters' precision.</param>
    /// <exception cref="ArgumentException">The heads do not divide the width, a number is less than 1, or the dropout is no probability.</exception>
    public MultiHeadAttention(
        int width, int heads, Generator generator, double dropout = 0, bool bias = true, bool batchFirst = false, bool isCausal = false,
        DType dtype = DType.Float32)
    {
        Option.AtLeastOne(width, nameof(MultiHeadAttention));
        Option.AtLeastOne(heads, nameof(MultiHeadAttention));
        Dropped.RequireProbability(nameof(MultiHeadAttention), dropout);
        ArgumentNullException.ThrowIfNull(generator);
        if (width % heads != 0) throw new ArgumentException($"MultiHeadAttention: {heads} heads do not divide a width of {width}.");
        (this.width, this.heads, this.generator, this.dropout, this.batchFirst, this.isCausal) = (width, heads, generator, dropout, batchFirst, isCausal);
        InWeight = Initializer.XavierUniform([3 * width, width], generator, dtype: dtype);
        InWeight.RequiresGrad = true;
        Out = new(width, width, generator, bias, dtype);
        if (!bias) return;
        InBias = Tensor.Zeros([3 * width], dtype);
        InBias.RequiresGrad = true;
        Out.Bias!.Assign(Tensor.Zeros([width], dtype));
    }

    /// <summary>The weights of query, key and value below each other, [3 · width, width].</summary>
    public Tensor InWeight { get; }

    /// <summary>Their biases, [3 · width]; null for a module without.</summary>
    public Tensor? InBias { get; }

    /// <summary>The map of the joined heads.</summary>
    public Linear Out { get; }

    /// <inheritdoc/>
    public override string Name => $"MultiHeadAttention({width}, {heads} heads)";

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts
    {
        get
        {
            yield return ("in_proj_weight", InWeight);
            if (InBias is not null) yield return ("in_proj_bias", InBias);
            yield return ("out_proj", Out);
        }
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => Attend(x, x, x, null, null, isCausal);

    /// <summary>What each query makes of the keys and values.</summary>
    /// <param name="query">[query length, batch, width].</param>
    /// <param name="key">[key length, batch, width].</param>
    /// <param name="value">[key length, batch, width].</param>
    /// <param name="mask">True where a query may see a key, or numbers added to the scores.</param>
    /// <param name="padding">[batch, key length] ([key length] without a batch), true at keys that are padding and not to be seen.</param>
    /// <param name="isCausal">Whether query i sees the keys 0 to i only.</param>
    /// <exception cref="ShapeException">The shapes do not fit; the message says what would.</exception>
    public Tensor Forward(Tensor query, Tensor key, Tensor value, Tensor? mask = null, Tensor? padding = null, bool isCausal = false)
    {
        using var call = Enter(query, key, value);
        return call.Return(Attend(query, key, value, mask, padding, isCausal));
    }

    /// <summary>The same with the attention weights, which are then in memory: their mean over the heads, [batch, query length, key length], or all.</summary>
    public (Tensor Output, Tensor Weights) ForwardWithWeights(
        Tensor query, Tensor key, Tensor value, Tensor? mask = null, Tensor? padding = null, bool isCausal = false, bool average = true)
    {
        using var call = Enter(query, key, value);
        var single = Batched(ref query, ref key, ref value, ref padding);
        var (q, k, v) = Heads(query, key, value);
        var weights = Tensor.AttentionWeights(q, k, Combined(mask, padding, q, k), isCausal);
        var y = Joined((IsTraining && dropout > 0 ? weights.Dropout(dropout, generator) : weights).MatMul(v));
        if (average) weights = weights.Mean(1);
        return single ? (call.Return(y.Squeeze(BatchAxis)), weights.Squeeze(0)) : (call.Return(y), weights);
    }

    int BatchAxis => batchFirst ? 0 : 1;

    // Checks the operands and gives those without a batch one of 1.
    bool Batched(ref Tensor query, ref Tensor key, ref Tensor value, ref Tensor? padding)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        foreach (var x in (ReadOnlySpan<Tensor>)[query, key, value])
            if (x.Rank is not (2 or 3) || x.Rank != query.Rank || x.Shape[^1] != width) throw new ShapeException(
                $"{Name}: needs operands [{(batchFirst ? "batch, length" : "length, batch")}, {width}], or all [length, {width}], and got {query.Shape}, {key.Shape} and {value.Shape}.");
        if (query.Rank == 3) return false;
        Tensor q = query.Unsqueeze(BatchAxis), k = ReferenceEquals(key, query) ? q : key.Unsqueeze(BatchAxis);
        (query, key, value) = (q, k, ReferenceEquals(value, key) ? k : value.Unsqueeze(BatchAxis));
        if (padding is { Rank: 1 }) padding = padding.Unsqueeze(0);
        return true;
    }

    Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? mask, Tensor? padding, bool causal)
    {
        if (Batched(ref query, ref key, ref value, ref padding)) return Attend(query, key, value, mask, padding, causal).Squeeze(BatchAxis);
        if (ReferenceEquals(query, key) && ReferenceEquals(key, value) && mask is null && padding is null && !(IsTraining && dropout > 0))
            return Out.Forward(Tensor.Linear(query, InWeight, InBias).SelfAttention(heads, causal, batchFirst));
        var (q, k, v) = Heads(query, key, value);
        mask = Combined(mask, padding, q, k);
        return Joined(IsTraining && dropout > 0
            ? Tensor.ScaledDotProductAttention(q, k, v, dropout, generator, mask, causal)
            : Tensor.ScaledDotProductAttention(q, k, v, mask, causal));
    }

    // [batch, heads, length, width / heads] each.
    (Tensor Q, Tensor K, Tensor V) Heads(Tensor query, Tensor key, Tensor value)
    {
        if (ReferenceEquals(query, key) && ReferenceEquals(key, value))
        {
            // One product for all three.
            var all = Tensor.Linear(query, InWeight, InBias).Chunk(3, 2);
            return (Head(all[0]), Head(all[1]), Head(all[2]));
        }
        Tensor Mapped(Tensor x, int part)
        {
            var rows = (part * width)..((part + 1) * width);
            return Head(Tensor.Linear(x, InWeight[rows], InBias?[rows]));
        }
        return (Mapped(query, 0), Mapped(key, 1), Mapped(value, 2));
    }

    Tensor Head(Tensor x)
    {
        var parts = x.Reshape(x.Shape[0], x.Shape[1], heads, width / heads);
        return batchFirst ? parts.Permute(0, 2, 1, 3) : parts.Permute(1, 2, 0, 3);
    }

    Tensor Joined(Tensor y)
    {
        var joined = batchFirst ? y.Permute(0, 2, 1, 3) : y.Permute(2, 0, 1, 3);
        return Out.Forward(joined.Reshape(joined.Shape[0], joined.Shape[1], width));
    }

    Tensor? Combined(Tensor? mask, Tensor? padding, Tensor q, Tensor k)
    {
        if (padding is null) return mask;
        if (padding.DType != DType.Bool || padding.Shape != new Shape(q.Shape[0], k.Shape[2])) throw new ShapeException(
            $"{Name}: the padding is bool [batch, key length], here [{q.Shape[0]}, {k.Shape[2]}], and got {padding.DType.Name()} {padding.Shape}.");
        var visible = !padding.Reshape(q.Shape[0], 1, 1, k.Shape[2]);
        return mask is null ? visible
            : mask.DType == DType.Bool ? mask & visible
            : mask.Expand(new Shape(q.Shape[0], heads, q.Shape[2], k.Shape[2]).AsSpan()).MaskedFill(!visible, double.NegativeInfinity);
    }
}
