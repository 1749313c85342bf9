namespace Backprop.Cli.Expressions;

/// <summary>What an expression may call, by the operations' names; upper and lower case are the same.</summary>
static class Functions
{
    static readonly Dictionary<string, Func<Tensor, Tensor>> ofOne = new(StringComparer.OrdinalIgnoreCase)
    {
        ["negate"] = x => -x,
        ["abs"] = x => x.Abs(),
        ["acos"] = x => x.Acos(),
        ["acosh"] = x => x.Acosh(),
        ["asin"] = x => x.Asin(),
        ["asinh"] = x => x.Asinh(),
        ["atan"] = x => x.Atan(),
        ["atanh"] = x => x.Atanh(),
        ["cos"] = x => x.Cos(),
        ["cosh"] = x => x.Cosh(),
        ["erf"] = x => x.Erf(),
        ["exp"] = x => x.Exp(),
        ["expm1"] = x => x.Expm1(),
        ["gelu"] = x => x.Gelu(),
        ["log"] = x => x.Log(),
        ["log10"] = x => x.Log10(),
        ["log1p"] = x => x.Log1p(),
        ["log2"] = x => x.Log2(),
        ["logSigmoid"] = x => x.LogSigmoid(),
        ["mish"] = x => x.Mish(),
        ["reciprocal"] = x => x.Reciprocal(),
        ["relu"] = x => x.Relu(),
        ["sigmoid"] = x => x.Sigmoid(),
        ["silu"] = x => x.Silu(),
        ["sin"] = x => x.Sin(),
        ["sinh"] = x => x.Sinh(),
        ["softplus"] = x => x.Softplus(),
        ["sqrt"] = x => x.Sqrt(),
        ["square"] = x => x.Square(),
        ["tan"] = x => x.Tan(),
        ["tanh"] = x => x.Tanh(),
    };

    static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> ofTwo = new(StringComparer.OrdinalIgnoreCase)
    {
        ["+"] = (a, b) => a + b,
        ["-"] = (a, b) => a - b,
        ["*"] = (a, b) => a * b,
        ["/"] = (a, b) => a / b,
        ["^"] = (a, b) => a.Pow(b),
        ["atan2"] = (a, b) => a.Atan2(b),
        ["hypot"] = (a, b) => a.Hypot(b),
        ["max"] = (a, b) => a.Maximum(b),
        ["min"] = (a, b) => a.Minimum(b),
        ["pow"] = (a, b) => a.Pow(b),
    };

    /// <summary>How many operands a function takes; null if there is no such function.</summary>
    public static int? Operands(string name) => ofOne.ContainsKey(name) ? 1 : ofTwo.ContainsKey(name) ? 2 : null;

    public static Tensor Call(string name, IReadOnlyList<Tensor> x) => x.Count == 1 ? ofOne[name](x[0]) : ofTwo[name](x[0], x[1]);

    /// <summary>The names that a user may write.</summary>
    public static IEnumerable<string> Names => ofOne.Keys.Concat(ofTwo.Keys).Where(name => char.IsLetter(name[0]) && name != "negate").Order(StringComparer.OrdinalIgnoreCase);
}
