using System.Text;

namespace Backprop.Graphs;

/// <summary>Draws a laid-out graph as an SVG that needs nothing but itself: no script, no font, no address.</summary>
sealed class SvgDrawing
{
    readonly Graph graph;
    readonly GraphLayout layout;
    readonly DrawingOptions options;
    readonly Dictionary<int, NodeLayout> nodes;
    readonly SvgWriter svg = new();

    SvgDrawing(Graph graph, GraphLayout layout, DrawingOptions options)
    {
        (this.graph, this.layout, this.options) = (graph, layout, options);
        nodes = layout.Nodes.ToDictionary(node => node.Node.Id);
    }

    public static string Of(Graph graph, DrawingOptions options)
    {
        var drawing = new SvgDrawing(graph, LayoutBuilder.Run(graph, options), options);
        drawing.Draw();
        return drawing.svg.ToString();
    }

    /// <summary>The drawing as a part of a page, which brings title and style.</summary>
    public static string Part(Graph graph, DrawingOptions options)
    {
        var drawing = new SvgDrawing(graph, LayoutBuilder.Run(graph, options), options);
        drawing.svg.Raw("<svg class=\"backprop\" role=\"group\"");
        drawing.Size();
        drawing.Content();
        return drawing.svg.ToString();
    }

    void Draw()
    {
        svg.Raw("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"backprop\" role=\"img\"");
        Size();
        svg.Raw("<title>").Text(Title()).Raw("</title>\n<desc>").Text(Description()).Raw("</desc>\n<style>")
            .Raw(SvgStyle.Of(options.Theme)).Raw("</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n");
        Content();
    }

    void Size() => svg.Attribute("viewBox", $"0 0 {SvgWriter.Of(layout.Width)} {SvgWriter.Of(layout.Height)}")
        .Number("width", layout.Width).Number("height", layout.Height).Raw(">\n");

    void Content()
    {
        foreach (var frame in layout.Frames) Frame(frame);
        foreach (var trunk in layout.Trunks) Trunk(trunk);
        foreach (var edge in layout.Edges) Edge(edge);
        foreach (var node in layout.Nodes) Node(node);
        svg.Raw("</svg>\n");
    }

    string Title() => options.Title ?? $"Computational graph of {string.Join(", ", graph.Outputs.Select(node => node.Label))}";

    string Description()
    {
        var text = $"{graph.Nodes.Count(node => node.Kind == GraphNodeKind.Operation)} operations.";
        foreach (var node in graph.Outputs) text += $" {node.Label} = {node.Value}.";
        foreach (var node in graph.Nodes.Where(node => node.Kind == GraphNodeKind.Variable && node.Name is not null).Take(20))
        {
            text += $" {node.Label} = {node.Value}";
            text += options.Gradients && node.Gradient is { } gradient ? $", derivative {gradient}." : ".";
        }
        return text;
    }

    void Frame(FrameLayout frame)
    {
        svg.Raw("<g").Attribute("data-group", frame.Group.Path).Raw(">");
        Rectangle("frame", frame.Box, 10);
        Text(frame.Title);
        svg.Raw("</g>\n");
    }

    void Trunk(TrunkLayout trunk)
    {
        svg.Raw("<g").Number("data-origin", trunk.Origin).Raw(">");
        var returns = trunk.HasGradient && options.Gradients;
        if (returns) Way("back", Ways.Back(trunk.Route, layout.Direction, nodes));
        Way("way", Ways.Forward(trunk.Route, layout.Direction, returns, nodes));
        svg.Raw("</g>\n");
    }

