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
        var direction = Values.OneOf("--direction", "Which way the values go", "right", ["right", "down"]);
        var theme = Values.OneOf("--theme", "The colours; auto is as the reader's system has it", "auto", ["auto", "light", "dark"]);
        var picture = Values.OneOf("--picture", "How tensors are pictured", "heatmap", ["heatmap", "histogram", "none"]);
        var command = new Command("graph", "Draws a computational graph with its values and derivatives.") { what, to, file, direction, theme, picture };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file);
            var kind = parsed.GetValue(to) is { Length: > 0 } chosen ? chosen : Kind(path);
            var graph = Graph(parsed.GetValue(what)!);
            var options = new DrawingOptions
            {
                Direction = parsed.GetValue(direction) == "down" ? GraphDirection.TopToBottom : GraphDirection.LeftToRight,
                Theme = parsed.GetValue(theme) switch { "light" => GraphTheme.Light, "dark" => GraphTheme.Dark, _ => GraphTheme.Auto },
                Picture = parsed.GetValue(picture) switch { "histogram" => TensorPicture.Histogram, "none" => TensorPicture.None, _ => TensorPicture.HeatMap },
            };
            var drawn = kind switch
            {
                "html" => graph.ToHtml(options),
                "dot" => graph.ToDot(options),
                "mermaid" => graph.ToMermaid(options),
                "latex" => graph.ToLatex(options),
                _ => graph.ToSvg(options),
            };
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
            return GraphExamples.OfStatements(File.ReadAllText(what), what);
        }
        catch (ExpressionException e)
        {
            throw new UsageException($"{what}: {e.Message}");
        }
    }
}
