using System.Globalization;
using System.Text.RegularExpressions;
using Backprop.Formulas;
using Number = Backprop.Formulas.One<double>;

namespace Backprop.Tests.Formulas;

/// <summary>Reads the text that <see cref="Source"/> gives by the precedences of C# and computes it.</summary>
sealed partial class SourceReader
{
    readonly string[] tokens;
    readonly Dictionary<string, Number> names;
    int next;

    SourceReader(string text, Dictionary<string, Number> names)
    {
        tokens = [.. Token().Matches(text).Select(m => m.Value)];
        this.names = names;
    }

    public static Number Compute(string text, Dictionary<string, Number> names)
    {
        var reader = new SourceReader(text, names);
        var value = reader.Conditional();
        return reader.next == reader.tokens.Length ? value : throw new FormatException($"'{reader.tokens[reader.next]}' is left over in {text}");
    }

    [GeneratedRegex(@"double\.\w+|[A-Za-z]\w*|\d+(\.\d+)?(E[+-]?\d+)?|&&|\|\||[<>=]=|\S")]
    private static partial Regex Token();

    bool Accept(string token)
    {
        if (next == tokens.Length || tokens[next] != token) return false;
        next++;
        return true;
    }

    void Expect(string token)
    {
        if (!Accept(token)) throw new FormatException($"'{token}' is missing before token {next}.");
    }

    Number Conditional()
    {
        var condition = Infix(0);
        if (!Accept("?")) return condition;
        var a = Conditional();
        Expect(":");
        return Number.Where(condition, a, Conditional());
    }

    static readonly string[][] levels = [["||"], ["&&"], ["=="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"]];

    Number Infix(int level)
    {
        if (level == levels.Length) return Sign();
        var a = Infix(level + 1);
        while (next < tokens.Length && levels[level].Contains(tokens[next]))
        {
            var sign = tokens[next++];
            var b = Infix(level + 1);
            a = sign switch
            {
                "||" => Number.Or(a, b),
                "&&" => Number.And(a, b),
                "==" => Number.Equal(a, b),
                "<" => a < b,
                "<=" => a <= b,
                ">" => a > b,
                ">=" => a >= b,
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "/" => a / b,
                _ => Number.Fmod(a, b),
            };
        }
        return a;
    }

    Number Sign() => Accept("-") ? -Sign() : Accept("!") ? Number.Not(Sign()) : Primary();

    Number Primary()
    {
        var token = tokens[next++];
        if (token == "(")
        {
            var value = Conditional();
            Expect(")");
            return value;
        }
        if (char.IsDigit(token[0])) return double.Parse(token, CultureInfo.InvariantCulture);
        if (names.TryGetValue(token, out var named)) return named;
        if (token.StartsWith("double.", StringComparison.Ordinal))
            return (double)typeof(double).GetField(token["double.".Length..])!.GetValue(null)!;
        Expect("(");
        var arguments = new List<object> { Conditional() };
        while (Accept(",")) arguments.Add(Conditional());
        Expect(")");
        var function = typeof(Number).GetMethod(token, [.. arguments.Select(a => a.GetType())]) ?? throw new FormatException($"There is no {token}.");
        return (Number)function.Invoke(null, [.. arguments])!;
    }
}
