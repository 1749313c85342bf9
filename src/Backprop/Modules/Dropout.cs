using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>What kinds of dropout have in common: in training they drop with a probability what their generator chooses, in use they return x.</summary>
public abstract class DropoutBase : Module
{
    private protected DropoutBase(Generator generator, double probability)
    {
        ArgumentNullException.ThrowIfNull(generator);
        Dropped.RequireProbability(GetType().Name, probability);
        (Generator, Probability) = (generator, probability);
    }

    /// <summary>Draws the masks: with the same seed a run is the same again.</summary>
    public Generator Generator { get; }

    /// <summary>The probability with which something is dropped.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public override string Name => FormattableString.Invariant($"{GetType().Name}({Probability})");

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor x)
    {
        if (!Takes(x.Rank)) throw new ShapeException($"{Name}: needs x of shape {Wanted} and got {x.Shape}.");
        return IsTraining ? Drop(x) : x;
    }

    private protected virtual bool Takes(int rank) => true;

    private protected virtual string Wanted => "[...]";

    private protected abstract Tensor Drop(Tensor x);
}

/// <summary>Sets numbers to 0, each by itself, and makes the others larger so that the mean stays: see <see cref="Tensor.Dropout"/>.</summary>
/// <param name="generator">Draws the masks.</param>
/// <param name="probability">The probability with which a number is dropped.</param>
public sealed class Dropout(Generator generator, double probability = 0.5) : DropoutBase(generator, probability)
{
    private protected override Tensor Drop(Tensor x) => x.Dropout(Probability, Generator);
}

/// <summary>Drops whole channels of sequences, [batch, channels, length]: see <see cref="Tensor.DropoutChannels"/>.</summary>
/// <param name="generator">Draws the masks.</param>
/// <param name="probability">The probability with which a channel is dropped.</param>
public sealed class Dropout1d(Generator generator, double probability = 0.5) : DropoutBase(generator, probability)
{
    private protected override bool Takes(int rank) => rank == 3;
    private protected override string Wanted => "[batch, channels, length]";
    private protected override Tensor Drop(Tensor x) => x.DropoutChannels(Probability, Generator);
}

/// <summary>Drops whole channels of images, [batch, channels, height, width]: see <see cref="Tensor.DropoutChannels"/>.</summary>
/// <param name="generator">Draws the masks.</param>
/// <param name="probability">The probability with which a channel is dropped.</param>
public sealed class Dropout2d(Generator generator, double probability = 0.5) : DropoutBase(generator, probability)
{
    private protected override bool Takes(int rank) => rank == 4;
    private protected override string Wanted => "[batch, channels, height, width]";
    private protected override Tensor Drop(Tensor x) => x.DropoutChannels(Probability, Generator);
}

/// <summary>Drops whole channels of volumes, [batch, channels, depth, height, width]: see <see cref="Tensor.DropoutChannels"/>.</summary>
/// <param name="generator">Draws the masks.</param>
/// <param name="probability">The probability with which a channel is dropped.</param>
public sealed class Dropout3d(Generator generator, double probability = 0.5) : DropoutBase(generator, probability)
{
    private protected override bool Takes(int rank) => rank == 5;
    private protected override string Wanted => "[batch, channels, depth, height, width]";
    private protected override Tensor Drop(Tensor x) => x.DropoutChannels(Probability, Generator);
}

/// <summary>Sets numbers to SELU's lowest value, so that mean and variance of what SELU gives stay: see <see cref="Tensor.AlphaDropout"/>.</summary>
/// <param name="generator">Draws the masks.</param>
/// <param name="probability">The probability with which a number is dropped.</param>
public sealed class AlphaDropout(Generator generator, double probability = 0.5) : DropoutBase(generator, probability)
{
    private protected override Tensor Drop(Tensor x) => x.AlphaDropout(Probability, Generator);
}
