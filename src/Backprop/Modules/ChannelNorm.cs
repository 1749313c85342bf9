namespace Backprop.Modules;

/// <summary>What norms of channels have in common: learnt weights and biases, and statistics that are gathered in training, to go by in use.</summary>
public abstract class ChannelNorm : Module
{
    private protected ChannelNorm(int channels, double epsilon, bool affine, DType dtype)
    {
        Option.AtLeastOne(channels, GetType().Name);
        Channels = channels;
        Epsilon = Option.NotNegative(epsilon, GetType().Name);
        if (!affine) return;
        Weight = Tensor.Ones([channels], dtype);
        Bias = Tensor.Zeros([channels], dtype);
        Weight.RequiresGrad = Bias.RequiresGrad = true;
    }

    private protected void TrackStatistics(DType dtype)
    {
        RunningMean = Tensor.Zeros([Channels], dtype);
        RunningVariance = Tensor.Ones([Channels], dtype);
        BatchesTracked = Tensor.Zeros([], DType.Int64);
    }

    /// <summary>How many channels there are.</summary>
    public int Channels { get; }

    /// <summary>ε, added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>w, [channels]; null for a norm without.</summary>
    public Tensor? Weight { get; }

    /// <summary>b, [channels]; null for a norm without.</summary>
    public Tensor? Bias { get; }

    /// <summary>The mean gathered in training, [channels]; null where none is gathered.</summary>
    public Tensor? RunningMean { get; private set; }

    /// <summary>The variance gathered in training, with Bessel's correction, [channels]; null where none is gathered.</summary>
    public Tensor? RunningVariance { get; private set; }

    /// <summary>How many batches they come from; null where none is gathered.</summary>
    public Tensor? BatchesTracked { get; private set; }

    /// <inheritdoc/>
    public override string Name => $"{GetType().Name}({Channels})";

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts
    {
        get
        {
            if (Weight is not null) yield return ("weight", Weight);
            if (Bias is not null) yield return ("bias", Bias);
            if (RunningMean is null) yield break;
            yield return ModulePart.Buffer("running_mean", RunningMean);
            yield return ModulePart.Buffer("running_var", RunningVariance!);
            yield return ModulePart.Buffer("num_batches_tracked", BatchesTracked!);
        }
    }

    private protected void RequireChannels(Tensor x, int axis)
    {
        if (x.Rank > axis && x.Shape[axis] != Channels) throw new ShapeException(
            $"{Name}: x of shape {x.Shape} has {x.Shape[axis]} channels along axis {axis} and should have {Channels}.");
    }

    private protected bool IsTracking => RunningMean is not null;

    private protected Tensor ByRunning(Tensor x) => x.BatchNorm(Weight, Bias, Epsilon, (RunningMean!, RunningVariance!));

    /// <summary>
    /// Lets a batch's mean and variance count for a part of the running ones; without a momentum all batches count the same.
    /// </summary>
    /// <param name="mean">[channels].</param>
    /// <param name="variance">The sample's own, [channels].</param>
    /// <param name="count">How many numbers each is of.</param>
    /// <param name="momentum">The part that the new ones have.</param>
    private protected void Track(Tensor mean, Tensor variance, int count, double? momentum)
    {
        var batches = BatchesTracked!.Item<long>() + 1;
        var part = momentum ?? 1.0 / batches;
        var dtype = RunningMean!.DType;
        mean = mean.Detach().As(dtype);
        variance = variance.Detach().As(dtype) * (count / (count - 1.0));
        Tensor newMean = RunningMean * (1 - part) + mean * part, newVariance = RunningVariance! * (1 - part) + variance * part;
        RunningMean.Assign(newMean);
        RunningVariance!.Assign(newVariance);
        BatchesTracked.Assign(Tensor.Scalar(batches));
    }
}
