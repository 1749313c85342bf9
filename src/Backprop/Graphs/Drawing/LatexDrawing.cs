using System.Text;

namespace Backprop.Graphs;

/// <summary>Writes a laid-out graph as a LaTeX document of its own, drawn by TikZ.</summary>
sealed class LatexDrawing
{
    // A pixel in printer's points.
    const double Point = 0.75;

    readonly GraphLayout layout;
    readonly DrawingOptions options;
    readonly Dictionary<int, NodeLayout> nodes;
    readonly LatexText latex = new();
    readonly StringBuilder body = new();

    LatexDrawing(Graph graph, DrawingOptions options)
    {
        layout = LayoutBuilder.Run(graph, options);
        this.options = options;
        nodes = layout.Nodes.ToDictionary(node => node.Node.Id);
    }

    public static string Of(Graph graph, DrawingOptions options)
    {
        var drawing = new LatexDrawing(graph, options);
        drawing.Draw();
        return $$$"""
            \documentclass[tikz,border=4pt]{standalone}
            \usepackage{iftex}
            \ifPDFTeX
              \usepackage[T1]{fontenc}
              \usepackage{textcomp}
              \IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
            {{{drawing.latex.Declarations}}}\else
              \usepackage{fontspec}
            \fi
            {{{Colours()}}}\begin{document}
            \begin{tikzpicture}[x=0.75bp,y=-0.75bp,line width=0.7pt,inner sep=0pt]
            \sffamily
            {{{drawing.body}}}\end{tikzpicture}
            \end{document}

            """.ReplaceLineEndings("\n");
    }

    static string Colours()
    {
        var text = new StringBuilder();
        foreach (var (name, colour) in SvgStyle.ForPrint) text.Append("\\definecolor{").Append(name).Append("}{HTML}{").Append(colour.TrimStart('#').ToUpperInvariant()).Append("}\n");
        return text.ToString();
    }

    void Draw()
    {
        foreach (var frame in layout.Frames)
        {
            Rectangle("draw=graphmuted,fill=graphframe,line width=0.4pt", frame.Box, 8);
            Text(frame.Title);
        }
        foreach (var trunk in layout.Trunks) Route(trunk.Route, trunk.HasGradient && options.Gradients);
        foreach (var edge in layout.Edges)
        {
            Route(edge.Route, edge.Edge.Gradient is not null && options.Gradients);
            foreach (var picture in edge.Pictures) Picture(picture);
            foreach (var text in edge.Texts) Text(text);
        }
        foreach (var node in layout.Nodes) Node(node);
    }

    void Node(NodeLayout node)
    {
        var style = node.Node.IsLeaf ? "draw=graphink,fill=graphleaf" : "draw=graphink,fill=white";
        if (node.Node.Kind is GraphNodeKind.Literal or GraphNodeKind.Constant) style += ",dashed";
        if (node.Node.Kind == GraphNodeKind.Group) style += ",line width=1.2pt";
        Rectangle(style, node.Outline, node.Shape switch { GraphShape.Round => Math.Min(node.Outline.Width, node.Outline.Height) / 2, GraphShape.Folder => 6, _ => 2 });
        foreach (var picture in node.Pictures) Picture(picture);
        foreach (var text in node.Texts) Text(text);
    }

    void Rectangle(string style, GraphBox box, double round) =>
        body.Append("\\path[").Append(style).Append(",rounded corners=").Append(SvgWriter.Of(round * Point)).Append("bp] ").Append(At(new(box.X, box.Y)))
            .Append(" rectangle ").Append(At(new(box.Right, box.Bottom))).Append(";\n");

    void Text(GraphText text)
    {
        var colour = text.Role switch { GraphTextRole.Gradient => "graphback", GraphTextRole.Note => "graphmuted", _ => "graphink" };
        body.Append("\\node[text=").Append(colour).Append(",font=\\fontsize{").Append(SvgWriter.Of(text.Size * Point)).Append("}{").Append(SvgWriter.Of(text.Size))
            .Append(text.Role == GraphTextRole.Title ? "}\\selectfont\\bfseries" : "}\\selectfont").Append("] at ").Append(At(text.Box.Centre)).Append(" {")
            .Append(latex.Of(text.Text)).Append("};\n");
    }

    void Route(GraphRoute route, bool returns)
    {
        if (returns) Way("graphback", Ways.Back(route, layout.Direction, nodes));
        Way("graphline", Ways.Forward(route, layout.Direction, returns, nodes));
    }

    void Way(string colour, Ways.Way way)
    {
        body.Append("\\draw[").Append(colour).Append("] ").Append(At(way.Points[0]));
        for (var i = 1; i < way.Points.Length; i++)
        {
            if (i % 2 == 1) body.Append(" -- ").Append(At(way.Points[i]));
            else
            {
                var (first, second) = Ways.Curve(way.Points[i - 1], way.Points[i], layout.Direction);
                body.Append(" .. controls ").Append(At(first)).Append(" and ").Append(At(second)).Append(" .. ").Append(At(way.Points[i]));
            }
        }
        body.Append(";\n");
        if (way.Head.Length > 0) body.Append("\\fill[").Append(colour).Append("] ").AppendJoin(" -- ", way.Head.Select(At)).Append(" -- cycle;\n");
    }

    void Picture(GraphPicture picture)
    {
        var (value, box) = (picture.Value, picture.Box);
        if (options.Picture == TensorPicture.Histogram)
        {
            double width = box.Width / Math.Max(value.Histogram.Count, 1), most = Math.Max(1, value.Histogram.Max());
            for (var i = 0; i < value.Histogram.Count; i++)
                if (value.Histogram[i] > 0) Fill(picture.IsGradient ? "graphback" : "graphline", new(box.X + i * width, box.Bottom - box.Height * value.Histogram[i] / most, width, box.Height * value.Histogram[i] / most));
        }
        else
        {
            double width = box.Width / value.Columns, height = box.Height / value.Rows;
            for (var i = 0; i < value.Cells.Count; i++)
                Fill($"graphheat{SvgPictures.Heat(value, i)}", new(box.X + i % value.Columns * width, box.Y + i / value.Columns * height, width, height));
        }
        body.Append("\\draw[graphmuted,line width=0.3pt] ").Append(At(new(box.X, box.Y))).Append(" rectangle ").Append(At(new(box.Right, box.Bottom))).Append(";\n");
    }

    void Fill(string colour, GraphBox box) =>
        body.Append("\\fill[").Append(colour).Append("] ").Append(At(new(box.X, box.Y))).Append(" rectangle ").Append(At(new(box.Right, box.Bottom))).Append(";\n");

    static string At(GraphPoint point) => $"({SvgWriter.Of(point.X)},{SvgWriter.Of(point.Y)})";
}
