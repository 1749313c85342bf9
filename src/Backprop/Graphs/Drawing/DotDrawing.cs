using System.Text;

namespace Backprop.Graphs;

/// <summary>Writes a graph for Graphviz.</summary>
sealed class DotDrawing(Graph graph, DrawingOptions options)
{
    readonly StringBuilder text = new();
    readonly DrawingOptions options = options.For(graph);

    public static string Of(Graph graph, DrawingOptions options) => new DotDrawing(graph, options).Draw();

    string Draw()
    {
        text.Append("digraph {\n  rankdir=").Append(options.Direction == GraphDirection.LeftToRight ? "LR" : "TB").Append(";\n")
            .Append("  node [fontname=\"Helvetica\", fontsize=12, style=filled, fillcolor=white];\n  edge [fontname=\"Helvetica\", fontsize=10, color=\"#57606a\"];\n");
        Level("", "  ");
        foreach (var edge in graph.Edges) Edge(edge);
        return text.Append("}\n").ToString();
    }

    void Level(string path, string indent)
    {
        foreach (var node in graph.Nodes)
            if (node.Group == path) Node(node, indent);
        foreach (var group in graph.Groups)
        {
            if (group.Parent != path) continue;
            text.Append(indent).Append("subgraph ").Append(Quoted("cluster " + group.Path)).Append(" {\n").Append(indent)
                .Append("  style=\"rounded,filled\"; color=\"#d0d7de\"; fillcolor=\"#f6f8fa\"; fontname=\"Helvetica\"; fontsize=11;\n").Append(indent)
                .Append("  label=<").Append(Markup(EdgeText.Title(group))).Append(">;\n");
            Level(group.Path, indent + "  ");
            text.Append(indent).Append("}\n");
        }
    }

    void Node(GraphNode node, string indent)
    {
        text.Append(indent).Append('n').Append(node.Id).Append(" [label=<").AppendJoin("<br/>", EdgeText.Lines(node, options).Select(Markup)).Append('>').Append(node.Kind switch
        {
            GraphNodeKind.Operation => node.Symbol.Length <= 2 && node.Name is null ? ", shape=circle, margin=0" : ", shape=oval",
            GraphNodeKind.Output => ", shape=box",
            GraphNodeKind.Group => ", shape=box, style=\"rounded,filled\", penwidth=2",
            GraphNodeKind.Literal or GraphNodeKind.Constant => ", shape=box, style=\"filled,dashed\", fillcolor=\"#eef4fc\"",
            _ => ", shape=box, fillcolor=\"#eef4fc\"",
        }).Append("];\n");
    }

    void Edge(GraphEdge edge)
    {
        text.Append("  n").Append(edge.From).Append(" -> n").Append(edge.To);
        var gradient = EdgeText.Gradient(edge, options);
        if (options.Detail != GraphDetail.Structure)
        {
            text.Append(" [label=<").Append(Markup(EdgeText.Value(edge)));
            if (gradient is not null) text.Append("<br/><font color=\"#b3261e\">").Append(Markup(gradient)).Append("</font>");
            text.Append(">]");
        }
        text.Append(";\n");
    }

    // Labels in angle brackets are read as markup.
    static string Markup(string value) => new SvgWriter().Text(value.Length == 0 ? " " : value).ToString();

    static string Quoted(string value) =>
        $"\"{SafeText.OneLine(value).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
