using System.CommandLine;
using System.Globalization;
using Backprop.Cli.Expressions;
using Backprop.Graphs;

namespace Backprop.Cli.Commands;

/// <summary>Explains every derivative of an expression: <c>explain "apple * count * tax" apple=100 count=2 tax=1.1</c>.</summary>
static class ExplainCommand
{
    public static Command Create(TextWriter output)
    {
        var expression = new Argument<string>("expression") { Description = "Statements with ; between: applePrice = apple * count; price = applePrice * tax" };
        var values = new Argument<string[]>("values") { Description = "A value for each name: apple=100 count=2", Arity = ArgumentArity.ZeroOrMore };
        var by = new Option<string[]>("--with-respect-to") { Description = "The names whose derivatives are explained; all unless given", AllowMultipleArgumentsPerToken = true };
        var language = Values.OneOf("--language", "The language", CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "ko" ? "ko" : "en", ["en", "ko"]);
        var format = Values.OneOf("--format", "How it is printed", "text", ["text", "markdown", "latex"]);
        var draw = new Option<string?>("--draw") { Description = "A file for the drawn graph: .svg, .html, .dot, .mmd or .tex" };
        var command = new Command("explain", "Explains every derivative of an expression by the chain rule.") { expression, values, by, language, format, draw };
        command.SetAction(parsed =>
        {
            output.NewLine = "\n";
            var computation = Compute(parsed.GetValue(expression)!, parsed.GetValue(values) ?? []);
            var names = parsed.GetValue(by) is { Length: > 0 } chosen ? chosen : [.. computation.Inputs.Keys];
            if (names.FirstOrDefault(name => !computation.Inputs.ContainsKey(name)) is { } unknown)
                throw new UsageException($"--with-respect-to: {unknown} is none of {string.Join(", ", computation.Inputs.Keys)}.");
            // What cannot be drawn there is refused before anything is printed.
            if (parsed.GetValue(draw) is { } file) Graph.Of(computation.Result, resultName: computation.ResultName).Save(file);
            Tell(output, computation, names, parsed.GetValue(language) == "ko" ? Language.Korean : Language.English, parsed.GetValue(format)!);
        });
        return command;
    }

    static Computation Compute(string expression, string[] values)
    {
        var given = new OrderedDictionary<string, double>();
        foreach (var value in values)
        {
            var parts = value.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                throw new UsageException($"\"{value}\" is no value for a name; write it as apple=100.");
            if (!given.TryAdd(parts[0], number)) throw new UsageException($"{parts[0]} is given twice.");
        }
        try
        {
            return Computation.Run(expression, given);
        }
        catch (ExpressionException e)
        {
            throw new UsageException(e.Message);
        }
    }

    static void Tell(TextWriter output, Computation computation, string[] names, Language language, string format)
    {
        if (!computation.Result.RequiresGrad)
        {
            output.WriteLine($"{computation.ResultName} = {computation.Result}");
            return;
        }
        foreach (var name in names)
        {
            var explanation = Explain.Derivative(
                computation.Result, computation.Inputs[name], language: language, resultName: computation.ResultName, inputName: name);
            output.WriteLine(format switch { "latex" => explanation.ToLatex(), "markdown" => explanation.ToMarkdown(), _ => explanation.ToString() });
        }
        if (format == "latex" || names.Length < 2) return;
        var sensitivity = Explain.Sensitivity(
            computation.Result, [.. names.Select(name => computation.Inputs[name])], language, computation.ResultName, $"[{string.Join(", ", names)}]");
        output.Write(format == "markdown" ? sensitivity.ToMarkdown() : sensitivity.ToString());
    }
}
