using System.Globalization;
using Backprop.Ops;

namespace Backprop.Graphs;

/// <summary>What is written and pictured on or beside something, around the point (0, 0).</summary>
sealed class Face
{
    /// <summary>The size of the usual line of text, and its height.</summary>
    public const double TextSize = 12, LineHeight = 15;

    /// <summary>How far the ways forward and back lie from the middle of an arrow.</summary>
    public const double Lane = 2.5;

    public GraphShape Shape { get; init; }

    public GraphBox Outline { get; init; }

    public List<GraphText> Texts { get; } = [];

    public List<GraphPicture> Pictures { get; } = [];

    /// <summary>All the room it takes.</summary>
    public GraphBox Bounds
    {
        get
        {
            double left = Outline.X, top = Outline.Y, right = Outline.Right, bottom = Outline.Bottom;
            foreach (var box in Texts.Select(text => text.Box).Concat(Pictures.Select(picture => picture.Box)))
                (left, top, right, bottom) = (Math.Min(left, box.X), Math.Min(top, box.Y), Math.Max(right, box.Right), Math.Max(bottom, box.Bottom));
            return new(left, top, right - left, bottom - top);
        }
    }
}

/// <summary>A line of text or a picture before it has a place.</summary>
readonly record struct FacePart(string Text, GraphTextRole Role, double Size, GraphValue? Picture, bool IsGradient, double Width, double Height)
{
    public static FacePart Line(string text, GraphTextRole role, double size = Face.TextSize)
    {
        text = SafeText.OneLine(text);
        return new(text, role, size, null, false, TextWidth.Of(text, size, role == GraphTextRole.Title), size + 3);
    }

    public static FacePart Of(GraphValue value, bool isGradient, TensorPicture picture)
    {
        if (picture == TensorPicture.Histogram) return new("", default, 0, value, isGradient, 2.5 * value.Histogram.Count, 22);
        // Cells are square, but a vector's would be mere dots.
        var cell = Math.Clamp(36.0 / Math.Max(value.Rows, value.Columns), 3, 8);
        return new("", default, 0, value, isGradient, cell * value.Columns, Math.Max(cell * value.Rows, 8));
    }

    public void AddTo(Face face, double left, double top)
    {
        var box = new GraphBox(left, top, Width, Height);
        if (Picture is null) face.Texts.Add(new(Text, Role, box, Size));
        else face.Pictures.Add(new(Picture, IsGradient, new(left, top + 1, Width, Height - 2)));
    }
}

/// <summary>Makes the faces of a graph's nodes and arrows.</summary>
sealed class Faces(Graph graph, DrawingOptions options)
{
    const double Radius = 17, PortStep = 10, Padding = 8;

    bool LeftToRight => options.Direction == GraphDirection.LeftToRight;

    bool IsFull => options.Detail == GraphDetail.Full;

    /// <summary>Whether a derivative comes back along an arrow that is drawn.</summary>
    public bool Returns(GraphEdge edge) => options.Gradients && edge.Gradient is not null;

    /// <summary>Whether any arrow enters a node.</summary>
    public bool HasOperands(GraphNode node) => graph.Into(node).Any();

    /// <summary>How far apart arrows enter a node, for so many of them.</summary>
    public static double Step(int inputs) => inputs == 2 ? PortStep + 2 : PortStep;

    /// <summary>The face of a node.</summary>
    public Face Of(GraphNode node)
    {
        // Arrows that enter side by side need room.
        var across = Math.Max(2 * Radius, Step(graph.Into(node).Count()) * (graph.Into(node).Count() - 1) + 18);
        return node.Kind == GraphNodeKind.Operation ? Operation(node, across) : Box(node, across);
    }

    Face Operation(GraphNode node, double across)
    {
        var sign = node.Symbol.Length <= 2;
        var symbol = FacePart.Line(node.Symbol, GraphTextRole.Title, sign ? 16 : Face.TextSize);
        var width = Math.Max(2 * Radius, sign ? 0 : symbol.Width + 16);
        var face = new Face
        {
            Shape = GraphShape.Round,
            Outline = LeftToRight ? Around(width, across) : Around(Math.Max(width, across), 2 * Radius),
        };
        symbol.AddTo(face, -symbol.Width / 2, -symbol.Height / 2);
        if (node.Name is null) return face;
        // Beside the arrows, where none runs.
        var name = FacePart.Line(node.Name, GraphTextRole.Note, 11);
        if (LeftToRight) name.AddTo(face, -name.Width / 2, face.Outline.Bottom + 2);
        else name.AddTo(face, face.Outline.Right + 4, -name.Height / 2);
        return face;
    }

    Face Box(GraphNode node, double across)
    {
        var parts = node.Kind == GraphNodeKind.Group ? Group(node) : Leaf(node);
        var height = parts.Sum(part => part.Height);
        var (width, tall) = (Math.Max(parts.Max(part => part.Width), 18) + 2 * Padding, height + 2 * Padding - 4);
        var face = new Face
        {
            Shape = node.Kind == GraphNodeKind.Group ? GraphShape.Folder : GraphShape.Box,
            Outline = LeftToRight ? Around(width, Math.Max(tall, across)) : Around(Math.Max(width, across), tall),
        };
        var top = -height / 2;
        foreach (var part in parts)
        {
            part.AddTo(face, -part.Width / 2, top);
            top += part.Height;
        }
        return face;
    }

