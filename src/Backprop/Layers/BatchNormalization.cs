using Backprop.Ops;

namespace Backprop.Layers;

/// <summary>
/// Normalises every number of an example over the batch, then scales and shifts it: y = γ·(x − mean)/√(variance + ε) + β. In training it goes by the
/// batch's mean and variance and gathers them; in use it goes by what was gathered
/// (Ioffe, Szegedy 2015; Saitoh, <i>Deep Learning from Scratch</i>, chapter 6).
/// </summary>
/// <remarks>
/// An example of several axes is taken as the row of all its numbers, so γ and β of images are [channels · height · width], as in the book; the modules
/// <c>BatchNorm2d</c> and its like have one for each channel. What is gathered starts at 0 and takes each batch's own variance, without Bessel's correction.
/// </remarks>
public sealed class BatchNormalization : UnaryLayer
{
    /// <summary>A layer with these parameters.</summary>
    /// <param name="gamma">γ, [features].</param>
    /// <param name="beta">β, [features].</param>
    /// <param name="momentum">How much of what was gathered stays when a new batch comes.</param>
    /// <param name="runningMean">What was gathered before; 0 if left out.</param>
    /// <param name="runningVar">The same of the variance.</param>
    /// <param name="epsilon">ε, which keeps features that are all equal from being divided by 0.</param>
    /// <exception cref="ShapeException">These are no vectors of one size.</exception>
    public BatchNormalization(
        Tensor gamma, Tensor beta, double momentum = 0.9, Tensor? runningMean = null, Tensor? runningVar = null, double epsilon = 1e-6)
        : base(Fitting(gamma, beta, runningMean, runningVar))
    {
        RunningMean = runningMean ?? Tensor.ZerosLike(gamma);
        RunningVar = runningVar ?? Tensor.ZerosLike(gamma);
        (Momentum, Epsilon) = (momentum, epsilon);
    }

    static Tensor[] Fitting(Tensor gamma, Tensor beta, Tensor? runningMean, Tensor? runningVar)
    {
        ArgumentNullException.ThrowIfNull(gamma);
        ArgumentNullException.ThrowIfNull(beta);
        foreach (var given in (ReadOnlySpan<Tensor?>)[gamma, beta, runningMean, runningVar])
            if (given is not null && (given.Rank != 1 || given.Shape != gamma.Shape)) throw new ShapeException(
                $"BatchNormalization: γ has shape {gamma.Shape}, and a β, mean or variance shape {given.Shape}; all must be [features].");
        return [gamma, beta];
    }

    /// <summary>How much of what was gathered stays when a new batch comes.</summary>
    public double Momentum { get; }

    /// <summary>ε, added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>The mean of every feature, as gathered.</summary>
    public Tensor RunningMean { get; private set; }

    /// <summary>The variance of every feature, as gathered.</summary>
    public Tensor RunningVar { get; private set; }

    /// <summary>Whether it is being trained; at first it is.</summary>
    public bool IsTraining { get; set; } = true;

    /// <summary>The derivative with respect to γ of the last Backward.</summary>
    public Tensor Dgamma => Gradients[0];

    /// <summary>The derivative with respect to β of the last Backward.</summary>
    public Tensor Dbeta => Gradients[1];

    /// <summary>Computes the result as in training or as in use, and goes on so.</summary>
    public Tensor Forward(Tensor x, bool isTraining)
    {
        IsTraining = isTraining;
        return Forward(x);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor[] x)
    {
        var shape = x[0].Shape;
        Tensor gamma = Parameters[0], beta = Parameters[1];
        if (shape.Rank < 2 || shape.Count != shape[0] * gamma.Count) throw new ShapeException(
            $"{Name}: x of shape {shape} does not fit γ of shape {gamma.Shape}; an example must have {gamma.Count} numbers.");
        var rows = x[0].Flatten(1);
        if (!IsTraining) return rows.BatchNorm(gamma, beta, Epsilon, (RunningMean, RunningVar)).Reshape(shape.AsSpan());
        var y = ChannelNormalization.Call(rows, gamma, beta, Epsilon, out var moments);
        var batch = moments.Detach();
        RunningMean = Gathered(RunningMean, batch[0]);
        RunningVar = Gathered(RunningVar, batch[1]);
        return y.Reshape(shape.AsSpan());
    }

    Tensor Gathered(Tensor before, Tensor batch) => Momentum * before.Detach() + (1 - Momentum) * batch;
}
