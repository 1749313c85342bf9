using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop.Layers;

/// <summary>
/// Draws words by how often they occur in a corpus, p(word) ∝ countᵖ: with p = ¾ rare words come a little more often than they occur
/// (Mikolov et al. 2013; Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 4).
/// </summary>
public sealed class UnigramSampler
{
    readonly double[] weights, upTo;      // upTo[i]: the sum of the weights of the words 0 to i
    readonly Generator generator;

    /// <summary>A sampler of the words of a corpus.</summary>
    /// <param name="corpus">Numbers of words from 0 on, [length].</param>
    /// <param name="power">p, the exponent of the counts.</param>
    /// <param name="sampleSize">How many words are drawn for each target.</param>
    /// <param name="generator">Draws them.</param>
    /// <exception cref="ShapeException">The corpus is no vector.</exception>
    /// <exception cref="DTypeException">The corpus holds no whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A word is negative, or there are too few different words to draw from.</exception>
    public UnigramSampler(Tensor corpus, double power, int sampleSize, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(generator);
        Option.AtLeastOne(sampleSize, nameof(UnigramSampler));
        if (!double.IsFinite(power)) throw new ArgumentOutOfRangeException(nameof(power), power, "UnigramSampler: the power is no number.");
        if (corpus.Rank != 1) throw new ShapeException($"UnigramSampler: the corpus has shape {corpus.Shape}; it must be [length].");
        weights = Array.ConvertAll(Counts(Words("the corpus", corpus)), count => count == 0 ? 0 : Math.Pow(count, power));
        var different = weights.Count(weight => weight > 0);
        if (different <= sampleSize) throw new ArgumentOutOfRangeException(nameof(sampleSize),
            $"UnigramSampler: {sampleSize} words are to be drawn beside each target, and the corpus has {different} different words; it must have at least {sampleSize + 1L}.");
        upTo = new double[weights.Length];
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++) upTo[i] = sum += weights[i];
        if (!double.IsFinite(sum)) throw new ArgumentOutOfRangeException(nameof(power), power, "UnigramSampler: the counts to this power are no numbers.");
        (Power, SampleSize, this.generator) = (power, sampleSize, generator);
    }

    /// <summary>The exponent of the counts.</summary>
    public double Power { get; }

    /// <summary>How many words are drawn for each target.</summary>
    public int SampleSize { get; }

    /// <summary>One more than the largest word.</summary>
    public int VocabularySize => weights.Length;

    /// <summary>How probable a word is, as long as none is excluded.</summary>
    public double Probability(int word) => weights[word] / upTo[^1];

    /// <summary>Words for each target, [batch] → [batch, sample size] of int64: different ones, and never the target itself.</summary>
    /// <exception cref="ShapeException">The targets are no vector.</exception>
    /// <exception cref="DTypeException">The targets are no whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is no word of the corpus' vocabulary.</exception>
    public Tensor GetNegativeSample(Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.Rank != 1) throw new ShapeException($"UnigramSampler: the targets have shape {target.Shape}; they must be [batch].");
        var targets = Words("the targets", target);
        foreach (var word in targets)
            if ((ulong)word >= (ulong)weights.Length) throw new ArgumentOutOfRangeException(nameof(target), word,
                $"UnigramSampler: the target {word} is no word; words run from 0 to {weights.Length - 1}.");
        var drawn = new long[targets.Length * SampleSize];
        var excluded = new List<int>(SampleSize + 1);
        for (var row = 0; row < targets.Length; row++)
        {
            excluded.Clear();
            excluded.Add((int)targets[row]);
            for (var i = 0; i < SampleSize; i++)
            {
                var word = Draw(excluded);
                drawn[row * SampleSize + i] = word;
                excluded.Insert(~excluded.BinarySearch(word), word);
            }
        }
        return Tensor.From(drawn, [targets.Length, SampleSize]);
    }

    // Each word takes a stretch as long as its weight. A place among the stretches that are left is moved past the excluded ones (in ascending order).
    int Draw(List<int> excluded)
    {
        var left = upTo[^1];
        foreach (var word in excluded) left -= weights[word];
        var place = generator.NextDouble() * left;
        foreach (var word in excluded)
            if (place >= upTo[word] - weights[word]) place += weights[word];
        var drawn = Array.BinarySearch(upTo, place);
        drawn = Math.Min(drawn < 0 ? ~drawn : drawn + 1, weights.Length - 1);
        // Rounding may have led just into a stretch that is no choice.
        while (weights[drawn] == 0 || excluded.Contains(drawn)) drawn = drawn == 0 ? weights.Length - 1 : drawn - 1;
        return drawn;
    }

    static long[] Words(string what, Tensor words) => words.DType.IsInteger()
        ? Cast.Raw(words, DType.Int64).ToArray<long>()
        : throw new DTypeException($"UnigramSampler: {what} must be whole numbers and got {words.DType.Name()}; convert with As(DType.Int64).");

    static int[] Counts(long[] corpus)
    {
        var largest = -1L;
        foreach (var word in corpus)
        {
            if (word is < 0 or >= int.MaxValue) throw new ArgumentOutOfRangeException(nameof(corpus), word, $"UnigramSampler: {word} is no word; words are numbered from 0.");
            largest = Math.Max(largest, word);
        }
        var counts = new int[largest + 1];
        foreach (var word in corpus) counts[word]++;
        return counts;
    }
}
