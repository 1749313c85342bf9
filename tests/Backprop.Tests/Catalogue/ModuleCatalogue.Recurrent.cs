using Backprop.Modules;

namespace Backprop.Tests.Catalogue;

static partial class ModuleCatalogue
{
    static IEnumerable<ModuleRow> Recurrent()
    {
        Tensor sequences = Normal(4, 3, 2), lengths = new long[] { 4, 1, 3 };
        yield return Row("Rnn", g => new Rnn(2, 3, g, dtype: DType.Float64), sequences).Batched(1);
        yield return Row(
            "Rnn of ReLUs, batch first",
            g => new Rnn(2, 3, g, nonlinearity: RnnNonlinearity.Relu, bias: false, batchFirst: true, dtype: DType.Float64), sequences);
        yield return Row("Lstm of a single sequence", g => new Lstm(2, 3, g, dtype: DType.Float64), Normal(4, 2)).Batched(-1);
        yield return Row(
            "Lstm, two layers, both directions, lengths, dropout",
            g => new Lstm(2, 3, g, layers: 2, dropout: 0.4, bidirectional: true, dtype: DType.Float64),
            (lstm, x) =>
            {
                var (outputs, (hidden, cell)) = lstm.Forward(x[0], new(x[1], x[2]), x[3]);
                return Tensor.Concat([outputs.Flatten(), hidden.Flatten(), cell.Flatten()]);
            },
            sequences, Normal(4, 3, 3), Normal(4, 3, 3) * 0.7, lengths).Batched(1, 1, 1, 0);
        yield return Row(
            "Gru, both directions, batch first, lengths",
            g => new Gru(2, 3, g, batchFirst: true, bidirectional: true, dtype: DType.Float64),
            (gru, x) =>
            {
                var (outputs, hidden) = gru.Forward(x[0], x[1], x[2]);
                return Tensor.Concat([outputs.Flatten(), hidden.Flatten()]);
            },
            Normal(3, 4, 2), Normal(2, 3, 3), lengths).Batched(0, 1, 0);
        yield return Row("RnnCell", g => new RnnCell(2, 3, g, dtype: DType.Float64), (cell, x) => cell.Forward(x[0], x[1]), Normal(4, 2), Normal(4, 3));
        yield return Row("GruCell", g => new GruCell(2, 3, g, dtype: DType.Float64), (cell, x) => cell.Forward(x[0], x[1]), Normal(4, 2), Normal(4, 3));
        yield return Row(
            "LstmCell",
            g => new LstmCell(2, 3, g, dtype: DType.Float64),
            (cell, x) => cell.Forward(x[0], cell.Forward(x[0], new(x[1], x[2]))) is var (h, c) ? h * c : x[0],
            Normal(4, 2), Normal(4, 3), Normal(4, 3) * 0.7);
    }
}
