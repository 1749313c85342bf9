using Backprop.Autograd;
using Backprop.Ops;

namespace Backprop.Tests.Reference;

/// <summary>Second order: the value, the gradients and the Hessian times a vector of functions, written in the library's own terms.</summary>
static partial class ReferenceOperations
{
    static void AddHvp(ReferenceTable t) => t.AddMany("hvp", c =>
    {
        string[] variables = [.. c.Json("variables").EnumerateArray().Select(v => v.GetString()!)];
        var function = Function(c.String("function"), c, variables);
        Tensor[] x = [.. variables.Select(name => c[name])], v = [.. variables.Select(name => c[$"v_{name}"])];
        var (value, gradients) = Gradient.ValueAndGradient(function)(x);
        return [value, .. gradients, .. Gradient.HessianVectorProduct(function, x, v)];
    });

    static Func<Tensor[], Tensor> Function(string name, ReferenceCase c, string[] variables) => name switch
    {
        "cubic" => x => (x[0].Pow(3.0) + 2.0 * x[0].Square()).Sum(),
        "tanh_square" => x => x[0].Tanh().Square().Sum(),
        "sigmoid_times_x" => x => (x[0].Sigmoid() * x[0]).Sum(),
        "exp_sin_product" => x => (x[0].Exp() * x[1].Sin()).Sum(),
        "log_ratio" => x => (x[0].Log() / x[1] + x[1].Sqrt()).Sum(),
        "pow_pair" => x => x[0].Pow(x[1]).Sum(),
        "logsumexp" => x => x[0].LogSumExp(),
        "cross_entropy" => x => -x[0].LogSoftmax(1).Gather(1, c["target"].Reshape(-1, 1)).Mean(),
        "mlp" => x => ((c["data"].MatMul(x[0]) + x[1]).Tanh().MatMul(x[2]) - c["target"]).Square().Mean(),
        "conv" => x => x[0].Conv2d(x[1], padding: 1).Square().Sum() / 2.0,
        "layer_norm" => x => Normalised(x[0], [-1]).Pow(3.0).Sum(),
        "batch_norm" => x => Normalised(x[0], [.. Enumerable.Range(0, x[0].Rank).Where(axis => axis != 1)]).Pow(3.0).Sum(),
        "gelu" => x => x[0].Gelu().Square().Sum(),
        "prod" => x => x[0].Prod(),
        "softmax_quadratic" => x => x[0].MatMul(x[0].T).Softmax(-1).Square().Sum(),
        "norm" => x => x[0].Square().Sum().Sqrt(),
        "relu_square" => x => x[0].Relu().Pow(3.0).Sum(),
        "cumsum_gather" => x => CumSumPicked(x[0]),
        _ => throw new NotSupportedException($"{c.Id}: the function \"{name}\" of {string.Join(", ", variables)} is not in the table."),
    };

    static Tensor Normalised(Tensor x, int[] axes) =>
        (x - x.Mean(axes, keepDims: true)) / (x.Var(axes, keepDims: true, correction: 0) + 1e-5).Sqrt();

    static Tensor CumSumPicked(Tensor x)
    {
        long last = x.Count - 1;
        return x.CumSum(0).Gather(0, Tensor.From(new[] { 0L, last, last })).Pow(3.0).Sum();
    }
}
