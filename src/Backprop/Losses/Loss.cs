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
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; the message names it.</exception>
    public static Tensor CrossEntropy(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (logits.Rank != 2 || labels.Rank != 1 || logits.Shape[0] != labels.Shape[0] || labels.Count == 0) throw new ShapeException(
            $"CrossEntropy: logits of shape {logits.Shape} and labels of shape {labels.Shape} do not fit; they should be [batch, classes] and [batch], with at least one row.");
        return -logits.LogSoftmax(1).Gather(1, labels.Unsqueeze(1)).Mean();
    }
}
