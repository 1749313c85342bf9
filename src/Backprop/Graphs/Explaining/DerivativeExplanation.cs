using System.Globalization;
using System.Numerics;
using System.Text;

namespace Backprop.Graphs;

/// <summary>One local derivative on a path: ∂<paramref name="Of"/>/∂<paramref name="By"/>.</summary>
/// <param name="Of">The result of a call.</param>
/// <param name="By">Its operand.</param>
/// <param name="Value">The derivative at this operand alone.</param>
public readonly record struct LocalFactor(string Of, string By, double Value);

/// <summary>One way from a result back to an input.</summary>
/// <param name="Factors">Its local derivatives, from the result on.</param>
/// <param name="Product">Their product: what the derivative gets along this way.</param>
public sealed record DerivativePath(IReadOnlyList<LocalFactor> Factors, double Product);

/// <summary>One step of the forward pass.</summary>
/// <param name="Name">What it is called; a result without a name is u1, u2, …</param>
/// <param name="Formula">What was computed, <c>apple × count</c>.</param>
/// <param name="Value">The result.</param>
public readonly record struct ExplainedStep(string Name, string Formula, double Value);

/// <summary>A derivative by the chain rule, as plain data that tells itself as text, Markdown or LaTeX.</summary>
public sealed record DerivativeExplanation
{
    internal DerivativeExplanation()
    {
    }

    /// <summary>What is differentiated.</summary>
    public required string Result { get; init; }

    /// <summary>With respect to what.</summary>
    public required string Input { get; init; }

    /// <summary>∂result/∂input, by backpropagation.</summary>
    public required double Value { get; init; }

    /// <summary>The forward pass between the two, first step first.</summary>
    public required IReadOnlyList<ExplainedStep> Steps { get; init; }

    /// <summary>The paths, or those that bring most, if there are many; greatest product first.</summary>
    public required IReadOnlyList<DerivativePath> Paths { get; init; }

    /// <summary>How many paths there are.</summary>
    public required BigInteger PathCount { get; init; }

    /// <summary>The language it speaks.</summary>
    public required Language Language { get; init; }

    ExplanationWords Words => ExplanationWords.Of(Language);

    bool IsItself => Paths is [{ Factors.Count: 0 }];

    string Count => PathCount.ToString("N0", CultureInfo.InvariantCulture);

    string Sentence => PathCount.IsZero ? Words.Independent(Result, Input)
        : IsItself ? Words.Itself
        : PathCount.IsOne ? Words.OnePath(Result, Input)
        : Words.ManyPaths(Result, Input, Count) + (Paths.Count < PathCount ? $" ({Words.Largest(Paths.Count)})" : "");

    string Derivative => $"∂{Result}/∂{Input}";

    /// <summary>In words and numbers.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Steps.Count > 0) text.Append(Words.Steps).Append('\n');
        foreach (var step in Steps) text.Append(CultureInfo.InvariantCulture, $"  {step.Name} = {step.Formula} = {NumberText.Of(step.Value)}\n");
        text.Append(Sentence).Append('\n');
        foreach (var line in Lines) text.Append("  ").Append(line).Append('\n');
        if (Paths.Count < PathCount) text.Append(Words.OnceEach).Append('\n');
        return text.ToString();
    }

    /// <summary>The same as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        if (Steps.Count > 0) text.Append(Words.Steps).Append("\n\n");
        foreach (var step in Steps) text.Append(CultureInfo.InvariantCulture, $"- {Code($"{step.Name} = {step.Formula} = {NumberText.Of(step.Value)}")}\n");
        text.Append('\n').Append(Escaped(Sentence)).Append("\n\n");
        foreach (var line in Lines) text.Append(CultureInfo.InvariantCulture, $"- {Code(line)}\n");
        if (Paths.Count < PathCount) text.Append('\n').Append(Words.OnceEach).Append('\n');
        return text.ToString();
    }

    /// <summary>The equations as a LaTeX <c>align*</c> environment; it needs amsmath.</summary>
    public string ToLatex()
    {
        var latex = new LatexText();
        string Name(string name) => latex.Name(name);
        string Partial(string of, string by) => $"\\frac{{\\partial {Name(of)}}}{{\\partial {Name(by)}}}";
        var lines = new List<string>();
        foreach (var step in Steps) lines.Add($"{Name(step.Name)} &= {latex.InMath(step.Formula)} = {Number(step.Value)}");
        foreach (var path in Paths)
            if (path.Factors.Count > 0)
                lines.Add($"{string.Join(" \\cdot ", path.Factors.Select(f => Partial(f.Of, f.By)))} &= {Product(path, " \\cdot ", Number)}");
        lines.Add($"{Partial(Result, Input)} &= {(Paths.Count > 1 ? $"{Sum(Number, " + \\dots")} = " : "")}{Number(Value)}");
        return $"\\begin{{align*}}\n{string.Join(" \\\\\n", lines)}\n\\end{{align*}}\n";
    }

    // ∂price/∂apple = ∂price/∂applePrice · ∂applePrice/∂apple = 1.1 · 2 = 2.2
    IEnumerable<string> Lines
    {
        get
        {
            foreach (var path in Paths)
                if (path.Factors.Count > 1 || (Paths.Count > 1 && path.Factors.Count > 0))
                {
                    var factors = string.Join(" · ", path.Factors.Select(f => $"∂{f.Of}/∂{f.By}"));
                    yield return PathCount.IsOne ? $"{Derivative} = {factors} = {Product(path, " · ", NumberText.Of)}" : $"{factors} = {Product(path, " · ", NumberText.Of)}";
                }
            if (Paths.Count > 1) yield return $"{Derivative} = {Sum(NumberText.Of, " + …")} = {NumberText.Of(Value)}";
            else if (Paths.Count == 0 || Paths[0].Factors.Count < 2) yield return $"{Derivative} = {NumberText.Of(Value)}";
        }
    }

    static string Product(DerivativePath path, string times, Func<double, string> number) => path.Factors.Count == 1 ? number(path.Product)
        : $"{string.Join(times, path.Factors.Select(f => Signed(f.Value, number)))} = {number(path.Product)}";

    string Sum(Func<double, string> number, string more) =>
        string.Join(" + ", Paths.Select(path => Signed(path.Product, number))) + (Paths.Count < PathCount ? more : "");

    static string Signed(double value, Func<double, string> number) => value < 0 ? $"({number(value)})" : number(value);

    static string Number(double value) => double.IsNaN(value) ? "\\text{NaN}" : double.IsInfinity(value) ? (value < 0 ? "-\\infty" : "\\infty")
        : NumberText.Of(value) is var text && text.IndexOf('e', StringComparison.Ordinal) is var at and > 0 ? $"{text[..at]} \\cdot 10^{{{text[(at + 1)..]}}}" : NumberText.Of(value);

    internal static string Code(string text) => $"`{text.Replace('`', 'ʼ')}`";

    // Signs that mean something to Markdown or HTML.
    internal static string Escaped(string text)
    {
        var result = new StringBuilder();
        foreach (var c in text)
        {
            if ("\\`*_{}[]<>()#+!|&~$@".Contains(c, StringComparison.Ordinal)) result.Append('\\');
            result.Append(c);
        }
        return result.ToString();
    }
}
