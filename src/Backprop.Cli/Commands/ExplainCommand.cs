using System.CommandLine;
using System.Globalization;
using Backprop.Cli.Expressions;
using Backprop.Cli.Prompt;

namespace Backprop.Cli.Commands;

/// <summary>
/// Explains every derivative of an expression: <c>explain "apple * count * tax" apple=100 count=2 tax=1.1</c>; without an expression it asks for statements.
/// </summary>
static class ExplainCommand
{
    public static Command Create(TextWriter output, TextWriter error, TextReader? input)
    {
        var expression = new Argument<string?>("expression")
        {
            Description = "Statements with ; between: applePrice = apple * count; price = applePrice * tax. Without it a prompt reads them line by line",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var values = new Argument<string[]>("values") { Description = "A value for each name: apple=100 count=2", Arity = ArgumentArity.ZeroOrMore };
        var by = new Option<string[]>("--with-respect-to") { Description = "The names whose derivatives are explained; all unless given", AllowMultipleArgumentsPerToken = true };
        var language = Values.OneOf("--language", "The language", Telling.UsualLanguage, Telling.Languages);
        var format = Values.OneOf("--format", "How it is printed", "text", Telling.Formats);
        var draw = new Option<string?>("--draw") { Description = "A file for the drawn graph: .svg, .html, .dot, .mmd, .md or .tex" };
        var command = new Command("explain", "Explains every derivative of an expression by the chain rule, with the formulas.") { expression, values, by, language, format, draw };
        command.SetAction(parsed =>
        {
            output.NewLine = "\n";
            var telling = new Telling(parsed.GetValue(language)!, parsed.GetValue(format)!);
            if (parsed.GetValue(expression) is not { } text)
            {
                if (parsed.GetValue(by) is { Length: > 0 } || parsed.GetValue(draw) is not null)
                    throw new UsageException("--with-respect-to and --draw need an expression; at the prompt :draw draws.");
                return Ask(new ExplainSession(output, error, telling), output, input);
            }
            var computation = Compute(text, parsed.GetValue(values) ?? []);
            var names = parsed.GetValue(by) is { Length: > 0 } chosen ? chosen : [.. computation.Inputs.Keys];
            if (names.FirstOrDefault(name => !computation.Inputs.ContainsKey(name)) is { } unknown)
                throw new UsageException($"--with-respect-to: {unknown} is none of {string.Join(", ", computation.Inputs.Keys)}.");
            // What cannot be drawn there is refused before anything is printed.
            if (parsed.GetValue(draw) is { } file) Telling.Draw(computation, file);
            telling.Tell(output, computation, names);
            return 0;
        });
        return command;
    }

    // A pipe or a file is read line by line, without a prompt.
    static int Ask(ExplainSession session, TextWriter output, TextReader? input)
    {
        if (input is not null) return session.Run(input.ReadLine);
        if (Console.IsInputRedirected || Console.IsOutputRedirected) return session.Run(Console.In.ReadLine);
        output.WriteLine("Write statements, as apple = 100; :help tells more, :quit ends.");
        var editor = new LineEditor(new ConsoleTerminal(), new History(History.UserPath), session.Complete);
        return session.Run(() => editor.Read("> "));
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
}
