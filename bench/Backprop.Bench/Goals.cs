using System.Text.RegularExpressions;

namespace Backprop.Bench;

/// <summary>What a row must reach: a ratio to the peer at the least, or a value of our own at the most.</summary>
readonly record struct Goal(double Ratio, double Most = double.PositiveInfinity)
{
    public bool IsMet(double ratio, double ours) => ratio >= Ratio && ours <= Most;

    public override string ToString() => double.IsPositiveInfinity(Most) ? Invariant($"{Ratio}") : Invariant($"at most {Most}");

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

/// <summary>The goals by workload and metric: the ratios from which on nobody is better served by a native library.</summary>
static class Goals
{
    static readonly (string Workload, Regex Metric, Goal Goal)[] all =
    [
        Row("matmul", "^16x16x16$", 6), Row("matmul", "^32x32x32$", 2.5), Row("matmul", "^64x64x64$", 1.4), Row("matmul", "^[0-9]", 0.92),
        Row("elementwise", "^(relu|add|mul|neg|abs|gelu) 1e[567]", 1), Row("elementwise", "^sigmoid 1e[567]", 1.25), Row("elementwise", "^silu 1e[567]", 1.4),
        Row("elementwise", "^exp 1e[567]", 1.8), Row("elementwise", "^tanh 1e[567]", 3), Row("elementwise", "^gelu-tanh 1e[567]", 3.5),
        Row("elementwise", "^softmax 1e[567]", 1.2),
        Row("chain", "^affine-relu (fused )?1e[567]", 2), Row("chain", "^affine-relu best 1e[567]", 1.3), Row("chain", "^chain12 (fused )?1e[567]", 3.5),
        Row("softmax", "^rows 10$", 2.5), Row("softmax", "^rows", 1.2), Row("cross-entropy", "forward", 2),
        Row("layer-norm", "1e5$", 2.5), Row("layer-norm", "1e6$", 1.5), Row("layer-norm", "1e7$", 1.1),
        Row("adam", "^step$", 4), Row("conv2d", "^forward$", 1.3), Row("conv2d", "^backward$", 1.2),
        Row("seed-scalar", "^forward.backward$", 40), Row("dispatch", "^scalar mul autograd$", 15), Row("dispatch", "^chain1000 add forward.backward$", 20),
        Row("mlp-small", "^(relu|sigmoid)$", 1.8), Row("mlp-large", "^adam$", 1.7), Row("cnn", "^training$", 2), Row("lstm", "^training$", 1.2),
        Row("gpt-small", "^training$", 1.5), Row("gpt-medium", "^training$", 1.25),
        Row("latency", "^mlp-small", 4), Row("latency", "^cnn", 2.5),
        Row("mlp-small", "^peak RSS$", 2), Row("gpt-small", "^peak RSS$", 2), Row("memory-scoped", "^resident$", 0.67), Row("memory-scoped-gpt", "^resident$", 0.67),
        ("startup", new("^ready-to-run$"), new Goal(0, 120)), ("startup", new("^native$"), new Goal(0, 20)),
    ];

    /// <summary>Ratios of these are to be 1 in the geometric mean: products from 128 on.</summary>
    public static bool IsInMean(string workload, string metric) => workload == "matmul" && Of(workload, metric) is { Ratio: 0.92 };

    /// <summary>The goal of a row, if it has one.</summary>
    public static Goal? Of(string workload, string metric) =>
        all.Where(row => row.Workload == workload && row.Metric.IsMatch(metric)).Select(row => (Goal?)row.Goal).FirstOrDefault();

    static (string, Regex, Goal) Row(string workload, string metric, double ratio) => (workload, new(metric), new Goal(ratio));
}
