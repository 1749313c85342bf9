namespace Backprop.Graphs;

/// <summary>The two ways of an arrow, side by side: forward, and back for the derivative.</summary>
static class Ways
{
    const double Head = 7;

    /// <summary>One way, moved aside from the middle and ending at outlines.</summary>
    /// <param name="Points">Points in pairs, as those of a <see cref="GraphRoute"/>.</param>
    /// <param name="Head">The three corners of the arrow's head; empty where none belongs.</param>
    public readonly record struct Way(GraphPoint[] Points, GraphPoint[] Head);

    /// <summary>The way of the value: above, or at the right of the one back.</summary>
    public static Way Forward(GraphRoute route, GraphDirection direction, bool returns, Dictionary<int, NodeLayout> nodes)
    {
        var points = Aside(route, direction, returns ? -Face.Lane : 0, nodes);
        if (route.EndsAt is null) return new(points, []);
        var tip = points[^1];
        points[^1] = Along(tip, direction, -Head + 1);
        return new(points, Triangle(tip, direction, -1));
    }

    /// <summary>The way of the derivative: below, or at the left.</summary>
    public static Way Back(GraphRoute route, GraphDirection direction, Dictionary<int, NodeLayout> nodes)
    {
        var points = Aside(route, direction, Face.Lane, nodes);
        if (route.StartsAt is null) return new(points, []);
        var tip = points[0];
        points[0] = Along(tip, direction, Head - 1);
        return new(points, Triangle(tip, direction, 1));
    }

    static GraphPoint[] Aside(GraphRoute route, GraphDirection direction, double aside, Dictionary<int, NodeLayout> nodes)
    {
        // From top to bottom, the right-hand side is where "above" was.
        var points = route.Points.Select(p => direction == GraphDirection.LeftToRight ? p with { Y = p.Y + aside } : p with { X = p.X - aside }).ToArray();
        if (route.StartsAt is { } start) points[0] = AtOutline(points[0], nodes[start], direction, 1);
        if (route.EndsAt is { } end) points[^1] = AtOutline(points[^1], nodes[end], direction, -1);
        return points;
    }

    static GraphPoint AtOutline(GraphPoint point, NodeLayout node, GraphDirection direction, int side)
    {
        var centre = node.Outline.Centre;
        return direction == GraphDirection.LeftToRight
            ? point with { X = centre.X + side * node.Reach(point.Y - centre.Y, direction) }
            : point with { Y = centre.Y + side * node.Reach(point.X - centre.X, direction) };
    }

    static GraphPoint Along(GraphPoint point, GraphDirection direction, double distance) =>
        direction == GraphDirection.LeftToRight ? point with { X = point.X + distance } : point with { Y = point.Y + distance };

    static GraphPoint[] Triangle(GraphPoint tip, GraphDirection direction, int side)
    {
        var back = Along(tip, direction, side * Head);
        return direction == GraphDirection.LeftToRight
            ? [tip, back with { Y = back.Y - 3 }, back with { Y = back.Y + 3 }]
            : [tip, back with { X = back.X - 3 }, back with { X = back.X + 3 }];
    }

    /// <summary>The corners of the curve between two straight parts.</summary>
    public static (GraphPoint First, GraphPoint Second) Curve(GraphPoint start, GraphPoint end, GraphDirection direction)
    {
        if (direction == GraphDirection.LeftToRight)
        {
            var middle = (start.X + end.X) / 2;
            return (start with { X = middle }, end with { X = middle });
        }
        var half = (start.Y + end.Y) / 2;
        return (start with { Y = half }, end with { Y = half });
    }
}
