using System.CommandLine;
using Backprop.Cli.Expressions;
using Backprop.Graphs;

namespace Backprop.Cli.Commands;

/// <summary>Draws the graph of a computation: one of the examples, or a file of statements.</summary>
static class GraphCommand
{
    public static Command Create(TextWriter output)
    {
        var what = new Argument<string>("what")
        {
            Description = $"{string.Join(", ", GraphExamples.All.Keys)}, or a file of statements: apple = 100; count = 2; price = apple * count",
        };
        var to = Values.OneOf("--to", "What it is drawn as; after the ending of --output unless given", "", ["svg", "html", "dot", "mermaid", "latex"]);
        var file = new Option<string?>("--output", "-o") { Description = "The file; the standard output unless given" };
        var command = new Command("graph", "Draws a computational graph with its values and derivatives.") { what, to, file };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file);
            var kind = parsed.GetValue(to) is { Length: > 0 } chosen ? chosen : Kind(path);
            var graph = Graph(parsed.GetValue(what)!);
            var drawn = kind switch { "html" => graph.ToHtml(), "dot" => graph.ToDot(), "mermaid" => graph.ToMermaid(), "latex" => graph.ToLatex(), _ => graph.ToSvg() };
            if (path is null) output.Write(drawn);
            else File.WriteAllText(path, drawn);
        });
        return command;
    }

    static string Kind(string? path) => Path.GetExtension(path)?.ToLowerInvariant() switch
    {
        null or "" or ".svg" => "svg",
        ".html" or ".htm" => "html",
        ".dot" or ".gv" => "dot",
        ".mmd" or ".mermaid" => "mermaid",
        ".tex" => "latex",
        var other => throw new UsageException($"--output: what to draw as {other} is not known; endings are .svg, .html, .dot, .mmd and .tex, or say --to."),
    };

    static Graph Graph(string what)
    {
        if (GraphExamples.All.TryGetValue(what, out var example)) return example();
        if (!File.Exists(what)) throw new FileNotFoundException($"graph: {what} is neither a file nor one of {string.Join(", ", GraphExamples.All.Keys)}.");
        try
        {
            return GraphExamples.OfStatements(File.ReadAllText(what));
        }
        catch (ExpressionException e)
        {
            throw new UsageException($"{what}: {e.Message}");
        }
    }
}
