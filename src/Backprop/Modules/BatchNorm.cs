using Backprop.Ops;

namespace Backprop.Modules;

/// <summary>
/// Normalises every channel over the batch and all positions, then scales and shifts it: see <see cref="Tensor.BatchNorm"/>. In training it goes by the
/// batch's own mean and variance and gathers them; in use it goes by what was gathered.
/// </summary>
public abstract class BatchNorm : ChannelNorm
{
    private protected BatchNorm(int channels, double epsilon, double? momentum, bool affine, bool track, DType dtype) : base(channels, epsilon, affine, dtype)
    {
        Momentum = momentum;
        if (track) TrackStatistics(dtype);
    }

    /// <summary>How much a new batch counts in the running statistics; null if all batches count the same.</summary>
    public double? Momentum { get; }

    private protected abstract bool Takes(int rank);

    private protected abstract string Wanted { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (!Takes(x.Rank)) throw new ShapeException($"{Name}: needs x of shape {Wanted} and got {x.Shape}.");
        RequireChannels(x, 1);
        if (!IsTraining && IsTracking) return ByRunning(x);
        var y = ChannelNormalization.Call(x, Weight, Bias, Epsilon, out var moments);
        if (IsTraining && IsTracking && x.Count > 0) Track(moments[0], moments[1], x.Count / Channels, Momentum);
        return y;
    }
}

/// <summary>Batch norm of vectors or sequences: [batch, channels] or [batch, channels, length].</summary>
/// <inheritdoc cref="BatchNorm"/>
/// <param name="channels">How many channels there are.</param>
/// <param name="epsilon">ε, added to the variance.</param>
/// <param name="momentum">How much a new batch counts in the running statistics; null if all are to count the same.</param>
/// <param name="affine">Whether to scale and shift by learnt numbers, which start at 1 and 0.</param>
/// <param name="trackRunningStatistics">Whether to gather statistics; if not, batches go by their own in use too.</param>
/// <param name="dtype">The parameters' precision.</param>
public sealed class BatchNorm1d(
    int channels, double epsilon = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStatistics = true, DType dtype = DType.Float32)
    : BatchNorm(channels, epsilon, momentum, affine, trackRunningStatistics, dtype)
{
    private protected override bool Takes(int rank) => rank is 2 or 3;
    private protected override string Wanted => "[batch, channels] or [batch, channels, length]";
}

/// <summary>Batch norm of images: [batch, channels, height, width].</summary>
/// <inheritdoc cref="BatchNorm"/>
/// <param name="channels">How many channels there are.</param>
/// <param name="epsilon">ε, added to the variance.</param>
/// <param name="momentum">How much a new batch counts in the running statistics; null if all are to count the same.</param>
/// <param name="affine">Whether to scale and shift by learnt numbers, which start at 1 and 0.</param>
/// <param name="trackRunningStatistics">Whether to gather statistics; if not, batches go by their own in use too.</param>
/// <param name="dtype">The parameters' precision.</param>
public sealed class BatchNorm2d(
    int channels, double epsilon = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStatistics = true, DType dtype = DType.Float32)
    : BatchNorm(channels, epsilon, momentum, affine, trackRunningStatistics, dtype)
{
    private protected override bool Takes(int rank) => rank == 4;
    private protected override string Wanted => "[batch, channels, height, width]";
}

/// <summary>Batch norm of volumes: [batch, channels, depth, height, width].</summary>
/// <inheritdoc cref="BatchNorm"/>
/// <param name="channels">How many channels there are.</param>
/// <param name="epsilon">ε, added to the variance.</param>
/// <param name="momentum">How much a new batch counts in the running statistics; null if all are to count the same.</param>
/// <param name="affine">Whether to scale and shift by learnt numbers, which start at 1 and 0.</param>
/// <param name="trackRunningStatistics">Whether to gather statistics; if not, batches go by their own in use too.</param>
/// <param name="dtype">The parameters' precision.</param>
public sealed class BatchNorm3d(
    int channels, double epsilon = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStatistics = true, DType dtype = DType.Float32)
    : BatchNorm(channels, epsilon, momentum, affine, trackRunningStatistics, dtype)
{
    private protected override bool Takes(int rank) => rank == 5;
    private protected override string Wanted => "[batch, channels, depth, height, width]";
}
