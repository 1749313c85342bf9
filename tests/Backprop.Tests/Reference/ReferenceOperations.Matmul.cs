namespace Backprop.Tests.Reference;

internal static partial class ReferenceOperations
{
    static void AddMatmul(ReferenceTable t)
    {
        t.Add("matmul", c => c.Has("x") ? c["x"].MatMul(c["x"]) : c["a"].MatMul(c["b"]));
        t.Add("bmm", c => c["a"].Bmm(c["b"]));
        t.Add("addmm", c => c["c"].AddMm(c["a"], c["b"], c.Double("beta"), c.Double("alpha")));
        t.Add("outer", c => c["a"].Outer(c["b"]));
        t.Add("linear", c => Tensor.Linear(c["x"], c["weight"], c.Has("bias") ? c["bias"] : null));
        t.Add("bilinear", c => Tensor.Bilinear(c["x1"], c["x2"], c["weight"], c.Has("bias") ? c["bias"] : null));
    }

    static void AddEinsum(ReferenceTable t) => t.Add("einsum", c => Tensor.Einsum(c.String("equation"), c.Inputs));
}
