using System.Globalization;
using System.Text;
using Backprop.Formulas;

namespace Backprop.Graphs;

/// <summary>The formula of a result or of a derivative, simplified, which tells itself as text, LaTeX, Markdown or C#.</summary>
/// <remarks>
/// It is equal for real numbers to what is computed, as formulas in textbooks are: x/x is 1, rounding may differ. What is long and occurs more than once has a name
/// of its own. Operations that are no formulas of single numbers stand as calls by their names, without their attributes.
/// </remarks>
public sealed class FormulaExplanation
{
    // What is shorter is written again.
    const int ShortEnough = 6;

    readonly string result, input;
    readonly bool tensors;
    readonly Source formula;
    readonly List<(string Name, Source Value)> parts = [];

    /// <summary>Of a simplified expression; an input is what it is a derivative by.</summary>
    internal FormulaExplanation(string result, string? input, Source simplified, IReadOnlyDictionary<Source, string> called, bool tensors)
    {
        (this.result, this.input, this.tensors) = (result, input ?? "", tensors);
        formula = Named(simplified, called);
    }

    /// <summary>What is computed: <c>price</c>, or <c>∂price/∂apple</c>.</summary>
    public string Name => input.Length == 0 ? SafeText.OneLine(result) : $"∂{SafeText.OneLine(result)}/∂{SafeText.OneLine(input)}";

    /// <summary>The parts that have names of their own, those first that others need, and last the whole.</summary>
    internal IEnumerable<(string Name, Source Value)> Lines => parts.Append((Name, formula));

    // ---- Parts that occur more than once.

    Source Named(Source whole, IReadOnlyDictionary<Source, string> called)
    {
        var uses = new Dictionary<Source, int>(ReferenceEqualityComparer.Instance);
        var sizes = new Dictionary<Source, double>(ReferenceEqualityComparer.Instance);
        var taken = new HashSet<string> { result };
        Measure(whole, uses, sizes, taken);
        var replaced = new Dictionary<Source, Source>(ReferenceEqualityComparer.Instance);
        var next = 1;
        return Replace(whole);

        Source Replace(Source x)
        {
            if (x.Operands.Length == 0) return x;
            if (replaced.TryGetValue(x, out var known)) return known;
            var same = Source.Call(x.Function, Array.ConvertAll(x.Operands, Replace));
            if (x == whole || uses[x] < 2 || sizes[x] < ShortEnough) return replaced[x] = same;
            if (!called.TryGetValue(x, out var name) || !taken.Add(name))
                do name = $"v{next++}";
                while (!taken.Add(name));
            parts.Add((name, same));
            return replaced[x] = new(name);
        }
    }

    static void Measure(Source x, Dictionary<Source, int> uses, Dictionary<Source, double> sizes, HashSet<string> taken)
    {
        uses[x] = uses.GetValueOrDefault(x) + 1;
        if (uses[x] > 1) return;
        foreach (var operand in x.Operands) Measure(operand, uses, sizes, taken);
        sizes[x] = 1 + x.Operands.Sum(operand => sizes[operand]);
        if (x.Name is { } name) taken.Add(name);
    }

    // ---- As text.

    /// <summary>As text: <c>price = apple * count * tax</c>, and a line for each part that has a name of its own, those first that others need.</summary>
    public override string ToString()
    {
        var plain = new PlainText();
        var text = new StringBuilder();
        foreach (var (name, value) in parts) text.Append(CultureInfo.InvariantCulture, $"{SafeText.OneLine(name)} = {plain.Of(value)}\n");
        return text.Append(CultureInfo.InvariantCulture, $"{Name} = {plain.Of(formula)}\n").ToString();
    }

    /// <summary>The equations as a LaTeX <c>align*</c> environment; it needs amsmath.</summary>
    public string ToLatex()
    {
        var names = new LatexText();
        var latex = new FormulaLatex(names);
        var left = input.Length == 0 ? names.Name(result) : $"\\frac{{\\partial {names.Name(result)}}}{{\\partial {names.Name(input)}}}";
        var lines = parts.Select(part => $"{names.Name(part.Name)} &= {latex.Of(part.Value)}").Append($"{left} &= {latex.Of(formula)}");
        return $"\\begin{{align*}}\n{string.Join(" \\\\\n", lines)}\n\\end{{align*}}\n";
    }

    /// <summary>The same as a block of mathematics in Markdown, as GitHub draws it.</summary>
    public string ToMarkdown() => $"```math\n{ToLatex()}```\n";

    /// <summary>
    /// A C# method: <c>static double Price(double apple, double count, double tax) => apple * count * tax;</c>. Of tensors it is written with the methods of
    /// <see cref="Tensor"/>. Signs that C# has not in names are <c>_</c>.
    /// </summary>
    public string ToCSharp()
    {
        var text = new CSharpText(tensors);
        var type = tensors ? "Tensor" : "double";
        var operands = new List<string>();
        var own = parts.Select(part => part.Name).ToHashSet();
        foreach (var value in parts.Select(part => part.Value).Append(formula)) Leaves(value, name => { if (!own.Contains(name) && !operands.Contains(name)) operands.Add(name); });
        var signature = $"static {type} {Method()}({string.Join(", ", operands.Select(name => $"{type} {text.Identifier(name)}"))})";
        if (parts.Count == 0) return $"{signature} => {text.Of(formula)};\n";
        var lines = parts.Select(part => $"    {type} {text.Identifier(part.Name)} = {text.Of(part.Value)};\n");
        return $"{signature}\n{{\n{string.Concat(lines)}    return {text.Of(formula)};\n}}\n";
    }

    string Method()
    {
        static string Capital(string name) => new CSharpText(false).Identifier(name.Length == 0 ? "_" : char.ToUpperInvariant(name[0]) + name[1..]);
        return input.Length == 0 ? Capital(result) : $"{Capital(result)}By{Capital(input)}";
    }

    static void Leaves(Source x, Action<string> found)
    {
        if (x.Name is { } name) found(name);
        foreach (var operand in x.Operands) Leaves(operand, found);
    }
}
