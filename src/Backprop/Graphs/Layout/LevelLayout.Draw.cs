namespace Backprop.Graphs;

sealed partial class LevelLayout
{
    double[] middles = [], starts = [], ends = [];
    double titleAt;

    // One column for each layer, with more room between where arrows climb far.
    void MakeColumns()
    {
        var count = layers.Length;
        (middles, starts, ends) = (new double[count], new double[count], new double[count]);
        var title = Title();
        var framed = group is not null;
        var top = framed ? FramePadding + (LeftToRight ? TitleRoom - 6 : 0) : 0;
        var low = layers.SelectMany(layer => layer).Min(item => item.Across - item.Before);
        foreach (var layer in layers)
            foreach (var item in layer) item.Across += top - low;
        Breadth = layers.SelectMany(layer => layer).Max(item => item.Across + item.After) + (framed ? FramePadding : 0);
        titleAt = FramePadding;
        if (framed && !LeftToRight)
        {
            // The title stands beside the arrows that come in.
            foreach (var entry in entries.Values) titleAt = Math.Max(titleAt, entry.Across + BendGap);
            foreach (var entry in entries.Values) entry.Ahead = TitleRoom;
            Breadth = Math.Max(Breadth, titleAt + title.Width + FramePadding);
        }
        var at = !framed || entries.Count > 0 ? 0 : FramePadding + (LeftToRight ? 0 : TitleRoom - 6);
        for (var l = 0; l < count; l++)
        {
            double back = 0, ahead = 0, climb = 0;
            foreach (var item in layers[l])
            {
                (back, ahead) = (Math.Max(back, item.Back), Math.Max(ahead, item.Ahead));
                foreach (var s in item.Out) climb = Math.Max(climb, Math.Abs(s.To.Across + s.ToPort - item.Across - s.FromPort));
            }
            (starts[l], middles[l], ends[l]) = (at, at + back, at + back + ahead);
            at = ends[l] + (l + 1 < count ? Math.Clamp(10 + 0.22 * climb, 14, 90) : 0);
        }
        Length = at + (framed && exits.Count == 0 ? FramePadding : 0);
        if (framed && LeftToRight) Length = Math.Max(Length, title.Width + 2 * FramePadding);
        if (exits.Count > 0) (starts[^1], middles[^1], ends[^1]) = (Length, Length, Length);
    }

    FacePart Title() => FacePart.Line(group is null ? "" : EdgeText.Title(group), GraphTextRole.Note, 11);

    /// <summary>Writes everything within to the drawing.</summary>
    /// <param name="drawing">What is drawn.</param>
    /// <param name="along">Where this level begins, along the arrows.</param>
    /// <param name="across">And across them.</param>
    public void Draw(LayoutDrawing drawing, double along, double across)
    {
        (drawing.Along, drawing.Across) = (along, across);
        if (group is not null)
        {
            var title = Title();
            var box = drawing.Box(0, 0, Length, Breadth);
            var text = LeftToRight ? new GraphBox(box.X + FramePadding, box.Y + 5, title.Width, title.Height)
                : new GraphBox(box.X + titleAt, box.Y + 5, title.Width, title.Height);
            drawing.Frames.Add(new(group, box, new(title.Text, title.Role, text, title.Size)));
        }
        foreach (var unit in units)
            if (unit.Face is { } face) drawing.Add(unit.Node!, face, drawing.Point(middles[unit.Item.Layer], unit.Item.Across));
        foreach (var wire in wires.Values) Draw(drawing, wire);
        foreach (var unit in units)
            unit.Level?.Draw(drawing, along + middles[unit.Item.Layer] - unit.Level.Length / 2, across + unit.Item.Across - unit.Level.Breadth / 2);
        (drawing.Along, drawing.Across) = (along, across);
    }

