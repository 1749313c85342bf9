using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>
/// A layer of a transformer's encoder (Vaswani et al. 2017): attention to itself, then two linear maps at every position, each with what it was given added and
/// normalised: x ← norm(x + f(x)), or with the norm first (Xiong et al. 2020) x ← x + f(norm(x)).
/// </summary>
public sealed class TransformerEncoderLayer : Module
{
    readonly MultiHeadAttention attention;
    readonly FeedForward feedForward;
    readonly LayerNorm norm1, norm2;
    readonly Dropout drop;
    readonly bool normFirst;

    /// <summary>A layer with random weights.</summary>
    /// <param name="width">Numbers at every position.</param>
    /// <param name="heads">Heads of the attention; they divide the width.</param>
    /// <param name="generator">Draws the first weights, and what dropout drops.</param>
    /// <param name="hidden">Numbers between the two linear maps.</param>
    /// <param name="dropout">The probability with which something is dropped in training.</param>
    /// <param name="activation">What comes between the linear maps; ReLU unless given.</param>
    /// <param name="normFirst">Whether the norms come first.</param>
    /// <param name="batchFirst">Whether operands are [batch, length, width] and not [length, batch, width].</param>
    /// <param name="isCausal">Whether <c>Forward(x)</c> lets a position see only those before it and itself.</param>
    /// <param name="dtype">The parameters' precision.</param>
    public TransformerEncoderLayer(
        int width, int heads, Generator generator, int hidden = 2048, double dropout = 0.1, Func<Tensor, Tensor>? activation = null, bool normFirst = false,
        bool batchFirst = false, bool isCausal = false, DType dtype = DType.Float32)
    {
        attention = new(width, heads, generator, dropout, batchFirst: batchFirst, isCausal: isCausal, dtype: dtype);
        feedForward = new(nameof(TransformerEncoderLayer), width, hidden, generator, dropout, activation, dtype);
        (norm1, norm2) = (new(width, dtype: dtype), new(width, dtype: dtype));
        drop = new(generator, dropout);
        (this.normFirst, IsCausal) = (normFirst, isCausal);
    }

    bool IsCausal { get; }

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts =>
        [("self_attn", attention), ("linear1", feedForward.First), ("linear2", feedForward.Second), ("norm1", norm1), ("norm2", norm2), ("dropout", drop), ("dropout1", feedForward.Drop)];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => Layered(x, null, null, IsCausal);

    /// <summary>The same with a mask (true where a position may see another, or numbers added to the scores) and padding ([batch, length], true where there is none to see).</summary>
    public Tensor Forward(Tensor x, Tensor? mask, Tensor? padding = null, bool isCausal = false)
    {
        using var call = Enter(x);
        return call.Return(Layered(x, mask, padding, isCausal));
    }

    Tensor Layered(Tensor x, Tensor? mask, Tensor? padding, bool causal)
    {
        Tensor Attended(Tensor t) => drop.Forward(attention.Forward(t, t, t, mask, padding, causal));
        if (normFirst)
        {
            x += Attended(norm1.Forward(x));
            return x + drop.Forward(feedForward.Apply(norm2.Forward(x)));
        }
        x = norm1.Forward(x + Attended(x));
        return norm2.Forward(x + drop.Forward(feedForward.Apply(x)));
    }
}

/// <summary>
/// A layer of a transformer's decoder (Vaswani et al. 2017): attention to itself, attention to the encoder's memory, then two linear maps at every position, each with
/// what it was given added and normalised.
/// </summary>
public sealed class TransformerDecoderLayer : ModuleBase
{
    readonly MultiHeadAttention self, cross;
    readonly FeedForward feedForward;
    readonly LayerNorm norm1, norm2, norm3;
    readonly Dropout drop;
    readonly bool normFirst;

    /// <summary>A layer with random weights; the options are those of <see cref="TransformerEncoderLayer"/>.</summary>
    public TransformerDecoderLayer(
        int width, int heads, Generator generator, int hidden = 2048, double dropout = 0.1, Func<Tensor, Tensor>? activation = null, bool normFirst = false,
        bool batchFirst = false, DType dtype = DType.Float32)
    {
        self = new(width, heads, generator, dropout, batchFirst: batchFirst, dtype: dtype);
        cross = new(width, heads, generator, dropout, batchFirst: batchFirst, dtype: dtype);
        feedForward = new(nameof(TransformerDecoderLayer), width, hidden, generator, dropout, activation, dtype);
        (norm1, norm2, norm3) = (new(width, dtype: dtype), new(width, dtype: dtype), new(width, dtype: dtype));
        drop = new(generator, dropout);
        this.normFirst = normFirst;
    }

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts =>
    [
        ("self_attn", self), ("multihead_attn", cross), ("linear1", feedForward.First), ("linear2", feedForward.Second),
        ("norm1", norm1), ("norm2", norm2), ("norm3", norm3), ("dropout", drop), ("dropout1", feedForward.Drop),
    ];

    /// <summary>What the layer makes of x and the encoder's memory.</summary>
    /// <param name="x">[length, batch, width], or batch first.</param>
    /// <param name="memory">What the encoder returned.</param>
    /// <param name="mask">What a position of x may see of x; <paramref name="isCausal"/> for the positions up to itself.</param>
    /// <param name="memoryMask">What a position of x may see of the memory.</param>
    /// <param name="padding">[batch, length], true where x is padding.</param>
    /// <param name="memoryPadding">[batch, memory length], true where the memory is padding.</param>
    /// <param name="isCausal">Whether a position of x sees only those before it and itself.</param>
    public Tensor Forward(
        Tensor x, Tensor memory, Tensor? mask = null, Tensor? memoryMask = null, Tensor? padding = null, Tensor? memoryPadding = null, bool isCausal = false)
    {
        using var call = Enter(x, memory);
        Tensor ToItself(Tensor t) => drop.Forward(self.Forward(t, t, t, mask, padding, isCausal));
        Tensor ToMemory(Tensor t) => drop.Forward(cross.Forward(t, memory, memory, memoryMask, memoryPadding));
        if (normFirst)
        {
            x += ToItself(norm1.Forward(x));
            x += ToMemory(norm2.Forward(x));
            return call.Return(x + drop.Forward(feedForward.Apply(norm3.Forward(x))));
        }
        x = norm1.Forward(x + ToItself(x));
        x = norm2.Forward(x + ToMemory(x));
        return call.Return(norm3.Forward(x + drop.Forward(feedForward.Apply(x))));
    }
}

/// <summary>Two linear maps with an activation and dropout between them; its parts bear the names that they have in the layer around it.</summary>
sealed class FeedForward(string owner, int width, int hidden, Generator generator, double dropout, Func<Tensor, Tensor>? activation, DType dtype)
{
    readonly Func<Tensor, Tensor> activation = activation ?? (static x => x.Relu());

    public Linear First { get; } = new(width, Option.AtLeastOne(hidden, owner), generator, dtype: dtype);

    public Linear Second { get; } = new(hidden, width, generator, dtype: dtype);

    public Dropout Drop { get; } = new(generator, dropout);

    public Tensor Apply(Tensor x) => Second.Forward(Drop.Forward(activation(First.Forward(x))));
}
