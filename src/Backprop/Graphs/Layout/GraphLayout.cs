namespace Backprop.Graphs;

/// <summary>A place in a drawing, in pixels from its top left corner.</summary>
/// <param name="X">To the right.</param>
/// <param name="Y">Downwards.</param>
public readonly record struct GraphPoint(double X, double Y);

/// <summary>A rectangle in a drawing.</summary>
/// <param name="X">Its left side.</param>
/// <param name="Y">Its top.</param>
/// <param name="Width">Its width.</param>
/// <param name="Height">Its height.</param>
public readonly record struct GraphBox(double X, double Y, double Width, double Height)
{
    /// <summary>Its right side.</summary>
    public double Right => X + Width;

    /// <summary>Its bottom.</summary>
    public double Bottom => Y + Height;

    /// <summary>Its middle.</summary>
    public GraphPoint Centre => new(X + Width / 2, Y + Height / 2);

    /// <summary>Whether two share more than a border.</summary>
    public bool Intersects(GraphBox other) => X < other.Right && other.X < Right && Y < other.Bottom && other.Y < Bottom;

    /// <summary>Whether a point lies inside, not on the border.</summary>
    public bool Contains(GraphPoint point) => point.X > X && point.X < Right && point.Y > Y && point.Y < Bottom;

    /// <summary>The same, moved.</summary>
    public GraphBox Moved(double dx, double dy) => this with { X = X + dx, Y = Y + dy };
}

/// <summary>What a line of text in a drawing tells.</summary>
public enum GraphTextRole
{
    /// <summary>A name or an operation.</summary>
    Title,
    /// <summary>A value going forward.</summary>
    Value,
    /// <summary>A derivative coming back.</summary>
    Gradient,
    /// <summary>What explains something else.</summary>
    Note,
}

/// <summary>A line of text in a drawing.</summary>
/// <param name="Text">The text, in one line of printable characters; it may hold what is markup elsewhere.</param>
/// <param name="Role">What it tells.</param>
/// <param name="Box">The room it has; the text stands in its middle.</param>
/// <param name="Size">The font's size.</param>
public sealed record GraphText(string Text, GraphTextRole Role, GraphBox Box, double Size);

/// <summary>A small picture of a tensor in a drawing.</summary>
/// <param name="Value">The tensor.</param>
/// <param name="IsGradient">Whether it is a derivative.</param>
/// <param name="Box">Where it is.</param>
public sealed record GraphPicture(GraphValue Value, bool IsGradient, GraphBox Box);

/// <summary>The outline of a node.</summary>
public enum GraphShape
{
    /// <summary>A circle, or as long as its text needs with round ends: an operation.</summary>
    Round,
    /// <summary>A box: a leaf or an output.</summary>
    Box,
    /// <summary>A box with round corners: a folded group.</summary>
    Folder,
}

/// <summary>A node in a drawing.</summary>
/// <param name="Node">The node.</param>
/// <param name="Shape">Its outline.</param>
/// <param name="Outline">Where its outline is.</param>
/// <param name="Texts">Its lines, in or beside the outline.</param>
/// <param name="Pictures">Its pictures.</param>
public sealed record NodeLayout(GraphNode Node, GraphShape Shape, GraphBox Outline, IReadOnlyList<GraphText> Texts, IReadOnlyList<GraphPicture> Pictures)
{
    /// <summary>How far the outline reaches from its middle along the direction of the arrows, at a distance across it.</summary>
    internal double Reach(double across, GraphDirection direction)
    {
        var (length, width) = direction == GraphDirection.LeftToRight ? (Outline.Width, Outline.Height) : (Outline.Height, Outline.Width);
        if (Shape != GraphShape.Round) return length / 2;
        var radius = Math.Min(length, width) / 2;
        var beyond = Math.Clamp(Math.Abs(across) - (width / 2 - radius), 0, radius);
        return length / 2 - radius + Math.Sqrt(radius * radius - beyond * beyond);
    }
}

/// <summary>
/// The way of an arrow or of a part of it: straight from each point of even place to the next, then in a curve to the one after. Straight parts go in the direction of the
/// drawing.
/// </summary>
/// <param name="Points">Points in pairs.</param>
/// <param name="StartsAt">The node whose outline it starts at; null where it branches off another way or enters a frame.</param>
/// <param name="EndsAt">The node whose outline it ends at; null where others go on.</param>
public sealed record GraphRoute(IReadOnlyList<GraphPoint> Points, int? StartsAt, int? EndsAt);

/// <summary>An arrow in a drawing: its own way, with its value and derivative beside it.</summary>
/// <param name="Edge">The arrow.</param>
/// <param name="Route">Its way from the last point it shares with other uses of the same value.</param>
/// <param name="Texts">Value and derivative.</param>
/// <param name="Pictures">Pictures of both.</param>
public sealed record EdgeLayout(GraphEdge Edge, GraphRoute Route, IReadOnlyList<GraphText> Texts, IReadOnlyList<GraphPicture> Pictures);

/// <summary>The part of a way that several uses of a value share.</summary>
/// <param name="Origin">The node whose result goes there.</param>
/// <param name="HasGradient">Whether a derivative comes back on it.</param>
/// <param name="Route">The way.</param>
public sealed record TrunkLayout(int Origin, bool HasGradient, GraphRoute Route);

/// <summary>The frame of an open group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Box">The frame.</param>
/// <param name="Title">Its title.</param>
public sealed record FrameLayout(GraphGroup Group, GraphBox Box, GraphText Title);

/// <summary>
/// Where everything in a drawing is: plain data, the same for every kind of output. Nodes stand in layers, every label has a place of its own, and
/// arrows go between: no text lies on another, no arrow through a box.
/// </summary>
public sealed record GraphLayout
{
    internal GraphLayout()
    {
    }

    /// <summary>The drawing's width.</summary>
    public required double Width { get; init; }

    /// <summary>The drawing's height.</summary>
    public required double Height { get; init; }

    /// <summary>Which way the values go.</summary>
    public required GraphDirection Direction { get; init; }

    /// <summary>The nodes.</summary>
    public required IReadOnlyList<NodeLayout> Nodes { get; init; }

    /// <summary>The arrows.</summary>
    public required IReadOnlyList<EdgeLayout> Edges { get; init; }

    /// <summary>What arrows share.</summary>
    public required IReadOnlyList<TrunkLayout> Trunks { get; init; }

    /// <summary>The frames, outer ones before inner ones.</summary>
    public required IReadOnlyList<FrameLayout> Frames { get; init; }
}