    List<FacePart> Leaf(GraphNode node)
    {
        var parts = new List<FacePart> { FacePart.Line(node.Label, GraphTextRole.Title) };
        var value = node.Value;
        if (options.Detail == GraphDetail.Structure) return parts;
        if (value.Number is null)
        {
            parts.Add(FacePart.Line($"{value.Shape} {value.DType.Name()}", GraphTextRole.Note, 10));
            if (IsFull) AddTensor(parts, value);
        }
        // Where it is used several times no single arrow shows the sum.
        if (options.Gradients && node.Gradient is { } gradient && graph.OutOf(node).Skip(1).Any())
            parts.Add(FacePart.Line($"Σ {GradientText(gradient)}", GraphTextRole.Gradient, 11));
        return parts;
    }

    void AddTensor(List<FacePart> parts, GraphValue value)
    {
        if (value.Shape.Count == 0) return;
        if (options.Picture != TensorPicture.None) parts.Add(FacePart.Of(value, false, options.Picture));
        parts.Add(FacePart.Line($"mean {Number(value.Mean)}  norm {Number(value.Norm)}", GraphTextRole.Note, 10));
        parts.Add(FacePart.Line($"min {Number(value.Minimum)}  max {Number(value.Maximum)}", GraphTextRole.Note, 10));
        if (value.Anomalies > 0) parts.Add(FacePart.Line($"{value.Anomalies} NaN or infinite", GraphTextRole.Gradient, 10));
    }

    static List<FacePart> Group(GraphNode node)
    {
        var operations = node.OperationCount == 1 ? "1 operation" : string.Create(CultureInfo.InvariantCulture, $"{node.OperationCount:N0} operations");
        if (node.ParameterCount > 0) operations += string.Create(CultureInfo.InvariantCulture, $", {node.ParameterCount:N0} parameters");
        return [FacePart.Line(node.Label, GraphTextRole.Title), FacePart.Line(node.Operation, GraphTextRole.Note, 11), FacePart.Line(operations, GraphTextRole.Note, 10)];
    }

    /// <summary>The label of an arrow: the value on one side, the derivative on the other.</summary>
    public Face Of(GraphEdge edge)
    {
        var face = new Face();
        if (options.Detail == GraphDetail.Structure) return face;
        var (above, below) = (Value(edge), Gradient(edge));
        if (LeftToRight)
        {
            var top = -Face.Lane - 3 - above.Sum(part => part.Height);
            Stack(face, above, top, part => -part.Width / 2);
            Stack(face, below, Face.Lane + 3, part => -part.Width / 2);
        }
        else
        {
            Stack(face, above, -above.Sum(part => part.Height) / 2, _ => Face.Lane + 5);
            Stack(face, below, -below.Sum(part => part.Height) / 2, part => -Face.Lane - 5 - part.Width);
        }
        return face;
    }

    static void Stack(Face face, List<FacePart> parts, double top, Func<FacePart, double> left)
    {
        foreach (var part in parts)
        {
            part.AddTo(face, left(part), top);
            top += part.Height;
        }
    }

    List<FacePart> Value(GraphEdge edge)
    {
        var parts = new List<FacePart>();
        if (edge.Value.Number is { } number)
        {
            // A box that shows its number needs no second one.
            var from = graph[edge.From];
            if (!from.IsLeaf || from.Name is not null) parts.Add(FacePart.Line(Number(number), GraphTextRole.Value));
            return parts;
        }
        var isLeaf = graph[edge.From].IsLeaf;
        if (IsFull && !isLeaf && edge.Value.Shape.Count > 0 && options.Picture != TensorPicture.None) parts.Add(FacePart.Of(edge.Value, false, options.Picture));
        parts.Add(FacePart.Line($"{edge.Value.Shape}", GraphTextRole.Value, 11));
        return parts;
    }

    List<FacePart> Gradient(GraphEdge edge)
    {
        var parts = new List<FacePart>();
        if (!Returns(edge)) return parts;
        var gradient = edge.Gradient!;
        parts.Add(FacePart.Line(GradientText(gradient), GraphTextRole.Gradient, gradient.Number is null ? 11 : Face.TextSize));
        if (!IsFull) return parts;
        if (gradient.Number is null)
        {
            if (gradient.Shape.Count > 0 && options.Picture != TensorPicture.None) parts.Add(FacePart.Of(gradient, true, options.Picture));
        }
        else if (edge.LocalDerivative is { } local && graph[edge.To] is { Kind: GraphNodeKind.Operation, Gradient.Number: { } flow })
            // The chain rule at work: what flows in times the slope here.
            parts.Add(FacePart.Line($"= {Number(flow)} · {Factor(local)}", GraphTextRole.Note, 10));
        return parts;
    }

    static string GradientText(GraphValue gradient) => gradient.Number is { } number ? Number(number) : $"‖∂‖ {Number(gradient.Norm)}";

    static string Factor(double value) => double.IsNegative(value) ? $"({Number(value)})" : Number(value);

    static string Number(double value) => EdgeText.Number(value);

    static GraphBox Around(double width, double height) => new(-width / 2, -height / 2, width, height);
}
