using System.Globalization;
using Backprop.Formulas;

namespace Backprop.Graphs;

/// <summary>Prints an expression as LaTeX mathematics: fractions, roots, powers, cases.</summary>
sealed class FormulaLatex(LatexText text)
{
    const int Choice = 0, Or = 1, And = 2, Comparison = 3, Sum = 4, Sign = 5, Product = 6, Power = 7, Whole = 8;

    /// <summary>The expression in math mode.</summary>
    public string Of(Source source) => Print(source).Text;

    static string Number(double value)
    {
        if (double.IsNaN(value)) return "\\text{NaN}";
        if (double.IsInfinity(value)) return value < 0 ? "-\\infty" : "\\infty";
        var digits = value.ToString("R", CultureInfo.InvariantCulture);
        var at = digits.IndexOf('E', StringComparison.Ordinal);
        return at < 0 ? digits : $"{digits[..at]} \\cdot 10^{{{digits[(at + 1)..].TrimStart('+')}}}";
    }

    string At(Source source, int precedence)
    {
        var (printed, own) = Print(source);
        return own >= precedence ? printed : $"\\left({printed}\\right)";
    }

    (string Text, int Precedence) Print(Source source)
    {
        if (source.Name is { } name) return (text.Name(name), Whole);
        if (source.Number is { } number) return (Number(number), double.IsNegative(number) ? Sign : Whole);
        var x = source.Operands;
        return source.Function switch
        {
            "+" or "-" => ($"{At(x[0], Sum)} {source.Function} {At(x[1], Product)}", Sum),
            "negate" => ($"-{At(x[0], Product)}", Sign),
            "*" => ($"{At(x[0], Sign)} \\cdot {At(x[1], Product)}", Product),
            "/" => ($"\\frac{{{Of(x[0])}}}{{{Of(x[1])}}}", Product),
            "%" => ($"{At(x[0], Power)} \\bmod {At(x[1], Power)}", Product),
            "&&" => ($"{At(x[0], And)} \\land {At(x[1], And)}", And),
            "||" => ($"{At(x[0], Or)} \\lor {At(x[1], Or)}", Or),
            "!" => ($"\\lnot {At(x[0], Whole)}", Whole),
            "==" => ($"{At(x[0], Sum)} = {At(x[1], Sum)}", Comparison),
            "<" or ">" => ($"{At(x[0], Sum)} {source.Function} {At(x[1], Sum)}", Comparison),
            "<=" => ($"{At(x[0], Sum)} \\le {At(x[1], Sum)}", Comparison),
            ">=" => ($"{At(x[0], Sum)} \\ge {At(x[1], Sum)}", Comparison),
            "?" => ($"\\begin{{cases}} {Of(x[1])} & \\text{{if }} {Of(x[0])} \\\\ {Of(x[2])} & \\text{{otherwise}} \\end{{cases}}", Choice),
            "Pow" => Raised(x[0], Of(x[1])),
            "Exp" => ($"e^{{{Of(x[0])}}}", Power),
            "Exp2" => ($"2^{{{Of(x[0])}}}", Power),
            "Expm1" => ($"e^{{{Of(x[0])}}} - 1", Sum),
            "Sqrt" => ($"\\sqrt{{{Of(x[0])}}}", Whole),
            "Abs" => ($"\\left|{Of(x[0])}\\right|", Whole),
            "Floor" => ($"\\left\\lfloor {Of(x[0])} \\right\\rfloor", Whole),
            "Ceiling" => ($"\\left\\lceil {Of(x[0])} \\right\\rceil", Whole),
            "Log1p" => ($"\\ln\\left(1 + {Of(x[0])}\\right)", Whole),
            "Sum" => ($"\\sum {At(x[0], Product)}", Product),
            _ => ($"{Function(source.Function)}\\left({string.Join(", ", x.Select(Of))}\\right)", Whole),
        };
    }

    (string, int) Raised(Source x, string exponent) => x.Function.Length > 0 && functions.TryGetValue(x.Function, out var function)
        ? ($"{function}^{{{exponent}}}\\left({Of(x.Operands[0])}\\right)", Power)
        : ($"{At(x, Whole)}^{{{exponent}}}", Power);

    static readonly Dictionary<string, string> functions = new()
    {
        ["Sin"] = "\\sin",
        ["Cos"] = "\\cos",
        ["Tan"] = "\\tan",
        ["Sinh"] = "\\sinh",
        ["Cosh"] = "\\cosh",
        ["Tanh"] = "\\tanh",
    };

    string Function(string name) => functions.TryGetValue(name, out var function) ? function : name switch
    {
        "Log" => "\\ln",
        "Log2" => "\\log_2",
        "Log10" => "\\log_{10}",
        "Max" => "\\max",
        "Min" => "\\min",
        "Asin" => "\\arcsin",
        "Acos" => "\\arccos",
        "Atan" => "\\arctan",
        "Asinh" => "\\operatorname{arsinh}",
        "Acosh" => "\\operatorname{arcosh}",
        "Atanh" => "\\operatorname{artanh}",
        _ => $"\\operatorname{{{text.Of(name.ToLowerInvariant() is "atan2" or "erf" or "erfc" or "truncate" or "round" or "mean" ? name.ToLowerInvariant() : name)}}}",
    };
}
