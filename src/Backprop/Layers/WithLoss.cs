using Backprop.Losses;

namespace Backprop.Layers;

/// <summary>The layer that ends a network: the mean loss of scores x, given what they should be. The targets have no derivative.</summary>
public abstract class LossLayer : Layer
{
    /// <summary>A loss; it may have parameters.</summary>
    protected LossLayer(params Tensor[] parameters) : base(parameters)
    {
    }

    /// <summary>The targets of the last call.</summary>
    public Tensor T => LastCall.Inputs[1];

    /// <summary>Computes the loss, one number, and remembers what it takes to go back.</summary>
    public Tensor Forward(Tensor x, Tensor t) => Push(x, t);

    /// <summary>The derivative with respect to the last x, from the derivative flowing in: 1 unless given, for the loss is the end.</summary>
    /// <exception cref="GradientException">Forward has not been called.</exception>
    /// <exception cref="ShapeException">dout is not a single number.</exception>
    public Tensor Backward(Tensor? dout = null) => Pull(dout ?? 1.0)[0];

    /// <summary>The loss of x and its targets, one number: recorded as it runs.</summary>
    protected abstract Tensor Compute(Tensor x, Tensor t);

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor[] x) => Compute(x[0], x[1].Detach());
}

/// <summary>
/// Softmax and cross entropy in one: y = softmax(x), L = −Σ t·ln y over the classes, its mean over the batch.  dx = (y − t)·dout/batch.
/// x is [batch, classes] and t the numbers of the right classes, [batch], or one-hot like x
/// (Saitoh, <i>Deep Learning from Scratch</i>, chapter 5).
/// </summary>
/// <remarks>The logarithm is that of the softmax itself, without the 10⁻⁷ that the book adds to keep ln 0 away.</remarks>
public sealed class SoftmaxWithLoss : LossLayer
{
    /// <summary>y, the softmax of the last x.</summary>
    public Tensor Y => LastCall.Inputs[0].Detach().Softmax(LastCall.Inputs[0].Rank == 1 ? 0 : 1);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x, Tensor t) =>
        t.Shape == x.Shape ? Loss.CrossEntropyOfProbabilities(x, t.As(x.DType)) : Loss.CrossEntropy(x, t);
}

/// <summary>
/// Sigmoid and binary cross entropy in one: y = σ(x), L = −(t·ln y + (1 − t)·ln(1 − y)), its mean over all of x.  dx = (y − t)·dout/count.
/// t has the shape of x and holds 0 and 1, as whole numbers or not (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 4).
/// </summary>
public sealed class SigmoidWithLoss : LossLayer
{
    /// <summary>y, the sigmoid of the last x.</summary>
    public Tensor Y => LastCall.Inputs[0].Detach().Sigmoid();

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x, Tensor t) => Loss.BinaryCrossEntropyWithLogits(x, t.As(x.DType));
}

/// <summary>
/// <see cref="SoftmaxWithLoss"/> of every step of sequences, x [batch, time, classes] and t [batch, time] or one-hot like x. Steps whose label is
/// −1 do not count: they have the derivative 0, and the mean is that of the others (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 5).
/// </summary>
/// <param name="ignoreLabel">The label of steps that do not count.</param>
public sealed class TimeSoftmaxWithLoss(long ignoreLabel = -1) : LossLayer
{
    /// <summary>The label of steps that do not count.</summary>
    public long IgnoreLabel { get; } = ignoreLabel;

    /// <summary>y, the softmax of the last x.</summary>
    public Tensor Y => LastCall.Inputs[0].Detach().Softmax(-1);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x, Tensor t)
    {
        if (x.Rank != 3 || (t.Shape != x.Shape && t.Shape != x.Shape.Without(2))) throw new ShapeException(
            $"{Name}: x of shape {x.Shape} and t of shape {t.Shape} do not fit; they must be [batch, time, classes] and [batch, time], or one-hot like x.");
        var labels = t.Rank == 3 ? t.ArgMax(2) : t;
        return Loss.CrossEntropy(x.Flatten(0, 1), labels.Flatten(), ignoreIndex: IgnoreLabel);
    }
}
