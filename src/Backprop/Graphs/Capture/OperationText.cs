using Backprop.Formulas;
using Backprop.Ops;

namespace Backprop.Graphs;

/// <summary>What a graph writes about an operation: its sign, its formula, its attributes.</summary>
static class OperationText
{
    static readonly Dictionary<string, string> signs = new()
    {
        ["Add"] = "+",
        ["Subtract"] = "−",
        ["Multiply"] = "×",
        ["Divide"] = "÷",
        ["Negate"] = "−",
        ["Sum"] = "Σ",
        ["Sqrt"] = "√",
    };

    /// <summary>What stands in the circle: the sign of arithmetic, else the name as code writes it.</summary>
    public static string Symbol(Op op)
    {
        var name = op.Name;
        if (signs.TryGetValue(name, out var sign)) return sign;
        return name.Length > 1 && char.IsUpper(name[0]) && !char.IsUpper(name[1]) ? char.ToLowerInvariant(name[0]) + name[1..] : name;
    }

    /// <summary>The formula in x, or in a, b, c; null if the operation is none.</summary>
    public static string? Formula(Op op, int operands) => operands switch
    {
        1 => op.Read([new("x")])?.Text,
        2 => op.Read([new("a"), new("b")])?.Text,
        3 => op.Read([new("a"), new("b"), new("c")])?.Text,
        _ => null,
    };

    /// <summary>The attributes as the record prints them: <c>Softmax { Name = Softmax, Axis = -1 }</c>.</summary>
    public static KeyValuePair<string, string>[] Attributes(Op op)
    {
        var result = new List<KeyValuePair<string, string>>();
        Read(op.ToString(), result);
        return [.. result];
    }

    static void Read(string text, List<KeyValuePair<string, string>> into)
    {
        var open = text.IndexOf(" { ", StringComparison.Ordinal);
        if (open < 0 || !text.EndsWith(" }", StringComparison.Ordinal) || open + 3 > text.Length - 2) return;
        foreach (var part in Split(text[(open + 3)..^2]))
        {
            var equals = part.IndexOf(" = ", StringComparison.Ordinal);
            if (equals < 0) continue;
            var (name, value) = (part[..equals], part[(equals + 3)..]);
            // An elementwise operation's attributes are its formula's.
            if (name == "Formula") Read(value, into);
            else if (name != "Name") into.Add(new(name, value));
        }
    }

    // At the commas after which a name and an equals sign stand, outside of brackets.
    static IEnumerable<string> Split(string text)
    {
        int depth = 0, start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '[' or '(' or '{') depth++;
            else if (text[i] is ']' or ')' or '}') depth--;
            if (text[i] != ',' || depth > 0 || !StartsAttribute(text.AsSpan(i + 1))) continue;
            yield return text[start..i];
            start = i + 2;
        }
        yield return text[start..];
    }

    static bool StartsAttribute(ReadOnlySpan<char> text)
    {
        if (text is not [' ', var first, ..] || !char.IsLetter(first)) return false;
        var i = 1;
        while (i < text.Length && char.IsLetterOrDigit(text[i])) i++;
        return text[i..].StartsWith(" = ");
    }
}
