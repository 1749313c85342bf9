namespace Backprop.Tests.Reference;

static partial class ReferenceOperations
{
    static void AddReduce(ReferenceTable t)
    {
        t.Add("sum", c => c["x"].Sum(c.Axes("axes"), c.Bool("keepdims")));
        t.Add("mean", c => c["x"].Mean(c.Axes("axes"), c.Bool("keepdims")));
        t.Add("prod", c => c["x"].Prod(c.Axes("axes"), c.Bool("keepdims")));
        t.Add("max", c => c["x"].Max(c.Axes("axes"), c.Bool("keepdims")));
        t.Add("min", c => c["x"].Min(c.Axes("axes"), c.Bool("keepdims")));
        t.Add("logsumexp", c => c["x"].LogSumExp(c.Axes("axes"), c.Bool("keepdims")));
        t.Add("var", c => c["x"].Var(c.Axes("axes"), c.Bool("keepdims"), c.Int("correction")));
        t.Add("std", c => c["x"].Std(c.Axes("axes"), c.Bool("keepdims"), c.Int("correction")));
        t.Add("norm", c => c["x"].Norm(c.Axes("axes"), c.Bool("keepdims"), c.Double("p")));
        t.AddMany("max_with_index", c => Both(c["x"].MaxWithIndex(c.Int("axis"), c.Bool("keepdims"))));
        t.AddMany("min_with_index", c => Both(c["x"].MinWithIndex(c.Int("axis"), c.Bool("keepdims"))));
        t.Add("argmax", c => c.IntOrNull("axis") is { } axis ? c["x"].ArgMax(axis, c.Bool("keepdims")) : c["x"].ArgMax([], c.Bool("keepdims")));
        t.Add("argmin", c => c.IntOrNull("axis") is { } axis ? c["x"].ArgMin(axis, c.Bool("keepdims")) : c["x"].ArgMin([], c.Bool("keepdims")));
        t.Add("any", c => c["x"].Any(c.Int("axis")));
        t.Add("all", c => c["x"].All(c.Int("axis")));
    }

    static void AddSoftmax(ReferenceTable t)
    {
        t.Add("softmax", c => c["x"].Softmax(c.Int("axis")));
        t.Add("log_softmax", c => c["x"].LogSoftmax(c.Int("axis")));
        t.Add("softmin", c => c["x"].Softmin(c.Int("axis")));
    }

    static void AddSorting(ReferenceTable t)
    {
        t.Add("gather", c => c["x"].Gather(c.Int("axis"), c["index"]));
        t.Add("scatter_add", c => c["x"].ScatterAdd(c.Int("axis"), c["index"], c["source"]));
        t.AddMany("sort", c => Both(c["x"].Sort(c.Int("axis"), c.Bool("descending"))));
        t.AddMany("topk", c => Both(c["x"].TopK(c.Int("k"), c.Int("axis"), c.Bool("largest"))));
        t.Add("cumsum", c => c["x"].CumSum(c.Int("axis")));
        t.Add("cumprod", c => c["x"].CumProd(c.Int("axis")));
    }

    static Tensor[] Both((Tensor Values, Tensor Indices) pair) => [pair.Values, pair.Indices];
}
