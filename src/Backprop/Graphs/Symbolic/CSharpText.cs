using System.Text;
using Backprop.Formulas;

namespace Backprop.Graphs;

/// <summary>Prints an expression as C# of single numbers (<c>Math.Exp(-x)</c>), or of tensors (<c>(-x).Exp()</c>).</summary>
sealed class CSharpText(bool tensors) : SourceText
{
    const string Keywords =
        " abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false finally fixed float for " +
        "foreach goto if implicit in int interface internal is lock long namespace new null object operator out override params private protected public readonly ref return sbyte sealed " +
        "short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while ";

    readonly Dictionary<string, string> identifiers = [];

    /// <summary>A name as one that C# takes; different names stay different.</summary>
    public string Identifier(string name)
    {
        if (identifiers.TryGetValue(name, out var identifier)) return identifier;
        var text = new StringBuilder();
        foreach (var c in name) text.Append(char.IsAsciiLetterOrDigit(c) || (char.IsLetter(c) && !char.IsSurrogate(c)) ? c : '_');
        if (text.Length == 0 || char.IsAsciiDigit(text[0])) text.Insert(0, '_');
        identifier = text.ToString();
        if (Keywords.Contains($" {identifier} ", StringComparison.Ordinal)) identifier = "@" + identifier;
        for (var i = 2; identifiers.ContainsValue(identifier); i++) identifier = $"{text}_{i}";
        return identifiers[name] = identifier;
    }

    protected override string Name(string name) => Identifier(name);

    protected override string Number(double value) => double.IsFinite(value) && Math.Floor(value) == value && Math.Abs(value) is >= 1e9 and < 1e15 ? base.Number(value) + ".0" : base.Number(value);

    protected override string Condition(Source source) =>
        source.Function.Length == 0 && !tensors ? $"{At(source, 4)} != 0" : base.Condition(source);

    // Two whole numbers would be divided as whole numbers.
    protected override string Left(Source source, int precedence)
    {
        if (source.Function != "/" || !IsWhole(source.Operands[0]) || !IsWhole(source.Operands[1])) return base.Left(source, precedence);
        return source.Operands[0].Number is null ? $"(double){At(source.Operands[0], 8)}" : base.Left(source, precedence) + ".0";
    }

    protected override string Right(Source source, int precedence) =>
        source.Function == "*" && IsSquare(source.Operands[1]) ? Of(source.Operands[1]) : base.Right(source, precedence);

    static bool IsSquare(Source x) => x.Function == "Pow" && x.Operands[1].Number == 2 && x.Operands[0].Name is not null;

    static bool IsWhole(Source x) => x.Number is { } number ? Math.Floor(number) == number && Math.Abs(number) < 1e9
        : x.Function switch { "+" or "-" or "*" or "/" or "%" or "negate" => x.Operands.All(IsWhole), "?" => x.Operands[1..].All(IsWhole), _ => false };

    protected override (string Text, int Precedence) Call(Source source)
    {
        var x = source.Operands;
        if (IsSquare(source)) return ($"{Of(x[0])} * {Of(x[0])}", 6);
        if (tensors) return (OfTensors(source), 8);
        return (source.Function switch
        {
            "Exp2" => $"double.Exp2({Operands(source)})",
            "Expm1" => $"double.ExpM1({Operands(source)})",
            "Log1p" => $"double.LogP1({Operands(source)})",
            "Erf" or "Erfc" => $"One<double>.{source.Function}({Operands(source)}).V",
            _ => $"Math.{source.Function}({Operands(source)})",
        }, 8);
    }

    string OfTensors(Source source)
    {
        var name = source.Function switch { "Max" => "Maximum", "Min" => "Minimum", var function => function };
        var first = source.Operands[0];
        var receiver = first.Number is null ? At(first, 8) : $"((Tensor){At(first, 8)})";
        return $"{receiver}.{name}({string.Join(", ", source.Operands[1..].Select(Of))})";
    }
}
