namespace Backprop.Modules;

/// <summary>
/// Normalises every channel of every batch entry by itself over its positions, then, if wanted, scales and shifts it: see <see cref="Tensor.InstanceNorm"/>.
/// If wanted, it gathers means and variances in training and goes by them in use.
/// </summary>
public abstract class InstanceNorm : ChannelNorm
{
    readonly int axes;

    private protected InstanceNorm(int axes, int channels, double epsilon, double momentum, bool affine, bool track, DType dtype)
        : base(channels, epsilon, affine, dtype)
    {
        this.axes = axes;
        Momentum = momentum;
        if (track) TrackStatistics(dtype);
    }

    /// <summary>How much a new batch counts in the running statistics.</summary>
    public double Momentum { get; }

    private protected abstract string Wanted { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (x.Rank == axes + 1) return Compute(x.Unsqueeze(0)).Squeeze(0);
        if (x.Rank != axes + 2) throw new ShapeException($"{Name}: needs x of shape {Wanted}, the batch left out or not, and got {x.Shape}.");
        RequireChannels(x, 1);
        if (!IsTraining && IsTracking) return ByRunning(x);
        var y = x.InstanceNorm(Weight, Bias, Epsilon);
        if (IsTraining && IsTracking && x.Count > 0)
        {
            // Each batch entry has moments of its own, as if its channels were the batch's.
            var batch = x.Shape[0];
            var moments = new Ops.ChannelMoments().Apply(x.Detach().Reshape(1, batch * Channels, -1)).Reshape(2, batch, Channels).Mean(1);
            Track(moments[0], moments[1], x.Count / (batch * Channels), Momentum);
        }
        return y;
    }
}

/// <summary>Instance norm of sequences: [batch, channels, length].</summary>
/// <inheritdoc cref="InstanceNorm"/>
/// <param name="channels">How many channels there are.</param>
/// <param name="epsilon">ε, added to the variance.</param>
/// <param name="momentum">How much a new batch counts in the running statistics.</param>
/// <param name="affine">Whether to scale and shift by learnt numbers, which start at 1 and 0.</param>
/// <param name="trackRunningStatistics">Whether to gather statistics to go by in use.</param>
/// <param name="dtype">The parameters' precision.</param>
public sealed class InstanceNorm1d(
    int channels, double epsilon = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStatistics = false, DType dtype = DType.Float32)
    : InstanceNorm(1, channels, epsilon, momentum, affine, trackRunningStatistics, dtype)
{
    private protected override string Wanted => "[batch, channels, length]";
}

/// <summary>Instance norm of images: [batch, channels, height, width].</summary>
/// <inheritdoc cref="InstanceNorm"/>
/// <param name="channels">How many channels there are.</param>
/// <param name="epsilon">ε, added to the variance.</param>
/// <param name="momentum">How much a new batch counts in the running statistics.</param>
/// <param name="affine">Whether to scale and shift by learnt numbers, which start at 1 and 0.</param>
/// <param name="trackRunningStatistics">Whether to gather statistics to go by in use.</param>
/// <param name="dtype">The parameters' precision.</param>
public sealed class InstanceNorm2d(
    int channels, double epsilon = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStatistics = false, DType dtype = DType.Float32)
    : InstanceNorm(2, channels, epsilon, momentum, affine, trackRunningStatistics, dtype)
{
    private protected override string Wanted => "[batch, channels, height, width]";
}

/// <summary>Instance norm of volumes: [batch, channels, depth, height, width].</summary>
/// <inheritdoc cref="InstanceNorm"/>
/// <param name="channels">How many channels there are.</param>
/// <param name="epsilon">ε, added to the variance.</param>
/// <param name="momentum">How much a new batch counts in the running statistics.</param>
/// <param name="affine">Whether to scale and shift by learnt numbers, which start at 1 and 0.</param>
/// <param name="trackRunningStatistics">Whether to gather statistics to go by in use.</param>
/// <param name="dtype">The parameters' precision.</param>
public sealed class InstanceNorm3d(
    int channels, double epsilon = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStatistics = false, DType dtype = DType.Float32)
    : InstanceNorm(3, channels, epsilon, momentum, affine, trackRunningStatistics, dtype)
{
    private protected override string Wanted => "[batch, channels, depth, height, width]";
}
