using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop.Layers;

/// <summary>
/// Rows of a table for the words of sequences: x [batch, time] of whole numbers → [batch, time, size]. Words have no derivative: Backward returns zeros
/// (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 5).
/// </summary>
public sealed class TimeEmbedding : UnaryLayer
{
    /// <summary>A layer with this parameter.</summary>
    /// <param name="w">[words, size].</param>
    /// <exception cref="ShapeException">It is no matrix.</exception>
    public TimeEmbedding(Tensor w) : base(EmbeddingDot.Table(nameof(TimeEmbedding), w))
    {
    }

    /// <summary>W, [words, size].</summary>
    public Tensor W => Parameters[0];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor[] x) => x[0].Rank == 2 ? Tensor.Embedding(x[0], W) : throw new ShapeException(
        $"{Name}: words of shape {x[0].Shape}; they must be [batch, time].");
}

/// <summary>
/// <see cref="Affine"/> for every step of sequences: x [batch, time, inputs] → [batch, time, outputs], as one product
/// (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 5).
/// </summary>
public sealed class TimeAffine : UnaryLayer
{
    /// <summary>A layer with these parameters.</summary>
    /// <param name="w">[inputs, outputs].</param>
    /// <param name="b">[outputs].</param>
    /// <exception cref="ShapeException">The two do not fit each other.</exception>
    public TimeAffine(Tensor w, Tensor b) : base(Product.Parameters(nameof(TimeAffine), w, b))
    {
    }

    /// <summary>W, [inputs, outputs].</summary>
    public Tensor W => Parameters[0];

    /// <summary>b, [outputs].</summary>
    public Tensor B => Parameters[1];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor[] x) => x[0].Rank == 3 ? Product.Of(Name, x[0], W, B) : throw new ShapeException(
        $"{Name}: x has shape {x[0].Shape}; it must be [batch, time, inputs].");
}

/// <summary>
/// Drops numbers in training, each with a probability, and makes the others larger so that the mean stays; in use it returns x
/// (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 6).
/// </summary>
public sealed class TimeDropout : UnaryLayer
{
    readonly Generator generator;

    /// <summary>A layer that draws its masks from a generator.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The ratio is no probability.</exception>
    public TimeDropout(Generator generator, double dropoutRatio = 0.5) : base([])
    {
        ArgumentNullException.ThrowIfNull(generator);
        Dropped.RequireProbability(nameof(TimeDropout), dropoutRatio);
        (this.generator, DropoutRatio) = (generator, dropoutRatio);
    }

    /// <summary>The probability with which a number is dropped.</summary>
    public double DropoutRatio { get; }

    /// <summary>Whether it is being trained; at first it is.</summary>
    public bool IsTraining { get; set; } = true;

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor[] x) => IsTraining ? x[0].Dropout(DropoutRatio, generator) : x[0];
}
