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
    /// <param name="ignoreIndex">A label that says: this example does not count. Where none counts, the mean is 0/0, NaN, as PyTorch's is; the sum is 0.</param>
    /// <param name="reduction">What becomes of the examples' losses.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or the mean is asked for and there is no example.</exception>
    /// <exception cref="DTypeException">The labels are no whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class (the message names its place), or ε is not within [0, 1].</exception>
    public static Tensor CrossEntropy(
        Tensor logits, Tensor labels, Tensor? weight = null, double labelSmoothing = 0, long ignoreIndex = -100, LossReduction reduction = LossReduction.Mean)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.DType.IsFloat() && labels.Shape == logits.Shape) return CrossEntropyOfProbabilities(logits, labels, weight, labelSmoothing, reduction);
        var counted = RequireLabels("CrossEntropy", logits, labels, weight, ignoreIndex, reduction);
        RequireSmoothing(labelSmoothing);
        if (weight is null && labelSmoothing == 0 && logits.Rank == 2 && logits.Count > 0 && logits.DType.IsFloat())
        {
            var losses = Ops.CrossEntropy.Call(logits, labels, ignoreIndex);
            return reduction == LossReduction.Mean && counted < labels.Count ? losses.Sum() / counted : Reduce("CrossEntropy", losses, reduction);
        }
        return Labelled("CrossEntropy", logits.LogSoftmax(ClassAxis(logits)), labels, weight, labelSmoothing, ignoreIndex, reduction);
    }

    /// <summary>
    /// Softmax cross entropy with probabilities as targets, −Σ target·ln softmax(logits) for each example.
    /// </summary>
    /// <param name="logits">Scores, [batch, classes] or [batch, classes, …].</param>
    /// <param name="probabilities">The right probabilities, of the same shape.</param>
    /// <param name="weight">[classes], how much each class counts.</param>
    /// <param name="labelSmoothing">ε, from 0 to 1.</param>
    /// <param name="reduction">What becomes of the examples' losses.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or nothing is to have a mean.</exception>
    /// <exception cref="ArgumentOutOfRangeException">ε is not within [0, 1].</exception>
    public static Tensor CrossEntropyOfProbabilities(
        Tensor logits, Tensor probabilities, Tensor? weight = null, double labelSmoothing = 0, LossReduction reduction = LossReduction.Mean)
    {
        const string name = "CrossEntropyOfProbabilities";
        RequireSame(name, logits, probabilities);
        RequireSmoothing(labelSmoothing);
        if (logits.Rank == 0) throw new ShapeException($"{name}: a single number has no classes; scores are [batch, classes].");
        RequireWeight(name, weight, logits.Shape[ClassAxis(logits)]);
        var axis = ClassAxis(logits);
        if (labelSmoothing > 0) probabilities = probabilities * (1 - labelSmoothing) + labelSmoothing / logits.Shape[axis];
        var terms = probabilities * logits.LogSoftmax(axis);
        if (weight is not null) terms *= AlongClasses(weight, logits);
        return Reduce(name, -terms.Sum(axis), reduction);
    }

    /// <summary>The negative log-likelihood, −x[label] for each example; the mean is weighted by the labels' weights.</summary>
    /// <param name="logProbabilities">[batch, classes] or [batch, classes, …], as <c>LogSoftmax</c> gives them.</param>
    /// <param name="labels">The right classes as whole numbers, of the same shape without the class axis.</param>
    /// <param name="weight">[classes], how much each class counts.</param>
    /// <param name="ignoreIndex">A label that says: this example does not count. Where none counts, the mean is NaN and the sum 0.</param>
    /// <param name="reduction">What becomes of the examples' losses.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or the mean is asked for and there is no example.</exception>
    /// <exception cref="DTypeException">The labels are no whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; the message names its place.</exception>
    public static Tensor NegativeLogLikelihood(
        Tensor logProbabilities, Tensor labels, Tensor? weight = null, long ignoreIndex = -100, LossReduction reduction = LossReduction.Mean)
    {
        RequireLabels("NegativeLogLikelihood", logProbabilities, labels, weight, ignoreIndex, reduction);
        return Labelled("NegativeLogLikelihood", logProbabilities, labels, weight, 0, ignoreIndex, reduction);
    }

    /// <summary>
    /// The hinge loss of several classes (Weston, Watkins 1999): the right score should be above every other by a margin,
    /// Σ weight[label]·max(0, margin − x[label] + x[i])ᵖ / classes over the other classes i, for each example.
    /// </summary>
    /// <param name="x">Scores, [batch, classes]; [classes] for a single example.</param>
    /// <param name="labels">The right classes as whole numbers, [batch].</param>
    /// <param name="p">1, or 2 for squares.</param>
    /// <param name="margin">By how much.</param>
    /// <param name="weight">[classes], how much each class counts.</param>
    /// <param name="reduction">What becomes of the examples' losses.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or the mean is asked for and there is no example.</exception>
    /// <exception cref="DTypeException">The labels are no whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class (the message names its place), or p is neither 1 nor 2.</exception>
    public static Tensor MultiMargin(
        Tensor x, Tensor labels, int p = 1, double margin = 1, Tensor? weight = null, LossReduction reduction = LossReduction.Mean)
    {
        const string name = "MultiMargin";
        if (p is not (1 or 2)) throw new ArgumentOutOfRangeException(nameof(p), $"{name}: p is {p} and must be 1 or 2.");
        // No label is ignored: the smallest number is none that anyone uses.
        RequireLabels(name, x, labels, weight, long.MinValue, reduction);
        if (x.Rank > 2) throw new ShapeException($"{name}: scores of shape {x.Shape}; they must be [batch, classes].");
        var (axis, classes) = (ClassAxis(x), x.Shape[ClassAxis(x)]);
        var places = labels.Unsqueeze(axis);
        var terms = (margin - x.Gather(axis, places) + x).Relu();
        if (p == 2) terms = terms.Square();
        terms = terms.MaskedFill(Tensor.Arange(classes).Equal(places), 0);
        if (weight is not null) terms *= weight.IndexSelect(0, labels.Reshape(-1)).Reshape(places.Shape.AsSpan());
        return Reduce(name, terms.Sum(axis) / classes, reduction);
    }

    static Tensor Labelled(string name, Tensor logs, Tensor labels, Tensor? weight, double smoothing, long ignoreIndex, LossReduction reduction)
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
        return reduction == LossReduction.Mean ? losses.Sum() / counts.Sum() : Reduce(name, losses, reduction);
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

    static void RequireWeight(string name, Tensor? weight, int classes)
    {
        if (weight is not null && weight.Shape != new Shape(classes))
            throw new ShapeException($"{name}: a weight of shape {weight.Shape} does not fit {classes} classes; it should be [{classes}].");
    }

    // How many examples count.
    static int RequireLabels(string name, Tensor scores, Tensor labels, Tensor? weight, long ignoreIndex, LossReduction reduction)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(labels);
        if (scores.Rank == 0 || scores.Shape.Without(ClassAxis(scores)) != labels.Shape) throw new ShapeException(
            $"{name}: scores of shape {scores.Shape} and labels of shape {labels.Shape} do not fit; they should be [batch, classes] and [batch].");
        var classes = scores.Shape[ClassAxis(scores)];
        RequireWeight(name, weight, classes);
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
        if (numbers.Length == 0 && reduction == LossReduction.Mean) throw Nothing(name, $"there is no example (labels of shape {labels.Shape})");
        return counted;
    }
}