    void Draw(LayoutDrawing drawing, LevelWire wire)
    {
        var start = Start(wire);
        var alone = wire.Targets.Count == 1;
        var trunk = new List<(double Along, double Across)>(start);
        foreach (var bend in wire.Bends) Through(trunk, bend);
        if (!alone && wire.Bends.Count > 0) drawing.Trunk(wire, new(trunk), StartNode(wire), null);
        foreach (var target in wire.Targets)
        {
            var points = alone ? trunk : target.From == wire.Start ? [.. start] : Leave(target.From);
            Through(points, target.Label!);
            End(points, wire, target);
            var startsAt = alone || target.From == wire.Start ? StartNode(wire) : null;
            if (target.Edge is { } edge)
                drawing.Add(edge, points, startsAt, target.Face!, drawing.Point((starts[target.Label!.Layer] + ends[target.Label.Layer]) / 2, target.Label.Across));
            else drawing.Trunk(wire, points, startsAt, null);
        }
    }

    static int? StartNode(LevelWire wire) => wire.Source?.Node?.Id;

    List<(double Along, double Across)> Start(LevelWire wire)
    {
        var item = wire.Start;
        var end = ends[item.Layer];
        if (wire.Source?.Level is { } inner)
        {
            var port = item.Across + inner.PortOf(inner.exits[wire.Origin]);
            return [(middles[item.Layer] + inner.Length / 2, port), (end, port)];
        }
        var begin = middles[item.Layer] + (wire.Source?.Face is { } face ? Reach(face, 0) : 0);
        return [(begin, item.Across), (end, item.Across)];
    }

    List<(double Along, double Across)> Leave(LayoutItem bend) => [(ends[bend.Layer], bend.Across), (ends[bend.Layer], bend.Across)];

    void Through(List<(double Along, double Across)> points, LayoutItem item)
    {
        points.Add((starts[item.Layer], item.Across));
        points.Add((ends[item.Layer], item.Across));
    }

    void End(List<(double Along, double Across)> points, LevelWire wire, LevelTarget target)
    {
        var item = target.Label!.Out[0].To;
        var across = item.Across + target.Label.Out[0].ToPort;
        points.Add((starts[item.Layer], across));
        points.Add((middles[item.Layer] - (target.Unit switch
        {
            { Level: { } inner } => inner.Length / 2,
            { Face: { } face } => Reach(face, target.Label.Out[0].ToPort),
            _ => 0,
        }), across));
    }

    double Reach(Face face, double across) => new NodeLayout(null!, face.Shape, face.Outline, [], []).Reach(across, options.Direction);
}

/// <summary>Gathers a drawing, in the places of the whole.</summary>
sealed class LayoutDrawing(GraphDirection direction)
{
    public double Along { get; set; }
    public double Across { get; set; }

    public List<NodeLayout> Nodes { get; } = [];
    public List<EdgeLayout> Edges { get; } = [];
    public List<TrunkLayout> Trunks { get; } = [];
    public List<FrameLayout> Frames { get; } = [];

    public GraphPoint Point(double along, double across) => direction == GraphDirection.LeftToRight
        ? new(Along + along, Across + across) : new(Across + across, Along + along);

    public GraphBox Box(double along, double across, double length, double breadth)
    {
        var corner = Point(along, across);
        return direction == GraphDirection.LeftToRight ? new(corner.X, corner.Y, length, breadth) : new(corner.X, corner.Y, breadth, length);
    }

    public void Add(GraphNode node, Face face, GraphPoint at) =>
        Nodes.Add(new(node, face.Shape, face.Outline.Moved(at.X, at.Y), Moved(face.Texts, at), Moved(face.Pictures, at)));

    public void Add(GraphEdge edge, List<(double Along, double Across)> points, int? startsAt, Face face, GraphPoint at) =>
        Edges.Add(new(edge, Route(points, startsAt, edge.To), Moved(face.Texts, at), Moved(face.Pictures, at)));

    public void Trunk(LevelWire wire, List<(double Along, double Across)> points, int? startsAt, int? endsAt) =>
        Trunks.Add(new(wire.Origin, wire.Returns, Route(points, startsAt, endsAt)));

    GraphRoute Route(List<(double Along, double Across)> points, int? startsAt, int? endsAt) =>
        new([.. points.Select(p => Point(p.Along, p.Across))], startsAt, endsAt);

    static GraphText[] Moved(List<GraphText> texts, GraphPoint at) => [.. texts.Select(text => text with { Box = text.Box.Moved(at.X, at.Y) })];

    static GraphPicture[] Moved(List<GraphPicture> pictures, GraphPoint at) => [.. pictures.Select(picture => picture with { Box = picture.Box.Moved(at.X, at.Y) })];
}
