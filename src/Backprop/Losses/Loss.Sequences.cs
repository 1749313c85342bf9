using Backprop.Ops;

namespace Backprop.Losses;

public static partial class Loss
{
    /// <summary>
    /// Connectionist temporal classification (CTC; Graves et al. 2006): −ln of the probability that labels drawn step by step, repeats taken as one and
    /// blanks left out, read as the target; so no one need say which step belongs to which label. The mean divides each loss by its target's length first.
    /// </summary>
    /// <param name="logProbabilities">[time, batch, classes], as <c>LogSoftmax(-1)</c> gives them; [time, classes] for a single sequence.</param>
    /// <param name="targets">The labels as whole numbers: [batch, places] padded at will, or all of them one after the other in a vector.</param>
    /// <param name="inputLengths">[batch], how many steps of each sequence count.</param>
    /// <param name="targetLengths">[batch], how many labels each target has.</param>
    /// <param name="blank">The class that stands for no label.</param>
    /// <param name="reduction">What becomes of the sequences' losses.</param>
    /// <param name="zeroInfinity">
    /// Whether a target that cannot be read in so few steps (a repeated label needs a blank between) counts as 0; otherwise its loss is infinite and
    /// its derivative NaN.
    /// </param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="DTypeException">Targets or lengths are no whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class or the blank, or a length is more than there is; the message names the sequence.</exception>
    public static Tensor ConnectionistTemporalClassification(Tensor logProbabilities, Tensor targets, Tensor inputLengths, Tensor targetLengths,
        int blank = 0, LossReduction reduction = LossReduction.Mean, bool zeroInfinity = false)
    {
        const string name = "ConnectionistTemporalClassification";
        foreach (var x in (ReadOnlySpan<Tensor>)[logProbabilities, targets, inputLengths, targetLengths]) ArgumentNullException.ThrowIfNull(x);
        foreach (var x in (ReadOnlySpan<Tensor>)[targets, inputLengths, targetLengths])
            if (!x.DType.IsInteger()) throw new DTypeException($"{name}: labels and lengths are whole numbers and got {x.DType.Name()}; convert with As(DType.Int64).");
        var logs = Reduction.Float(logProbabilities);
        var single = logs.Rank == 2;
        if (single) logs = logs.Unsqueeze(1);
        Tensor steps = inputLengths.Reshape(-1), counts = targetLengths.Reshape(-1);
        if (logs.Rank != 3 || steps.Count != logs.Shape[1] || counts.Count != logs.Shape[1]) throw new ShapeException(
            $"{name}: log-probabilities of shape {logProbabilities.Shape} and lengths of shapes {inputLengths.Shape} and {targetLengths.Shape} do not fit; " +
            "they must be [time, batch, classes], [batch] and [batch].");
        RequireLengths(name, "steps", steps, logs.Shape[0]);
        var (batch, classes) = (logs.Shape[1], logs.Shape[2]);
        if ((uint)blank >= (uint)classes)
            throw new ArgumentOutOfRangeException(nameof(blank), $"{name}: the blank {blank} is none of {classes} classes; they run from 0 to {classes - 1}.");
        if (targets.Rank == 1 && !single) targets = Padded(name, targets, counts);
        else if (single) targets = targets.Reshape(1, -1);
        if (targets.Rank != 2 || targets.Shape[0] != batch) throw new ShapeException(
            $"{name}: targets of shape {targets.Shape} do not fit a batch of {batch}; they must be [{batch}, places], or all labels one after the other.");
        RequireLengths(name, "labels", counts, targets.Shape[1]);
        RequireTargets(name, targets, counts, classes, blank);
        var losses = new CtcLoss(blank, zeroInfinity).Apply(logs, targets, steps, counts);
        if (reduction == LossReduction.Mean) losses /= counts.Maximum(1L).As(losses.DType);
        return single && reduction == LossReduction.None ? losses.Reshape() : Reduce(name, losses, reduction);
    }

    static long[] Whole(Tensor x) => x.As(DType.Int64).ToArray<long>();

    static void RequireLengths(string name, string what, Tensor lengths, int most)
    {
        var numbers = Whole(lengths);
        for (var n = 0; n < numbers.Length; n++)
            if (numbers[n] < 0 || numbers[n] > most) throw new ArgumentOutOfRangeException(null,
                $"{name}: sequence {n} is said to have {numbers[n]} {what}; there may be 0 to {most}.");
    }

    static void RequireTargets(string name, Tensor targets, Tensor counts, int classes, int blank)
    {
        ReadOnlySpan<long> labels = Whole(targets), numbers = Whole(counts);
        for (var n = 0; n < numbers.Length; n++)
            foreach (var label in labels.Slice(n * targets.Shape[1], (int)numbers[n]))
                if (label < 0 || label >= classes || label == blank) throw new ArgumentOutOfRangeException(null,
                    $"{name}: the label {label} of sequence {n} is none of the {classes} classes without the blank, {blank}; they run from 0 to {classes - 1}.");
    }

    // Targets one after the other as rows, filled up with 0.
    static Tensor Padded(string name, Tensor targets, Tensor counts)
    {
        ReadOnlySpan<long> labels = Whole(targets), numbers = Whole(counts);
        var (sum, most) = (0L, 0L);
        foreach (var number in numbers) (sum, most) = (sum + Math.Max(number, 0), Math.Max(most, number));
        if (sum != labels.Length) throw new ShapeException(
            $"{name}: {labels.Length} labels one after the other do not fit targets of {sum} labels together; there must be as many.");
        var rows = new long[numbers.Length * (int)most];
        for (var n = 0; n < numbers.Length; n++)
        {
            var count = (int)Math.Max(numbers[n], 0);
            labels[..count].CopyTo(rows.AsSpan(n * (int)most));
            labels = labels[count..];
        }
        return Tensor.From(rows, [numbers.Length, (int)most]);
    }
}
