using Backprop.Modules;
using Backprop.Randomness;

namespace Backprop.Tests.Catalogue;

static partial class ModuleCatalogue
{
    static IEnumerable<ModuleRow> Norms()
    {
        const DType f64 = DType.Float64;
        Tensor vectors = Normal(4, 3), series = Normal(3, 4, 5), images = Normal(2, 4, 3, 2), volumes = Normal(2, 2, 2, 3, 2);
        yield return Row("LayerNorm", _ => new LayerNorm(3, dtype: f64), vectors);
        yield return Row("LayerNorm over two axes, no bias", _ => new LayerNorm([4, 5], bias: false, dtype: f64), series);
        yield return Row("LayerNorm without parameters", _ => new LayerNorm([5], affine: false, dtype: f64), series);
        yield return Row("RmsNorm", _ => new RmsNorm(3, dtype: f64), vectors);
        yield return Row("RmsNorm without parameters", _ => new RmsNorm([4, 5], 1e-3, affine: false, dtype: f64), series);
        yield return Row("BatchNorm1d", _ => new BatchNorm1d(3, dtype: f64), vectors);
        yield return Row("BatchNorm1d of series", _ => new BatchNorm1d(4, momentum: null, dtype: f64), series);
        yield return Row("BatchNorm1d without parameters", _ => new BatchNorm1d(3, affine: false, dtype: f64), vectors);
        yield return Row("BatchNorm1d without statistics", _ => new BatchNorm1d(3, trackRunningStatistics: false, dtype: f64), vectors);
        yield return Row("BatchNorm2d", _ => new BatchNorm2d(4, dtype: f64), images);
        yield return Row("BatchNorm2d of larger images", _ => new BatchNorm2d(2, dtype: f64), Normal(2, 2, 6, 7));
        yield return Row("BatchNorm3d", _ => new BatchNorm3d(2, dtype: f64), volumes);
        yield return Row("GroupNorm", _ => new GroupNorm(2, 4, dtype: f64), images);
        yield return Row("GroupNorm of larger images", _ => new GroupNorm(2, 4, dtype: f64), Normal(1, 4, 6, 6));
        yield return Row("GroupNorm without parameters", _ => new GroupNorm(1, 4, affine: false, dtype: f64), series);
        yield return Row("InstanceNorm1d", _ => new InstanceNorm1d(4, dtype: f64), series);
        yield return Row("InstanceNorm2d", _ => new InstanceNorm2d(4, affine: true, trackRunningStatistics: true, dtype: f64), images);
        yield return Row("InstanceNorm2d of one image", _ => new InstanceNorm2d(4, affine: true, dtype: f64), images[0]).Batched(-1);
        yield return Row("InstanceNorm3d", _ => new InstanceNorm3d(2, affine: true, dtype: f64), volumes);
        yield return Row("LocalResponseNorm", _ => new LocalResponseNorm(3, 0.5), images);
    }

    static IEnumerable<ModuleRow> Tables()
    {
        Tensor index = Tensor.From(new long[,] { { 1, 4, 1 }, { 0, 1, 3 } });
        yield return Row("Embedding", g => new Embedding(5, 3, g, dtype: DType.Float64), index);
        yield return Row("Embedding of a table", _ => new Embedding(Normal(5, 3)), index);
        yield return Row("Embedding of int32", g => new Embedding(5, 3, g, paddingIndex: 2, dtype: DType.Float64), index.As(DType.Int32));
        foreach (var mode in Enum.GetValues<BagMode>())
            yield return Row($"EmbeddingBag, {mode}", g => new EmbeddingBag(5, 3, g, mode, dtype: DType.Float64), (m, x) => m.Forward(x[0]), index);
        yield return Row(
            "EmbeddingBag with offsets and weights", g => new EmbeddingBag(5, 3, g, BagMode.Sum, includeLastOffset: true, dtype: DType.Float64),
            (m, x) => m.Forward(x[0], x[1], x[2]), Tensor.From(new long[] { 4, 0, 0, 2 }), Tensor.From(new long[] { 0, 3, 3, 4 }), Normal(4)).Batched(-1, -1, -1);
    }

    static IEnumerable<ModuleRow> Small()
    {
        Tensor vectors = Normal(4, 3), series = Normal(3, 4, 5), images = Normal(2, 4, 3, 2);
        yield return Row("Dropout", g => new Dropout(g, 0.3), vectors);
        yield return Row("Dropout1d", g => new Dropout1d(g), series);
        yield return Row("Dropout2d", g => new Dropout2d(g), images);
        yield return Row("Dropout3d", g => new Dropout3d(g), Normal(2, 2, 2, 3, 2));
        yield return Row("AlphaDropout", g => new AlphaDropout(g, 0.3), vectors);
        yield return Row("PRelu", _ => new PRelu(dtype: DType.Float64), vectors);
        yield return Row("PRelu by channels", _ => new PRelu(4, 0.1, DType.Float64), images);
        yield return Row("RRelu", g => new RRelu(g), vectors);
        yield return Row(
            "Bilinear", g => new Bilinear(3, 2, 4, g, dtype: DType.Float64), (m, x) => m.Forward(x[0], x[1]), vectors, Normal(4, 2));
        yield return Row(
            "Bilinear without bias", g => new Bilinear(3, 2, 4, g, bias: false, dtype: DType.Float64), (m, x) => m.Forward(x[0], x[1]), vectors, Normal(4, 2));
        yield return Row("Identity", _ => new Identity(), vectors);
        yield return Row("Residual", g => new Residual(new Linear(3, 3, g, dtype: DType.Float64)), vectors);
    }
}
