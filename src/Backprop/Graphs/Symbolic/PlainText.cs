using Backprop.Formulas;

namespace Backprop.Graphs;

/// <summary>Prints an expression for reading, as the command's <c>explain</c> takes it: <c>exp(-x ^ 2)</c>.</summary>
sealed class PlainText : SourceText
{
    protected override string Name(string name) => SafeText.OneLine(name);

    protected override (string Text, int Precedence) Call(Source source)
    {
        if (source.Function == "Pow") return ($"{Base(source.Operands[0])}^{At(source.Operands[1], 8)}", 8);
        var name = source.Function;
        return ($"{(name.Length > 1 ? char.ToLowerInvariant(name[0]) + name[1..] : name)}({Operands(source)})", 8);
    }

    // Powers bind from the right.
    string Base(Source source) => source.Function == "Pow" ? $"({Of(source)})" : At(source, 8);
}
