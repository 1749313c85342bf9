using Backprop.Ops;

namespace Backprop.Losses;

/// <summary>What training makes small: how far results are from what they should be.</summary>
public static class Loss
{
    /// <summary>
    /// Softmax cross entropy, the mean over rows of −ln softmax(logits)[label].
    /// </summary>
    /// <param name="logits">[batch, classes].</param>
    /// <param name="labels">[batch], the right class of each row as a whole number.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or there is no row.</exception>
    /// <exception cref="DTypeException">The labels are no whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; the message names its row.</exception>
    public static Tensor CrossEntropy(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (logits.Rank != 2 || labels.Rank != 1 || logits.Shape[0] != labels.Shape[0] || labels.Count == 0) throw new ShapeException(
            $"CrossEntropy: logits of shape {logits.Shape} and labels of shape {labels.Shape} do not fit; they should be [batch, classes] and [batch], with at least one row.");
        RequireClasses(labels, logits.Shape[1]);
        return -logits.LogSoftmax(1).Gather(1, labels.Unsqueeze(1)).Mean();
    }

    static void RequireClasses(Tensor labels, int classes)
    {
        if (!labels.DType.IsInteger()) throw new DTypeException(
            $"CrossEntropy: a label is the number of a class and got {labels.DType.Name()}; convert with As(DType.Int64).");
        var numbers = Cast.Raw(labels, DType.Int64).AsSpan<long>();
        for (var row = 0; row < numbers.Length; row++)
            if (numbers[row] < 0 || numbers[row] >= classes) throw new ArgumentOutOfRangeException(null,
                $"CrossEntropy: the label {numbers[row]} of row {row} is none of {classes} classes; they run from 0 to {classes - 1}.");
    }
}
