using Backprop.Losses;

namespace Backprop.Tests.Catalogue;

static partial class OperationCatalogue
{
    static IEnumerable<CatalogueRow> Losses()
    {
        Tensor x = Anywhere(3, 4), y = Anywhere(3, 4) * 0.7 + 0.05, signs = Tensor.Where(Anywhere(3, 4) > 0.0, 1.0, -1.0);
        Tensor probabilities = Uniform(0.1, 0.9, 3, 4), others = Uniform(0.15, 0.8, 3, 4);
        Tensor labels = new long[] { 3, 0, 1 }, weight = Positive(4);
        yield return Row("CrossEntropy", a => Loss.CrossEntropy(a, labels, weight.As(a.DType), labelSmoothing: 0.1, ignoreIndex: 1), x);
        yield return Row("CrossEntropy of rows", a => Loss.CrossEntropy(a, labels, ignoreIndex: 1), x);
        yield return Row("CrossEntropyOfProbabilities", (a, b) => Loss.CrossEntropyOfProbabilities(a, b, labelSmoothing: 0.2), x, probabilities);
        yield return Row("NegativeLogLikelihood", a => Loss.NegativeLogLikelihood(a.LogSoftmax(1), labels, reduction: LossReduction.None), x);
        yield return Row("MeanSquaredError", (a, b) => Loss.MeanSquaredError(a, b), x, y);
        yield return Row("L1", (a, b) => Loss.L1(a, b, LossReduction.Sum), x, y);
        yield return Row("SmoothL1", (a, b) => Loss.SmoothL1(a, b, 0.35), x, y);
        yield return Row("Huber", (a, b) => Loss.Huber(a, b, 0.35), x, y);
        yield return Row("PoissonNegativeLogLikelihood", (a, b) => Loss.PoissonNegativeLogLikelihood(a, b), x, y);
        yield return new("GaussianNegativeLogLikelihood", t => Loss.GaussianNegativeLogLikelihood(t[0], t[1], t[2]), [x, y, Positive(3, 4)]);
        yield return Row("KullbackLeibler", (a, b) => Loss.KullbackLeibler(a, b), x, probabilities);
        yield return Row("KullbackLeibler of logarithms", (a, b) => Loss.KullbackLeibler(a, b, logTarget: true), x, y);
        yield return Row("MarginRanking", (a, b) => Loss.MarginRanking(a, b, signs.As(a.DType), 0.5), x, y);
        yield return new("TripletMargin", t => Loss.TripletMargin(t[0], t[1], t[2], margin: 3), [x, y, probabilities]);
        yield return Row("CosineSimilarity", (a, b) => Loss.CosineSimilarity(a, b), x, y);
        yield return Row("CosineEmbedding", (a, b) => Loss.CosineEmbedding(a, b, Tensor.From(new[] { 1.0, -1, 1 }).As(a.DType)), x, y);
        yield return Row("BinaryCrossEntropyTerm", (a, b) => Loss.BinaryCrossEntropy(a, b, reduction: LossReduction.None), probabilities, others);
        yield return Row("BinaryCrossEntropyWithLogits", (a, b) => Loss.BinaryCrossEntropyWithLogits(a, b, positiveWeight: weight.As(a.DType)), x, probabilities);
        yield return Row("HingeEmbedding", a => Loss.HingeEmbedding(a, signs.As(a.DType)), x);
        yield return Row("Hinge", a => Loss.Hinge(a, signs.As(a.DType)), x);
        yield return Row("MultiMargin", a => Loss.MultiMargin(a, labels, p: 2, weight: weight.As(a.DType)), x);
        yield return Row("PoissonNegativeLogLikelihood of rates", (a, b) => Loss.PoissonNegativeLogLikelihood(a, b, isLogarithm: false, full: true), probabilities, 3 * others);
        yield return new("TripletMargin, swapped", t => Loss.TripletMargin(t[0], t[1], t[2], margin: 3, swap: true), [x, y, probabilities]);
        yield return Row("SoftMargin", a => Loss.SoftMargin(a, signs.As(a.DType)), x);
    }
}
