using Backprop.Cli.Expressions;
using Backprop.Graphs;

namespace Backprop.Cli.Commands;

/// <summary>How a computation is explained, and the explaining.</summary>
sealed class Telling(string language, string format)
{
    public static readonly string[] Languages = ["en", "ko"], Formats = ["text", "markdown", "latex", "csharp"];

    static readonly string[] places = ["LC_ALL", "LC_MESSAGES", "LANG"];

    public string Language { get; set; } = language;

    public string Format { get; set; } = format;

    /// <summary>The reader's language, as the environment has it: the program carries no data of cultures.</summary>
    public static string UsualLanguage =>
        places.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value)) is { } chosen && chosen.StartsWith("ko", StringComparison.Ordinal) ? "ko" : "en";

    /// <summary>Draws the graph of a computation as the file's name asks for.</summary>
    public static void Draw(Computation computation, string path) => Captured(computation).Save(path);

    static Graph Captured(Computation computation) => computation.Result.RequiresGrad
        ? Graph.Of(computation.Result, resultName: computation.ResultName)
        : throw new UsageException($"{computation.ResultName} depends on no name, so there is no graph to draw; give a number a name, as apple = 100.");

    /// <summary>The formulas of a result and of its derivatives with respect to some inputs, each derivative by the chain rule, and which input matters most.</summary>
    public void Tell(TextWriter output, Computation computation, IReadOnlyList<string> names)
    {
        var (result, called) = (computation.Result, computation.ResultName);
        if (!result.RequiresGrad)
        {
            output.WriteLine($"{called} = {result}");
            return;
        }
        Formulas(output, computation, names);
        if (Format == "csharp") return;
        var words = Language == "ko" ? Backprop.Graphs.Language.Korean : Backprop.Graphs.Language.English;
        foreach (var name in names)
        {
            var explanation = Explain.Derivative(result, computation.Inputs[name], language: words, resultName: called, inputName: name);
            output.WriteLine(Format switch { "latex" => explanation.ToLatex(), "markdown" => explanation.ToMarkdown(), _ => explanation.ToString() });
        }
        if (Format == "latex" || names.Count < 2) return;
        var sensitivity = Explain.Sensitivity(result, [.. names.Select(name => computation.Inputs[name])], words, called, $"[{string.Join(", ", names)}]");
        output.Write(Format == "markdown" ? sensitivity.ToMarkdown() : sensitivity.ToString());
    }

    void Formulas(TextWriter output, Computation computation, IReadOnlyList<string> names)
    {
        FormulaExplanation[] formulas;
        try
        {
            formulas =
            [
                Explain.Formula(computation.Result, resultName: computation.ResultName),
                .. names.Select(name => Explain.DerivativeFormula(computation.Result, computation.Inputs[name], resultName: computation.ResultName, inputName: name)),
            ];
        }
        catch (ArgumentException e) when (Format != "csharp")
        {
            // Too long for a formula; the numbers can be told still.
            output.WriteLine($"{e.Message}\n");
            return;
        }
        if (Format == "text") output.WriteLine(Language == "ko" ? "수식:" : "Formulas:");
        foreach (var formula in formulas)
            output.Write(Format switch
            {
                "csharp" => formula.ToCSharp(),
                "latex" => formula.ToLatex(),
                "markdown" => formula.ToMarkdown(),
                _ => string.Concat(formula.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"  {line}\n")),
            });
        if (Format != "csharp") output.WriteLine();
    }
}
