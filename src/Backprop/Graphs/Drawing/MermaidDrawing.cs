using System.Globalization;
using System.Text;

namespace Backprop.Graphs;

/// <summary>Writes a graph for Mermaid, which GitHub and many others draw within Markdown.</summary>
sealed class MermaidDrawing(Graph graph, DrawingOptions options)
{
    readonly StringBuilder text = new();
    readonly DrawingOptions options = options.For(graph);

    public static string Of(Graph graph, DrawingOptions options) => new MermaidDrawing(graph, options).Draw();

    string Draw()
    {
        text.Append("flowchart ").Append(options.Direction == GraphDirection.LeftToRight ? "LR" : "TB").Append('\n');
        Level("", "  ");
        foreach (var edge in graph.Edges) Edge(edge);
        Class("leaf", node => node.IsLeaf, "fill:#eef4fc,stroke:#1f2328,color:#1f2328");
        Class("operation", node => node.Kind == GraphNodeKind.Operation, "fill:#ffffff,stroke:#1f2328,color:#1f2328");
        Class("result", node => node.Kind == GraphNodeKind.Output, "fill:#ffffff,stroke:#1f2328,color:#1f2328");
        Class("folder", node => node.Kind == GraphNodeKind.Group, "fill:#f6f8fa,stroke:#1f2328,stroke-width:2px,color:#1f2328");
        if (graph.Groups.Count > 0)
            text.Append("  classDef frame fill:#f6f8fa,stroke:#d0d7de,color:#1f2328\n  class ").AppendJoin(',', graph.Groups.Select((_, i) => $"g{i}")).Append(" frame\n");
        return text.ToString();
    }

    void Class(string name, Func<GraphNode, bool> belongs, string style)
    {
        var ids = graph.Nodes.Where(belongs).Select(node => $"n{node.Id}").ToArray();
        if (ids.Length == 0) return;
        text.Append("  classDef ").Append(name).Append(' ').Append(style).Append('\n').Append("  class ").AppendJoin(',', ids).Append(' ').Append(name).Append('\n');
    }

    void Level(string path, string indent)
    {
        foreach (var node in graph.Nodes)
            if (node.Group == path) Node(node, indent);
        for (var i = 0; i < graph.Groups.Count; i++)
        {
            var group = graph.Groups[i];
            if (group.Parent != path) continue;
            text.Append(indent).Append("subgraph g").Append(i).Append("[\"").Append(Safe(EdgeText.Title(group))).Append("\"]\n");
            Level(group.Path, indent + "  ");
            text.Append(indent).Append("end\n");
        }
    }

    void Node(GraphNode node, string indent)
    {
        var (open, close) = node.Kind switch
        {
            GraphNodeKind.Operation => node.Symbol.Length <= 4 && node.Name is null ? ("((", "))") : ("([", "])"),
            GraphNodeKind.Group => ("(", ")"),
            _ => ("[", "]"),
        };
        text.Append(indent).Append('n').Append(node.Id).Append(open).Append('"')
            .AppendJoin("<br/>", EdgeText.Lines(node, options).Select(Safe)).Append('"').Append(close).Append('\n');
    }

    void Edge(GraphEdge edge)
    {
        text.Append("  n").Append(edge.From).Append(" -->");
        if (options.Detail != GraphDetail.Structure)
        {
            text.Append("|\"").Append(Safe(EdgeText.Value(edge)));
            if (EdgeText.Gradient(edge, options) is { } gradient) text.Append("<br/>").Append(Safe(gradient));
            text.Append("\"|");
        }
        text.Append(" n").Append(edge.To).Append('\n');
    }

    // Letters, digits and signs that mean nothing to Mermaid, to Markdown and to HTML stand as they are, all else as its number.
    static string Safe(string value)
    {
        var result = new StringBuilder();
        var line = SafeText.OneLine(value);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c >= 0x80 || char.IsAsciiLetterOrDigit(c) || (c is ' ' or ',' && i > 0) || (c == '.' && i + 1 < line.Length && line[i + 1] != ' ')) result.Append(c);
            else result.Append(CultureInfo.InvariantCulture, $"#{(int)c};");
        }
        return result.Length == 0 ? " " : result.ToString();
    }
}
