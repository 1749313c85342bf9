using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>y = x where x > 0, else a·x, with a learnt slope a for all numbers or one for each channel along axis 1 (He et al. 2015).</summary>
public sealed class PRelu : Module
{
    /// <summary>One with slopes that all start the same.</summary>
    /// <param name="channels">How many slopes there are: 1, or as many as channels.</param>
    /// <param name="initial">Where they start.</param>
    /// <param name="dtype">Their precision.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels.</exception>
    public PRelu(int channels = 1, double initial = 0.25, DType dtype = DType.Float32)
    {
        Option.AtLeastOne(channels, nameof(PRelu));
        Weight = Tensor.Full([channels], initial, dtype);
        Weight.RequiresGrad = true;
    }

    /// <summary>The slopes, [channels].</summary>
    public Tensor Weight { get; }

    /// <inheritdoc/>
    public override string Name => $"PRelu({Weight.Count})";

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => [("weight", Weight)];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        var axis = x.Rank < 2 ? 0 : 1;
        if (Weight.Count > 1 && (x.Rank == 0 || x.Shape[axis] != Weight.Count)) throw new ShapeException(
            $"{Name}: x of shape {x.Shape} should have {Weight.Count} channels along axis {axis}, one for each slope.");
        return x.Prelu(Weight);
    }
}

/// <summary>
/// y = x where x > 0, else a·x: in training with a slope a drawn for each number, evenly spread over [lower, upper), in use with the middle (Xu et al. 2015).
/// </summary>
public sealed class RRelu : Module
{
    readonly Generator generator;
    readonly double lower, upper;

    /// <summary>One whose slopes the generator draws.</summary>
    /// <param name="generator">Draws the slopes.</param>
    /// <param name="lower">The least slope.</param>
    /// <param name="upper">What all slopes lie below.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lower bound is not below the upper one.</exception>
    public RRelu(Generator generator, double lower = 1.0 / 8, double upper = 1.0 / 3)
    {
        ArgumentNullException.ThrowIfNull(generator);
        if (!(lower < upper)) throw new ArgumentOutOfRangeException(nameof(lower), lower,
            FormattableString.Invariant($"RRelu: the lower bound {lower} must be below the upper bound {upper}."));
        (this.generator, this.lower, this.upper) = (generator, lower, upper);
    }

    /// <inheritdoc/>
    public override string Name => FormattableString.Invariant($"RRelu({lower:g3}, {upper:g3})");

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => IsTraining ? x.RRelu(generator, lower, upper) : x.LeakyRelu((lower + upper) / 2);
}
