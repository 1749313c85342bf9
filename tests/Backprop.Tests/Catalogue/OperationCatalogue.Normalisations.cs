using Backprop.Randomness;

namespace Backprop.Tests.Catalogue;

static partial class OperationCatalogue
{
    static IEnumerable<CatalogueRow> Normalisations()
    {
        Tensor x = Anywhere(3, 4), weight = Positive(4), bias = Anywhere(4) * 0.3;
        yield return new("LayerNorm", t => t[0].LayerNorm([4], t[1], t[2]), [x, weight, bias]);
        yield return Row("LayerNorm without parameters", a => a.LayerNorm([3, 4]), Anywhere(2, 3, 4));
        yield return Row("LayerNorm with a weight", (a, b) => a.LayerNorm([4], b), x, weight);
        yield return Row("LayerNorm with a bias", (a, b) => a.LayerNorm([4], bias: b), x, bias);
        yield return Row("RmsNorm", (a, b) => a.RmsNorm([4], b, 1e-5), x, weight);
        yield return Row("RmsNorm without a weight", a => a.RmsNorm([3, 4]), Anywhere(2, 3, 4));
        Tensor series = Anywhere(2, 4, 3), images = Anywhere(2, 4, 6, 7);
        yield return new("GroupNorm", t => t[0].GroupNorm(2, t[1], t[2]), [series, weight, bias]);
        yield return new("GroupNorm of vectors", t => t[0].GroupNorm(2, t[1], t[2]), [Anywhere(3, 4) * 1.2, weight, bias]);
        yield return new("GroupNorm of images", t => (t[0].GroupNorm(2, t[1], t[2]))[0, Tensor.Ellipsis, ..2], [Anywhere(1, 4, 6, 6), weight, bias]);
        yield return Row("InstanceNorm", a => a.InstanceNorm(), series);
        yield return new("InstanceNorm with parameters", t => t[0].InstanceNorm(t[1], t[2]), [series, weight, bias]);
        yield return new("BatchNorm", t => t[0].BatchNorm(t[1], t[2]), [x, weight, bias]);
        yield return new("BatchNorm of series", t => t[0].BatchNorm(t[1], t[2]), [series, weight, bias]);
        yield return Row("BatchNorm of images", (a, b) => a.BatchNorm(b)[.., Tensor.Ellipsis, ..2], Anywhere(2, 2, 6, 6), Positive(2));
        yield return Row("BatchNorm without parameters", a => a.BatchNorm(), series);
        yield return new("BatchNorm by given statistics", t => t[0].BatchNorm(t[1], t[2], statistics: (t[3], t[4])), [series, weight, bias, bias * 2.0, weight * 0.8]);
        yield return Row("ChannelMoments", a => new Backprop.Ops.ChannelMoments().Apply(a), series);
        yield return Row("LocalResponseNorm", a => a.LocalResponseNorm(3, 0.5), Anywhere(2, 5, 3));
        yield return Row("LocalResponseNorm of an even size", a => a.LocalResponseNorm(4, 0.5, 0.6, 1.3), Anywhere(1, 6, 2));
        yield return Row("Normalize", a => a.Normalize(), x);
        yield return Row("Normalize by the sum", a => a.Normalize(1, 0), x);
        yield return Row("Normalize by the cubes", a => a.Normalize(3, -1), x);
        yield return Row("Normalize what is short", a => a.Normalize(epsilon: 100), x);
    }

    static IEnumerable<CatalogueRow> Tables()
    {
        Tensor table = Anywhere(5, 3), index = Tensor.From(new long[,] { { 1, 4, 1 }, { 0, 1, 3 } }), vector = Tensor.From(new[] { 4, 1, 1, 0, 3 });
        Tensor offsets = Tensor.From(new long[] { 0, 2, 2, 4 }), each = Anywhere(2, 3) * 0.7;
        yield return Row("Embedding", w => Tensor.Embedding(index, w), table);
        yield return Row("EmbeddingBag of means", w => Tensor.EmbeddingBag(index, w), table);
        yield return Row("EmbeddingBag of sums", w => Tensor.EmbeddingBag(vector, w, offsets, BagMode.Sum), table);
        yield return Row("EmbeddingBag of maxima", w => Tensor.EmbeddingBag(vector, w, offsets, BagMode.Max), table);
        yield return Row("EmbeddingBag with weights", (w, p) => Tensor.EmbeddingBag(index, w, mode: BagMode.Sum, perSampleWeights: p), table, each);
    }

    // Each draws from a new generator, so that it is the same function whenever it is called.
    static IEnumerable<CatalogueRow> Random()
    {
        Tensor x = Anywhere(3, 4), images = Anywhere(2, 3, 2, 2);
        yield return Row("Dropout", a => a.Dropout(0.4, new Generator(1)), x);
        yield return Row("Dropout of channels", a => a.DropoutChannels(0.4, new Generator(1)), images);
        yield return Row("AlphaDropout", a => a.AlphaDropout(0.4, new Generator(1)), x);
        yield return Row("RRelu", a => a.RRelu(new Generator(1)), x);
        yield return Row("Softmax2d", a => a.Softmax2d(), images);
    }
}
