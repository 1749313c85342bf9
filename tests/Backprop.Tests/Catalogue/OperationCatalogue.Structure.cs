namespace Backprop.Tests.Catalogue;

static partial class OperationCatalogue
{
    static IEnumerable<CatalogueRow> Structure() => [.. Reductions(), .. Scans(), .. Products(), .. Views(), .. Joints(), .. Subscripts(), .. Sums()];

    static IEnumerable<CatalogueRow> Reductions()
    {
        var x = Anywhere(3, 4, 2);
        yield return Row("Sum", a => a.Sum([0, 2], keepDims: true), x);
        yield return Row("Sum of all", a => a.Sum(), x);
        yield return Row("Mean", a => a.Mean(1), x);
        yield return Row("Prod", a => a.Prod(1), x);
        yield return Row("Prod with a zero", a => a.Prod(0), Tensor.From(new[,] { { 0.0, 1.5 }, { 2.0, -0.7 }, { 1.2, 0.4 } }));
        yield return Row("Max", a => a.Max(1), x);
        yield return Row("Min", a => a.Min([0, 1]), x);
        yield return Row("MaxWithIndex", a => a.MaxWithIndex(1).Values, x);
        yield return Row("LogSumExp", a => a.LogSumExp(1), x);
        yield return Row("Var", a => a.Var([0, 1]), x);
        yield return Row("Std", a => a.Std(1, keepDims: true), x);
        yield return Row("Norm 1", a => a.Norm(1, p: 1), x);
        yield return Row("Norm 2", a => a.Norm([0, 2]), x);
        yield return Row("Norm 3", a => a.Norm(1, p: 3), x);
        yield return Row("Norm infinity", a => a.Norm(1, p: double.PositiveInfinity), x);
        yield return Row("Softmax", a => a.Softmax(-1), x);
        yield return Row("Softmax along another axis", a => a.Softmax(0), x);
        yield return Row("LogSoftmax", a => a.LogSoftmax(1), x);
    }

    static IEnumerable<CatalogueRow> Scans()
    {
        var x = Anywhere(3, 4);
        var index = Tensor.From(new long[,] { { 2, 0, 1, 0 }, { 0, 0, 2, 2 } });
        yield return Row("CumSum", a => a.CumSum(1), x);
        yield return Row("CumSum in reverse", a => a.CumSum(0, reverse: true), x);
        yield return Row("CumProd", a => a.CumProd(1), x);
        yield return Row("CumProd with a zero", a => a.CumProd(0), Tensor.From(new[,] { { 1.5, 2.0 }, { 0.0, 0.5 }, { 0.8, 0.0 } }));
        yield return Row("Sort", a => a.Sort(1).Values, x);
        yield return Row("TopK", a => a.TopK(2, 0).Values, x);
        yield return Row("Gather", a => a.Gather(0, index), x);
        yield return Row("ScatterAdd", (a, b) => a.ScatterAdd(0, index, b), x, Anywhere(2, 4) * 1.2);
    }

    static IEnumerable<CatalogueRow> Products()
    {
        Tensor a = Anywhere(3, 4), b = Anywhere(4, 2) * 0.9;
        yield return Row("MatMul", (x, y) => x.MatMul(y), a, b);
        yield return Row("MatMul of a batch", (x, y) => x.MatMul(y), Anywhere(2, 3, 4), b);
        yield return Row("MatMul of vectors", (x, y) => x.MatMul(y), Anywhere(4), Anywhere(4) * 1.3);
        yield return Row("Reshape", x => x.Reshape(2, -1) * 1.5, a);
        yield return Row("Permute", x => x.T, a);
        yield return Row("Expand", x => Backprop.Ops.Expand.Call(x, [2, 3, 4]), Anywhere(3, 1));
        yield return Row("Embed", x => new Backprop.Ops.Embed([4, 6], [new(1, 3, 1), new(5, 4, -1)]).Apply(x), a);
        yield return Row("Slice", x => new Backprop.Ops.Slice([new(2, 2, -1), new(0, 2, 3)]).Apply(x), a);
    }
}
