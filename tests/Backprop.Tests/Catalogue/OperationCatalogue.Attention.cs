namespace Backprop.Tests.Catalogue;

static partial class OperationCatalogue
{
    static IEnumerable<CatalogueRow> Attention()
    {
        Tensor q = Uniform(-1, 1, 2, 3, 4), k = Uniform(-1.3, 1, 2, 5, 4), v = Uniform(-1.1, 1, 2, 5, 3), bias = Uniform(-0.7, 1, 3, 5);
        var allowed = Tensor.From(new[,] { { true, true, false, true, false }, { false, false, false, false, false }, { true, true, true, true, true } });
        yield return new("ScaledDotProduct", t => Tensor.ScaledDotProductAttention(t[0], t[1], t[2]), [q, k, v]);
        yield return new("ScaledDotProduct, causal", t => Tensor.ScaledDotProductAttention(t[0], t[1], t[2], isCausal: true, scale: 0.3), [q, k, v]);
        yield return new("ScaledDotProduct, mask", t => Tensor.ScaledDotProductAttention(t[0], t[1], t[2], allowed), [q, k, v]);
        yield return new("ScaledDotProduct, added", t => Tensor.ScaledDotProductAttention(t[0], t[1], t[2], t[3]), [q, k, v, bias]);
        Tensor joined = Uniform(-1, 1, 2, 5, 12);
        yield return new("SelfAttention", t => t[0].SelfAttention(2), [joined]);
        yield return new("SelfAttention, causal", t => t[0].SelfAttention(2, isCausal: true, batchFirst: false), [joined]);
        yield return new("ScaledDotProduct, broadcast", t => Tensor.ScaledDotProductAttention(t[0], t[1], t[2]), [q, k[0], v[0]]);
    }
}
