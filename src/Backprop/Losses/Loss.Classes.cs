using Backprop.Devices.Memory;
using Backprop.Ops;

namespace Backprop.Losses;

public static partial class Loss
{
    /// <summary>
    /// Softmax cross entropy, −ln softmax(logits)[label] for each example. With label smoothing ε the target is (1 − ε) at the label plus
    /// ε/C everywhere; the mean is weighted by the labels' weights (Szegedy et al. 2016).
    /// </summary>
    /// <param name="logits">Scores, [batch, classes] or [batch, classes, …]; [classes] for a single example.</param>
    /// <param name="labels">
    /// The right classes as whole numbers, of the same shape without the class axis; or probabilities of the logits' shape, as
    /// <see cref="CrossEntropyOfProbabilities"/> takes them.
    /// </param>
    /// <param name="weight">[classes], how much each class counts; all the same if left out.</param>
    /// <param name="labelSmoothing">ε, from 0 to 1.</param>
    /// <param name="ignoreIndex">A label that says: this example does not count.</param>
    /// <param name="reduction">What becomes of the examples' losses.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or there is no example.</exception>
    /// <exception cref="DTypeException">The labels are no whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class (the message names its place), or ε is not within [0, 1].</exception>
    public static Tensor CrossEntropy(
        Tensor logits, Tensor labels, Tensor? weight = null, double labelSmoothing = 0, long ignoreIndex = -100, LossReduction reduction = LossReduction.Mean)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.DType.IsFloat() && labels.Shape == logits.Shape) return CrossEntropyOfProbabilities(logits, labels, weight, labelSmoothing, reduction);
        var counted = RequireLabels("CrossEntropy", logits, labels, weight, ignoreIndex);
        RequireSmoothing(labelSmoothing);
        if (weight is null && labelSmoothing == 0 && logits.Rank == 2 && logits.DType.IsFloat())
        {
            var losses = Ops.CrossEntropy.Call(logits, labels, ignoreIndex);
            return reduction == LossReduction.Mean && counted < labels.Count ? losses.Sum() / counted : Reduce(losses, reduction);
        }
        return Labelled(logits.LogSoftmax(ClassAxis(logits)), labels, weight, labelSmoothing, ignoreIndex, reduction);
    }

    /// <summary>
    /// Softmax cross entropy with probabilities as targets, −Σ target·ln softmax(logits) for each example.
    /// </summary>
    /// <param name="logits">Scores, [batch, classes] or [batch, classes, …].</param>
    /// <param name="probabilities">The right probabilities, of the same shape.</param>
    /// <param name="weight">[classes], how much each class counts.</param>
    /// <param name="labelSmoothing">ε, from 0 to 1.</param>
    /// <param name="reduction">What becomes of the examples' losses.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor CrossEntropyOfProbabilities(
        Tensor logits, Tensor probabilities, Tensor? weight = null, double labelSmoothing = 0, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("CrossEntropyOfProbabilities", logits, probabilities);
        RequireSmoothing(labelSmoothing);
        var axis = ClassAxis(logits);
        if (labelSmoothing > 0) probabilities = probabilities * (1 - labelSmoothing) + labelSmoothing / logits.Shape[axis];
        var terms = probabilities * logits.LogSoftmax(axis);
        if (weight is not null) terms *= AlongClasses(weight, logits);
        return Reduce(-terms.Sum(axis), reduction);
    }

    /// <summary>The negative log-likelihood, −x[label] for each example; the mean is weighted by the labels' weights.</summary>
    /// <param name="logProbabilities">[batch, classes] or [batch, classes, …], as <c>LogSoftmax</c> gives them.</param>
    /// <param name="labels">The right classes as whole numbers, of the same shape without the class axis.</param>
    /// <param name="weight">[classes], how much each class counts.</param>
    /// <param name="ignoreIndex">A label that says: this example does not count.</param>
    /// <param name="reduction">What becomes of the examples' losses.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or there is no example.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; the message names its place.</exception>
    public static Tensor NegativeLogLikelihood(
        Tensor logProbabilities, Tensor labels, Tensor? weight = null, long ignoreIndex = -100, LossReduction reduction = LossReduction.Mean)
    {
        RequireLabels("NegativeLogLikelihood", logProbabilities, labels, weight, ignoreIndex);
        return Labelled(logProbabilities, labels, weight, 0, ignoreIndex, reduction);
    }

    static Tensor Labelled(Tensor logs, Tensor labels, Tensor? weight, double smoothing, long ignoreIndex, LossReduction reduction)
    {
        var axis = ClassAxis(logs);
        var ignored = labels.Equal(ignoreIndex);
        var safe = Tensor.Where(ignored, 0L, labels);
        var counts = weight is null ? Tensor.Ones(labels.Shape, logs.DType) : weight.IndexSelect(0, safe.Reshape(-1)).Reshape(labels.Shape.AsSpan());
        counts = counts.MaskedFill(ignored, 0);
        var losses = (-logs.Gather(axis, safe.Unsqueeze(axis)).Squeeze(axis) * counts).MaskedFill(ignored, 0);
        if (smoothing > 0)
        {
            var spread = -(weight is null ? logs : logs * AlongClasses(weight, logs)).Sum(axis).MaskedFill(ignored, 0);
            losses = losses * (1 - smoothing) + spread * (smoothing / logs.Shape[axis]);
        }
        return reduction == LossReduction.Mean ? losses.Sum() / counts.Sum() : Reduce(losses, reduction);
    }

    static int ClassAxis(Tensor x) => x.Rank == 1 ? 0 : 1;

    // [classes] so that it broadcasts along the class axis.
    static Tensor AlongClasses(Tensor weight, Tensor x)
    {
        if (x.Rank <= 1) return weight;
        var shape = new int[x.Rank - 1];
        Array.Fill(shape, 1);
        shape[0] = weight.Count;
        return weight.Reshape(shape);
    }

    static void RequireSmoothing(double smoothing)
    {
        if (!(smoothing is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(smoothing), $"CrossEntropy: the label smoothing {smoothing} is not a number from 0 to 1.");
    }

    // How many examples count.
    static int RequireLabels(string name, Tensor scores, Tensor labels, Tensor? weight, long ignoreIndex)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(labels);
        if (scores.Rank == 0 || labels.Count == 0 || scores.Shape.Without(ClassAxis(scores)) != labels.Shape) throw new ShapeException(
            $"{name}: scores of shape {scores.Shape} and labels of shape {labels.Shape} do not fit; they should be [batch, classes] and [batch], with at least one row.");
        var classes = scores.Shape[ClassAxis(scores)];
        if (weight is not null && weight.Shape != new Shape(classes))
            throw new ShapeException($"{name}: a weight of shape {weight.Shape} does not fit {classes} classes; it should be [{classes}].");
        if (!labels.DType.IsInteger()) throw new DTypeException(
            $"{name}: a label is the number of a class and got {labels.DType.Name()}; convert with As(DType.Int64).");
        using var active = Activity.Begin();
        var numbers = Cast.Raw(labels, DType.Int64).Packed().Elements<long>();
        var counted = 0;
        for (var row = 0; row < numbers.Length; row++)
        {
            if (numbers[row] == ignoreIndex) continue;
            if (numbers[row] < 0 || numbers[row] >= classes) throw new ArgumentOutOfRangeException(null,
                $"{name}: the label {numbers[row]} of row {row} is none of {classes} classes; they run from 0 to {classes - 1}.");
            counted++;
        }
        return counted;
    }
}