    void Edge(EdgeLayout edge)
    {
        svg.Raw("<g").Number("data-edge", edge.Edge.Id).Number("data-from", edge.Edge.From).Number("data-to", edge.Edge.To).Raw("><title>").Text(Hint(edge.Edge)).Raw("</title>");
        var returns = edge.Edge.Gradient is not null && options.Gradients;
        if (returns) Way("back", Ways.Back(edge.Route, layout.Direction, nodes));
        Way("way", Ways.Forward(edge.Route, layout.Direction, returns, nodes));
        foreach (var picture in edge.Pictures)
        {
            svg.Raw(picture.IsGradient ? "<g class=\"backward\">" : "<g class=\"forward\">");
            Picture(picture);
            svg.Raw("</g>");
        }
        foreach (var text in edge.Texts) Text(text, text.Role == GraphTextRole.Note ? "note working" : null);
        svg.Raw("</g>\n");
    }

    string Hint(GraphEdge edge)
    {
        var text = $"{graph[edge.From].Label} → {graph[edge.To].Label}, operand {edge.Operand}: {edge.Value}";
        if (edge.Value.Number is null) text = $"{graph[edge.From].Label} → {graph[edge.To].Label}, operand {edge.Operand}: {edge.Value.Summary}";
        if (edge.Gradient is { } gradient) text += $"; derivative {gradient}";
        return edge.LocalDerivative is { } local ? $"{text}; local derivative {NumberText.Of(local)}" : text;
    }

    void Node(NodeLayout node)
    {
        var kind = node.Node.Kind;
        var type = kind switch
        {
            GraphNodeKind.Operation => "operation",
            GraphNodeKind.Output => "output",
            GraphNodeKind.Group => "folder",
            GraphNodeKind.Constant => "leaf constant",
            GraphNodeKind.Literal => "leaf literal",
            GraphNodeKind.Parameter => "leaf parameter",
            _ => "leaf variable",
        };
        svg.Raw($"<g class=\"{type}\"").Number("data-node", node.Node.Id).Raw("><title>").Text(Hint(node.Node)).Raw("</title>");
        var outline = node.Outline;
        Rectangle("outline", outline, node.Shape switch { GraphShape.Round => Math.Min(outline.Width, outline.Height) / 2, GraphShape.Folder => 8, _ => 3 });
        foreach (var picture in node.Pictures) Picture(picture);
        foreach (var text in node.Texts) Text(text);
        svg.Raw("</g>\n");
    }

    static string Hint(GraphNode node)
    {
        var text = node.Kind is GraphNodeKind.Operation or GraphNodeKind.Group ? node.Operation : node.Label;
        foreach (var (name, value) in node.Attributes) text += $", {name} {value}";
        if (node.Formula is not null) text += $": {node.Formula}";
        text += $" = {(node.Value.Number is null ? node.Value.Summary : node.Value.ToString())}";
        if (node.Gradient is { } gradient) text += $"; derivative {(gradient.Number is null ? gradient.Summary : gradient.ToString())}";
        // The folders above a file are nobody's business who sees the drawing.
        if (node.Source is { File: { } file } source) text += $"; {file[(file.AsSpan().LastIndexOfAny('/', '\\') + 1)..]}:{source.Line}";
        return text;
    }

    void Rectangle(string type, GraphBox box, double round) =>
        svg.Raw($"<rect class=\"{type}\"").Number("x", box.X).Number("y", box.Y).Number("width", box.Width).Number("height", box.Height).Number("rx", round).Raw("/>");

    void Text(GraphText text, string? type = null)
    {
        type ??= text.Role switch { GraphTextRole.Title => "title", GraphTextRole.Value => "value", GraphTextRole.Gradient => "gradient", _ => "note" };
        svg.Raw($"<text class=\"{type}\"").Number("x", text.Box.Centre.X).Number("y", text.Box.Centre.Y).Number("font-size", text.Size).Raw(">").Text(text.Text).Raw("</text>");
    }

