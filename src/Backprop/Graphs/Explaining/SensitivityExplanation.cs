using System.Globalization;
using System.Text;

namespace Backprop.Graphs;

/// <summary>How much a result depends on one input.</summary>
/// <param name="Name">The input.</param>
/// <param name="Value">Its value.</param>
/// <param name="Derivative">∂result/∂input.</param>
/// <param name="Elasticity">∂result/∂input · input / result: by how many per cent the result changes where the input grows by one; NaN for a result of 0.</param>
public readonly record struct InputSensitivity(string Name, double Value, double Derivative, double Elasticity);

/// <summary>Which inputs matter most to a result, as plain data that tells itself as text or Markdown.</summary>
public sealed record SensitivityExplanation
{
    const int BarLength = 24;

    internal SensitivityExplanation()
    {
    }

    /// <summary>The result.</summary>
    public required string Result { get; init; }

    /// <summary>Its value.</summary>
    public required double Value { get; init; }

    /// <summary>The inputs, the one that matters most first.</summary>
    public required IReadOnlyList<InputSensitivity> Inputs { get; init; }

    /// <summary>The language it speaks.</summary>
    public required Language Language { get; init; }

    ExplanationWords Words => ExplanationWords.Of(Language);

    internal static double Weight(InputSensitivity input) => double.IsFinite(input.Elasticity) ? Math.Abs(input.Elasticity) : Math.Abs(input.Derivative);

    string Bar(InputSensitivity input)
    {
        var most = Inputs.Max(Weight);
        var length = most > 0 && double.IsFinite(most) && double.IsFinite(Weight(input)) ? (int)Math.Round(Weight(input) / most * BarLength) : 0;
        return new('█', length);
    }

    string? Meaning => Inputs.Count > 0 && double.IsFinite(Inputs[0].Elasticity) ? Words.Meaning(Result, Inputs[0].Name, NumberText.Of(Inputs[0].Elasticity)) : null;

    /// <summary>A line and a bar for each input.</summary>
    public override string ToString()
    {
        var rows = Inputs.Select(i => (Name: i.Name, Value: NumberText.Of(i.Value), Derivative: NumberText.Of(i.Derivative), Elasticity: NumberText.Of(i.Elasticity), Bar: Bar(i)))
            .Prepend((Name: Words.Input, Value: Words.Value, Derivative: Words.Derivative, Elasticity: Words.Elasticity, Bar: "")).ToArray();
        int Width(Func<(string Name, string Value, string Derivative, string Elasticity, string Bar), string> column) => rows.Max(row => TextWidth.Columns(column(row)));
        int name = Width(r => r.Name), value = Width(r => r.Value), derivative = Width(r => r.Derivative), elasticity = Width(r => r.Elasticity);
        static string Left(string text, int width) => new(' ', width - TextWidth.Columns(text));
        var lines = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Words.DependsOn(Result)}\n");
        foreach (var row in rows)
            lines.Append("  ").Append(row.Name).Append(Left(row.Name, name)).Append("  ").Append(Left(row.Value, value)).Append(row.Value)
                .Append("  ").Append(Left(row.Derivative, derivative)).Append(row.Derivative)
                .Append("  ").Append(Left(row.Elasticity, elasticity)).Append(row.Elasticity)
                .Append(row.Bar.Length > 0 ? "  " : "").Append(row.Bar).Append('\n');
        if (Meaning is { } meaning) lines.Append(meaning).Append('\n');
        return lines.ToString();
    }

    /// <summary>The same as a Markdown table.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{DerivativeExplanation.Escaped(Words.DependsOn(Result))}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| {Words.Input} | {Words.Value} | {Words.Derivative} | {Words.Elasticity} | |\n|---|---:|---:|---:|---|\n");
        foreach (var i in Inputs)
            text.Append(CultureInfo.InvariantCulture,
                $"| {DerivativeExplanation.Escaped(i.Name)} | {NumberText.Of(i.Value)} | {NumberText.Of(i.Derivative)} | {NumberText.Of(i.Elasticity)} | {Bar(i)} |\n");
        if (Meaning is { } meaning) text.Append('\n').Append(DerivativeExplanation.Escaped(meaning)).Append('\n');
        return text.ToString();
    }
}
