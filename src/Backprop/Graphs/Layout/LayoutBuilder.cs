namespace Backprop.Graphs;

/// <summary>Lays a graph out, group by group from the innermost, so that every frame is a box of its own.</summary>
static class LayoutBuilder
{
    const double Margin = 16;

    public static GraphLayout Run(Graph graph, DrawingOptions options)
    {
        options = options.For(graph);
        var faces = new Faces(graph, options);
        var root = new LevelLayout(null, faces, options);
        var levels = new Dictionary<string, LevelLayout> { [""] = root };
        var parents = new Dictionary<LevelLayout, LevelLayout>();
        var order = new List<LevelLayout> { root };
        foreach (var group in graph.Groups)
        {
            var level = new LevelLayout(group, faces, options);
            levels.Add(group.Path, level);
            parents.Add(level, levels[group.Parent]);
            order.Add(level);
        }
        foreach (var node in graph.Nodes) levels[node.Group].Add(node);
        foreach (var (level, parent) in parents) parent.Add(level);
        foreach (var edge in graph.Edges) Connect(graph, edge, levels, parents);
        for (var i = order.Count - 1; i >= 0; i--) order[i].Run();

        var drawing = new LayoutDrawing(options.Direction);
        root.Draw(drawing, Margin, Margin);
        var (length, breadth) = (root.Length + 2 * Margin, root.Breadth + 2 * Margin);
        return new()
        {
            Width = options.Direction == GraphDirection.LeftToRight ? length : breadth,
            Height = options.Direction == GraphDirection.LeftToRight ? breadth : length,
            Direction = options.Direction,
            Nodes = drawing.Nodes,
            Edges = drawing.Edges,
            Trunks = drawing.Trunks,
            Frames = drawing.Frames,
        };
    }

    // Out through the frames around its source, and in through those around its target.
    static void Connect(Graph graph, GraphEdge edge, Dictionary<string, LevelLayout> levels, Dictionary<LevelLayout, LevelLayout> parents)
    {
        GraphNode source = graph[edge.From], target = graph[edge.To];
        LevelLayout from = levels[source.Group], to = levels[target.Group];
        var around = new HashSet<LevelLayout>();
        for (var level = to; ; level = parents[level])
        {
            around.Add(level);
            if (!parents.ContainsKey(level)) break;
        }
        object leaving = source;
        while (!around.Contains(from))
        {
            from.Connect(edge, leaving, null);
            (leaving, from) = (from, parents[from]);
        }
        object entering = target;
        while (to != from)
        {
            to.Connect(edge, null, entering);
            (entering, to) = (to, parents[to]);
        }
        from.Connect(edge, leaving, entering);
    }
}