    void Way(string type, Ways.Way way)
    {
        svg.Raw($"<path class=\"{type}\" d=\"");
        Move('M', way.Points[0]);
        for (var i = 1; i < way.Points.Length; i++)
        {
            var (from, to) = (way.Points[i - 1], way.Points[i]);
            if (i % 2 == 1 || IsStraight(from, to)) Move('L', to);
            else
            {
                var (first, second) = Ways.Curve(from, to, layout.Direction);
                Move('C', first);
                Move(' ', second);
                Move(' ', to);
            }
        }
        svg.Raw("\"/>");
        if (way.Head.Length == 0) return;
        svg.Raw(type == "way" ? "<path class=\"head\" d=\"" : "<path class=\"back-head\" d=\"");
        for (var i = 0; i < way.Head.Length; i++) Move(i == 0 ? 'M' : 'L', way.Head[i]);
        svg.Raw("z\"/>");
    }

    bool IsStraight(GraphPoint from, GraphPoint to) => Math.Abs(layout.Direction == GraphDirection.LeftToRight ? from.Y - to.Y : from.X - to.X) < 0.05;

    void Move(char command, GraphPoint point)
    {
        if (command != ' ') svg.Raw(command.ToString());
        else svg.Raw(" ");
        svg.Raw(SvgWriter.Of(point.X)).Raw(" ").Raw(SvgWriter.Of(point.Y));
    }

    void Picture(GraphPicture picture)
    {
        if (options.Picture == TensorPicture.Histogram) Histogram(picture);
        else HeatMap(picture);
        Rectangle("picture-edge", picture.Box, 0);
    }

    // One path for each colour: small, and plain to every reader of SVG.
    void HeatMap(GraphPicture picture)
    {
        var value = picture.Value;
        var (width, height) = (picture.Box.Width / value.Columns, picture.Box.Height / value.Rows);
        var paths = new StringBuilder[SvgStyle.Heats + 1];
        for (var i = 0; i < value.Cells.Count; i++)
        {
            var (row, column) = Math.DivRem(i, value.Columns);
            (paths[Heat(value, i)] ??= new()).Append('M').Append(SvgWriter.Of(picture.Box.X + column * width)).Append(' ').Append(SvgWriter.Of(picture.Box.Y + row * height))
                .Append('h').Append(SvgWriter.Of(width)).Append('v').Append(SvgWriter.Of(height)).Append('h').Append(SvgWriter.Of(-width)).Append('z');
        }
        for (var i = 0; i < paths.Length; i++)
            if (paths[i] is { } path) svg.Raw(i == SvgStyle.Heats ? "<path class=\"none\" d=\"" : $"<path class=\"h{i}\" d=\"").Raw(path.ToString()).Raw("\"/>");
    }

    /// <summary>Which colour a cell has: zero in the middle, the cell farthest from zero at an end; the last for NaN.</summary>
    internal static int Heat(GraphValue value, int cell)
    {
        double largest = 0;
        foreach (var v in value.Cells)
            if (double.IsFinite(v)) largest = Math.Max(largest, Math.Abs(v));
        var x = value.Cells[cell];
        if (!double.IsFinite(x)) return SvgStyle.Heats;
        return largest == 0 ? SvgStyle.Heats / 2 : (int)Math.Round((x / largest + 1) / 2 * (SvgStyle.Heats - 1));
    }

    void Histogram(GraphPicture picture)
    {
        var bins = picture.Value.Histogram;
        var (width, most) = (picture.Box.Width / Math.Max(bins.Count, 1), Math.Max(1, bins.Max()));
        svg.Raw(picture.IsGradient ? "<path class=\"back-bar\" d=\"" : "<path class=\"bar\" d=\"");
        for (var i = 0; i < bins.Count; i++)
        {
            if (bins[i] == 0) continue;
            var height = Math.Max(picture.Box.Height * bins[i] / most, 0.5);
            svg.Raw($"M{SvgWriter.Of(picture.Box.X + i * width)} {SvgWriter.Of(picture.Box.Bottom)}v{SvgWriter.Of(-height)}h{SvgWriter.Of(width)}v{SvgWriter.Of(height)}z");
        }
        svg.Raw("\"/>");
    }
}
