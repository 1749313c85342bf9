using Backprop.Ops;

namespace Backprop.Tests.Catalogue;

static partial class OperationCatalogue
{
    static IEnumerable<CatalogueRow> Recurrent()
    {
        Tensor lengths = new long[] { 2, 3 };
        Tensor[] Operands(int gates, int states) =>
            [Inside(3, 2, gates * 2), Inside(gates * 2, 2) * 0.9, Inside(gates * 2) * 0.8, Inside(states, 2, 2) * 0.7];

        yield return new("RnnSequence", t => RnnSequence.Call(t[0], t[1], t[2], t[3]), Operands(1, 1));
        yield return new("RnnSequence with ReLU", t => RnnSequence.Call(t[0], t[1], t[2], t[3], lengths, RnnNonlinearity.Relu), Operands(1, 1));
        yield return new("RnnSequence in reverse", t => RnnSequence.Call(t[0], t[1], t[2], t[3], lengths, reverse: true), Operands(1, 1));
        yield return new("LstmSequence", t => LstmSequence.Call(t[0], t[1], t[2], t[3]), Operands(4, 2));
        yield return new("LstmSequence of different lengths", t => LstmSequence.Call(t[0], t[1], t[2], t[3], lengths), Operands(4, 2));
        yield return new("LstmSequence in reverse", t => LstmSequence.Call(t[0], t[1], t[2], t[3], lengths, reverse: true), Operands(4, 2));
        yield return new("GruSequence", t => GruSequence.Call(t[0], t[1], t[2], t[3]), Operands(3, 1));
        yield return new("GruSequence of different lengths", t => GruSequence.Call(t[0], t[1], t[2], t[3], lengths), Operands(3, 1));
        yield return new("GruSequence in reverse", t => GruSequence.Call(t[0], t[1], t[2], t[3], lengths, reverse: true), Operands(3, 1));
    }
}
