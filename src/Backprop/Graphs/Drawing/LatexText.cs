using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Backprop.Graphs;

/// <summary>Text as LaTeX prints it, no sign of which is a command.</summary>
sealed partial class LatexText
{
    readonly SortedSet<int> unusual = [];

    static readonly Dictionary<int, string> signs = new()
    {
        ['\\'] = "\\textbackslash{}",
        ['{'] = "\\{",
        ['}'] = "\\}",
        ['$'] = "\\$",
        ['&'] = "\\&",
        ['#'] = "\\#",
        ['_'] = "\\_",
        ['%'] = "\\%",
        ['~'] = "\\textasciitilde{}",
        ['^'] = "\\textasciicircum{}",
        ['"'] = "\\textquotedbl{}",
        ['<'] = "\\textless{}",
        ['>'] = "\\textgreater{}",
        ['|'] = "\\textbar{}",
        ['`'] = "\\textasciigrave{}",
        ['\''] = "\\textquotesingle{}",
        ['-'] = "{-}",
        ['×'] = "\\ensuremath{\\times}",
        ['÷'] = "\\ensuremath{\\div}",
        ['−'] = "\\ensuremath{-}",
        ['·'] = "\\ensuremath{\\cdot}",
        ['∂'] = "\\ensuremath{\\partial}",
        ['Σ'] = "\\ensuremath{\\Sigma}",
        ['√'] = "\\ensuremath{\\surd}",
        ['‖'] = "\\ensuremath{\\Vert}",
        ['→'] = "\\ensuremath{\\to}",
        ['∞'] = "\\ensuremath{\\infty}",
        ['α'] = "\\ensuremath{\\alpha}",
        ['β'] = "\\ensuremath{\\beta}",
        ['γ'] = "\\ensuremath{\\gamma}",
        ['ε'] = "\\ensuremath{\\varepsilon}",
        ['η'] = "\\ensuremath{\\eta}",
        ['θ'] = "\\ensuremath{\\theta}",
        ['λ'] = "\\ensuremath{\\lambda}",
        ['μ'] = "\\ensuremath{\\mu}",
        ['π'] = "\\ensuremath{\\pi}",
        ['σ'] = "\\ensuremath{\\sigma}",
    };

    /// <summary>The text with every sign that means something to LaTeX printed as itself.</summary>
    public string Of(string value)
    {
        var result = new StringBuilder();
        foreach (var rune in SafeText.OneLine(value).EnumerateRunes())
        {
            if (signs.TryGetValue(rune.Value, out var command))
            {
                result.Append(command);
                continue;
            }
            if (rune.Value > 0x7F) unusual.Add(rune.Value);
            result.Append(rune);
        }
        return result.ToString();
    }

    /// <summary>The text in math mode, where mathematical signs need no <c>\ensuremath</c>, which not every reader of mathematics knows.</summary>
    public string InMath(string value) => Ensured().Replace($"\\text{{{Of(value)}}}", "}$1 \\text{").Replace("\\text{}", "", StringComparison.Ordinal);

    [GeneratedRegex(@"\\ensuremath\{([^{}]*)\}")]
    private static partial Regex Ensured();

    /// <summary>A name in math mode: a letter as a variable, with a number as its subscript, all else as text.</summary>
    public string Name(string name) => name.Length == 0 || !char.IsAsciiLetter(name[0]) || !name[1..].All(char.IsAsciiDigit) ? InMath(name)
        : name.Length == 1 ? name : $"{name[0]}_{{{name[1..]}}}";

    /// <summary>What pdfLaTeX must be told of signs it does not know: it prints their numbers. LuaLaTeX and XeLaTeX print them where the font has them.</summary>
    public string Declarations
    {
        get
        {
            var text = new StringBuilder();
            // Western letters it knows.
            foreach (var c in unusual)
                if (c > 0x17F) text.Append(CultureInfo.InvariantCulture, $"  \\DeclareUnicodeCharacter{{{c:X4}}}{{[U+{c:X4}]}}\n");
            return text.ToString();
        }
    }
}
