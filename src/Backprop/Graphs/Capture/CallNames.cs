using System.Text;

namespace Backprop.Graphs;

/// <summary>Names of variables out of the text of a call.</summary>
static class CallNames
{
    /// <summary>An argument's text as a name: in one line, without the marks that are no part of it.</summary>
    public static string? Of(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var name = new StringBuilder();
        foreach (var c in text.Trim())
        {
            if (!char.IsWhiteSpace(c)) name.Append(c);
            else if (name[^1] != ' ') name.Append(' ');
        }
        // `x!` only quiets the compiler.
        while (name.Length > 1 && name[^1] == '!') name.Length--;
        return name.ToString();
    }

    /// <summary>
    /// The names in the text of a list of arguments: those of a collection expression <c>[a, f(b, c)]</c> or <c>new[] { a, b }</c> one by one, else the
    /// variable's own with places, as <c>outputs[0]</c>.
    /// </summary>
    public static string?[] OfList(string? text, int count)
    {
        var names = new string?[count];
        if (Of(text) is not { } whole) return names;
        if (Inside(whole) is { } inside)
        {
            var parts = Split(inside);
            // A spread element hides how many it stands for.
            if (parts.Count != count || parts.Exists(part => part.StartsWith("..", StringComparison.Ordinal))) return names;
            for (var i = 0; i < count; i++) names[i] = Of(parts[i]);
            return names;
        }
        for (var i = 0; i < count; i++) names[i] = $"{whole}[{i}]";
        return names;
    }

    static string? Inside(string text)
    {
        if (text is ['[', .. var list, ']']) return list;
        var brace = text.IndexOf('{', StringComparison.Ordinal);
        return text.StartsWith("new", StringComparison.Ordinal) && brace >= 0 && text[^1] == '}' ? text[(brace + 1)..^1] : null;
    }

    // At the commas outside of brackets and of quoted text.
    static List<string> Split(string text)
    {
        var parts = new List<string>();
        int depth = 0, start = 0;
        char? quote = null;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote is not null)
            {
                if (c == '\\') i++;
                else if (c == quote) quote = null;
            }
            else if (c is '"' or '\'') quote = c;
            else if (c is '(' or '[' or '{') depth++;
            else if (c is ')' or ']' or '}') depth--;
            else if (c == ',' && depth == 0)
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
        }
        var last = text[start..].Trim();
        if (last.Length > 0) parts.Add(last);
        return parts;
    }
}
