using System.Globalization;

namespace Backprop.Formulas;

/// <summary>
/// Prints a <see cref="Source"/> by the precedences of C#: 0 choice, 1 or, 2 and, 3 equality, 4 comparison, 5 sum, 6 product, 7 sign, 8 name, number or call. What
/// names and calls look like may differ.
/// </summary>
class SourceText
{
    const int Choice = 0, Sum = 5, Product = 6, Sign = 7, Whole = 8;

    /// <summary>As formulas are written in this library.</summary>
    public static SourceText Plain { get; } = new();

    static readonly Dictionary<string, int> infix = new()
    {
        ["||"] = 1,
        ["&&"] = 2,
        ["=="] = 3,
        ["<"] = 4,
        ["<="] = 4,
        [">"] = 4,
        [">="] = 4,
        ["+"] = Sum,
        ["-"] = Sum,
        ["*"] = Product,
        ["/"] = Product,
        ["%"] = Product,
    };

    /// <summary>The text of an expression.</summary>
    public string Of(Source source) => Print(source).Text;

    protected (string Text, int Precedence) Print(Source source)
    {
        if (source.Name is { } name) return (Name(name), Whole);
        if (source.Number is { } number) return (Number(number), double.IsNegative(number) && double.IsFinite(number) ? Sign : Whole);
        var x = source.Operands;
        return source.Function switch
        {
            "negate" => ($"-{At(x[0], Whole)}", Sign),
            "!" => ($"!{At(x[0], Whole)}", Sign),
            "?" => ($"{Condition(x[0])} ? {At(x[1], 1)} : {At(x[2], Choice)}", Choice),
            _ when infix.TryGetValue(source.Function, out var precedence) => (Infix(source, precedence), precedence),
            _ => Call(source),
        };
    }

    /// <summary>The text of an operand, in parentheses where it binds less tightly than its place asks for.</summary>
    protected string At(Source source, int precedence)
    {
        var (text, own) = Print(source);
        return own >= precedence ? text : $"({text})";
    }

    string Infix(Source source, int precedence) => $"{Left(source, precedence)} {source.Function} {Right(source, precedence)}";

    protected virtual string Left(Source source, int precedence) => At(source.Operands[0], precedence);

    // The right operand must bind tighter than the operation itself: a * (b * c) is not rounded as a * b * c is. Truths are not rounded.
    protected virtual string Right(Source source, int precedence) => At(source.Operands[1], source.Function is "&&" or "||" ? precedence : precedence + 1);

    protected virtual string Condition(Source source) => At(source, 1);

    protected virtual string Name(string name) => name;

    protected virtual string Number(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture)
        : $"double.{(double.IsNaN(value) ? "NaN" : value > 0 ? "PositiveInfinity" : "NegativeInfinity")}";

    protected virtual (string Text, int Precedence) Call(Source source) => ($"{source.Function}({Operands(source)})", Whole);

    protected string Operands(Source source) => string.Join(", ", source.Operands.Select(Of));
}
