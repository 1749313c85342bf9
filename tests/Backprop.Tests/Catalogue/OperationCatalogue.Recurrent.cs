using Backprop.Losses;
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
        Tensor targets = Tensor.From(new long[,] { { 1, 1, 2 }, { 2, 0, 0 } }), labels = new[] { 3, 1 }, steps = new[] { 5, 4 };
        yield return Row("CtcLoss", a => Loss.ConnectionistTemporalClassification(a, targets, steps, labels, reduction: LossReduction.None), Inside(5, 2, 3));
        yield return Row("CtcLoss of a softmax", a => Loss.ConnectionistTemporalClassification(a.LogSoftmax(-1), targets, steps, labels), Inside(5, 2, 3));
    }
}
