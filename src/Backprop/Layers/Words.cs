using Backprop.Losses;
using Backprop.Randomness;

namespace Backprop.Layers;

/// <summary>
/// Scores of words: the inner product of h with the rows of W that idx names, y = Σ h·W[idx].  h [batch, size], idx [batch] or [batch, words], of which y
/// has the shape; idx has no derivative (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 4).
/// </summary>
public sealed class EmbeddingDot : Layer
{
    /// <summary>A layer with this parameter.</summary>
    /// <param name="w">[words, size].</param>
    /// <exception cref="ShapeException">It is no matrix.</exception>
    public EmbeddingDot(Tensor w) : base(Table(nameof(EmbeddingDot), w))
    {
    }

    /// <summary>W, [words, size].</summary>
    public Tensor W => Parameters[0];

    /// <summary>Computes the scores of the words idx.</summary>
    /// <exception cref="ShapeException">h and idx do not fit W or each other.</exception>
    public Tensor Forward(Tensor h, Tensor idx) => Push(h, idx);

    /// <summary>The derivative with respect to the last h, from the derivative flowing in.</summary>
    /// <exception cref="GradientException">Forward has not been called.</exception>
    /// <exception cref="ShapeException">dout has another shape than the last result.</exception>
    public Tensor Backward(Tensor dout) => Pull(dout)[0];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor[] x) => Of(Name, x[0], x[1], W);

    internal static Tensor Of(string name, Tensor h, Tensor idx, Tensor w)
    {
        if (h.Rank != 2 || idx.Rank is not (1 or 2) || idx.Shape[0] != h.Shape[0] || h.Shape[1] != w.Shape[1]) throw new ShapeException(
            $"{name}: h of shape {h.Shape} and words of shape {idx.Shape} do not fit W of shape {w.Shape}; they must be [batch, {w.Shape[1]}] and [batch] or [batch, words].");
        return (Tensor.Embedding(idx, w) * (idx.Rank == 1 ? h : h.Unsqueeze(1))).Sum(-1);
    }

    internal static Tensor[] Table(string name, Tensor w)
    {
        ArgumentNullException.ThrowIfNull(w);
        return w.Rank == 2 ? [w] : throw new ShapeException($"{name}: W has shape {w.Shape}; it must be [words, size].");
    }
}

/// <summary>
/// Tells words that occur from words drawn at random: the mean over the batch of −ln σ(h·W[target]) − Σ ln σ(−h·W[drawn]) over the words that a
/// <see cref="UnigramSampler"/> draws for each target.  h [batch, size], target [batch]
/// (Mikolov et al. 2013; Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 4).
/// </summary>
public sealed class NegativeSamplingLoss : LossLayer
{
    /// <summary>A loss with this parameter that draws from the words of a corpus.</summary>
    /// <param name="w">[words, size].</param>
    /// <param name="corpus">Numbers of words, [length].</param>
    /// <param name="generator">Draws the words.</param>
    /// <param name="power">The exponent of the words' counts.</param>
    /// <param name="sampleSize">How many words are drawn for each target.</param>
    /// <exception cref="ShapeException">W has fewer rows than there are words.</exception>
    public NegativeSamplingLoss(Tensor w, Tensor corpus, Generator generator, double power = 0.75, int sampleSize = 5)
        : this(w, new UnigramSampler(corpus, power, sampleSize, generator))
    {
    }

    /// <summary>A loss with this parameter and sampler.</summary>
    /// <exception cref="ShapeException">W has fewer rows than there are words.</exception>
    public NegativeSamplingLoss(Tensor w, UnigramSampler sampler) : base(Fitting(w, sampler)) => Sampler = sampler;

    static Tensor[] Fitting(Tensor w, UnigramSampler sampler)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        var table = EmbeddingDot.Table(nameof(NegativeSamplingLoss), w);
        return w.Shape[0] >= sampler.VocabularySize ? table : throw new ShapeException(
            $"NegativeSamplingLoss: W of shape {w.Shape} has too few rows; the corpus has words up to {sampler.VocabularySize - 1}.");
    }

    /// <summary>W, [words, size].</summary>
    public Tensor W => Parameters[0];

    /// <summary>Draws the words that do not occur.</summary>
    public UnigramSampler Sampler { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x, Tensor t)
    {
        if (t.Count == 0) throw new ShapeException($"{Name}: there is no example (targets of shape {t.Shape}), and nothing has no mean.");
        var drawn = Sampler.GetNegativeSample(t);
        var scores = EmbeddingDot.Of(Name, x, Tensor.Concat([t.As(DType.Int64).Unsqueeze(1), drawn], 1), W);
        var occurs = Tensor.Arange(scores.Shape[1]).Equal(0L).As(scores.DType).BroadcastTo(scores.Shape);
        return Loss.BinaryCrossEntropyWithLogits(scores, occurs, reduction: LossReduction.Sum) / t.Count;
    }
}
