using Backprop.Losses;
using Backprop.Randomness;

namespace Backprop.Tests.Losses;

/// <summary>One row of the catalogue of losses.</summary>
/// <param name="Name">The loss.</param>
/// <param name="Call">It, of the operands.</param>
/// <param name="At">Results, then what they should be; the batch comes first.</param>
public sealed record LossRow(string Name, Func<Tensor[], LossReduction, Tensor> Call, Tensor[] At)
{
    public override string ToString() => Name;
}

/// <summary>Every loss with operands: the table that the tests of all losses read. A public one that is missing from it fails a test.</summary>
static class LossCatalogue
{
    public static IReadOnlyList<LossRow> Rows { get; } = [.. All()];

    static Tensor Normal(params int[] shape) => Tensor.RandomNormal(new(shape), new Generator(shape.Length + 5), dtype: DType.Float64);

    static IEnumerable<LossRow> All()
    {
        Tensor x = Normal(4, 3), y = Normal(4, 3).Flip(0), probabilities = Normal(4, 3).Sigmoid(), others = Normal(4, 3).Flip(1).Softmax(1);
        Tensor labels = new long[] { 2, 0, 1, 1 }, signs = Tensor.From(new double[,] { { 1, -1, 1 }, { -1, -1, 1 }, { 1, 1, 1 }, { -1, 1, -1 } });
        yield return new("CrossEntropy", (t, r) => Loss.CrossEntropy(t[0], t[1], reduction: r), [x, labels]);
        yield return new("CrossEntropy, smoothed", (t, r) => Loss.CrossEntropy(t[0], t[1], labelSmoothing: 0.1, reduction: r), [x, labels]);
        yield return new("CrossEntropyOfProbabilities", (t, r) => Loss.CrossEntropyOfProbabilities(t[0], t[1], reduction: r), [x, others]);
        yield return new("NegativeLogLikelihood", (t, r) => Loss.NegativeLogLikelihood(t[0], t[1], reduction: r), [x.LogSoftmax(1), labels]);
        yield return new("MultiMargin", (t, r) => Loss.MultiMargin(t[0], t[1], reduction: r), [x, labels]);
        yield return new("MeanSquaredError", (t, r) => Loss.MeanSquaredError(t[0], t[1], r), [x, y]);
        yield return new("L1", (t, r) => Loss.L1(t[0], t[1], r), [x, y]);
        yield return new("SmoothL1", (t, r) => Loss.SmoothL1(t[0], t[1], reduction: r), [x, y]);
        yield return new("Huber", (t, r) => Loss.Huber(t[0], t[1], reduction: r), [x, y]);
        yield return new("PoissonNegativeLogLikelihood", (t, r) => Loss.PoissonNegativeLogLikelihood(t[0], t[1], full: true, reduction: r), [x, 3 * y.Abs()]);
        yield return new("GaussianNegativeLogLikelihood", (t, r) => Loss.GaussianNegativeLogLikelihood(t[0], t[1], t[2], reduction: r), [x, y, probabilities]);
        yield return new("KullbackLeibler", (t, r) => Loss.KullbackLeibler(t[0], t[1], reduction: r), [x.LogSoftmax(1), others]);
        yield return new("BinaryCrossEntropy", (t, r) => Loss.BinaryCrossEntropy(t[0], t[1], reduction: r), [probabilities, others]);
        yield return new("BinaryCrossEntropyWithLogits", (t, r) => Loss.BinaryCrossEntropyWithLogits(t[0], t[1], reduction: r), [x, others]);
        yield return new("Hinge", (t, r) => Loss.Hinge(t[0], t[1], reduction: r), [x, signs]);
        yield return new("HingeEmbedding", (t, r) => Loss.HingeEmbedding(t[0], t[1], reduction: r), [x, signs]);
        yield return new("SoftMargin", (t, r) => Loss.SoftMargin(t[0], t[1], r), [x, signs]);
        yield return new("MarginRanking", (t, r) => Loss.MarginRanking(t[0], t[1], t[2], 0.5, r), [x, y, signs]);
        yield return new("TripletMargin", (t, r) => Loss.TripletMargin(t[0], t[1], t[2], swap: true, reduction: r), [x, y, others]);
        yield return new("CosineEmbedding", (t, r) => Loss.CosineEmbedding(t[0], t[1], t[2], reduction: r), [x, y, signs[.., 0]]);
        yield return new(
            "ConnectionistTemporalClassification",
            (t, r) => Loss.ConnectionistTemporalClassification(t[0].Transpose(0, 1), t[1], t[2], t[3], reduction: r),
            [Normal(4, 5, 3).LogSoftmax(-1), Tensor.From(new long[,] { { 1, 2 }, { 2, 1 }, { 1, 0 }, { 2, 2 } }), new long[] { 5, 4, 3, 5 }, new long[] { 2, 2, 1, 2 }]);
    }
}
