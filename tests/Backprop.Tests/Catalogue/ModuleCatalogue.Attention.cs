using Backprop.Modules;

namespace Backprop.Tests.Catalogue;

static partial class ModuleCatalogue
{
    static IEnumerable<ModuleRow> Attention()
    {
        Tensor x = Normal(3, 2, 4), memory = Normal(5, 2, 4);
        yield return Row("MultiHeadAttention", g => new MultiHeadAttention(4, 2, g, dtype: DType.Float64), x).Batched(1);
        yield return Row("MultiHeadAttention of one sequence", g => new MultiHeadAttention(4, 2, g, dtype: DType.Float64), (m, t) => m.Forward(t[0], t[1], t[1]), Normal(3, 4), Normal(5, 4)).Batched(-1, -1);
        yield return Row("MultiHeadAttention, causal, batch first", g => new MultiHeadAttention(4, 2, g, bias: false, batchFirst: true, isCausal: true, dtype: DType.Float64), x);
        yield return Row("MultiHeadAttention, dropout", g => new MultiHeadAttention(4, 2, g, 0.3, dtype: DType.Float64), (m, t) => m.Forward(t[0], t[1], t[1]), x, memory).Batched(1, 1);
        yield return Row(
            "TransformerEncoder",
            g => new TransformerEncoder([Layer(false), Layer(true)], new LayerNorm(4, dtype: DType.Float64)),
            x).Batched(1);
        yield return Row(
            "TransformerDecoder",
            g => new TransformerDecoder(
                [new TransformerDecoderLayer(4, 2, g, 6, 0, t => t.Gelu(), dtype: DType.Float64), new(4, 2, g, 6, 0.2, t => t.Gelu(), normFirst: true, dtype: DType.Float64)]),
            (m, t) => m.Forward(t[0], t[1], isCausal: true), x, memory).Batched(1, 1);
        yield return Row("SinusoidalPositions", g => new SinusoidalPositions(4), x).Batched(1);
        yield return Row("LearnedPositions", g => new LearnedPositions(6, 4, g, dtype: DType.Float64), x).Batched(1);
        yield return Row("RotaryPositions", g => new RotaryPositions(4), x);
        yield return Row("RotaryPositions, interleaved", g => new RotaryPositions(4, interleaved: true), x);

        TransformerEncoderLayer Layer(bool normFirst) =>
            new(4, 2, new(3), 6, 0, t => t.Gelu(), normFirst, dtype: DType.Float64);
    }
}
