namespace Backprop.Graphs;

/// <summary>
/// What is directly within one group, laid out by itself: nodes, and inner groups as boxes of known size. Arrows that come from outside enter at ports on the
/// frame, those that leave end at ports on its other side.
/// </summary>
sealed partial class LevelLayout(GraphGroup? group, Faces faces, DrawingOptions options)
{
    const double NodeGap = 16, LabelGap = 13, BendGap = 12, Approach = 9, FrameGap = 20, TitleRoom = 22, FramePadding = 12;

    readonly List<LevelUnit> units = [];
    readonly Dictionary<int, LevelUnit> byNode = [];
    readonly Dictionary<LevelLayout, LevelUnit> byLevel = [];
    readonly Dictionary<int, LevelWire> wires = [];
    readonly Dictionary<int, LayoutItem> entries = [];
    readonly Dictionary<int, LayoutItem> exits = [];
    readonly List<LayoutItem[]> lines = [];
    List<LayoutItem>[] layers = [];

    bool LeftToRight => options.Direction == GraphDirection.LeftToRight;

    /// <summary>Its size along the arrows and across them, once laid out.</summary>
    public double Length { get; private set; }
    public double Breadth { get; private set; }

    public void Add(GraphNode node)
    {
        var unit = new LevelUnit { Number = units.Count, Node = node, Face = faces.Of(node) };
        units.Add(unit);
        byNode.Add(node.Id, unit);
    }

    public void Add(LevelLayout level)
    {
        var unit = new LevelUnit { Number = units.Count, Level = level };
        units.Add(unit);
        byLevel.Add(level, unit);
    }

    /// <summary>Adds an arrow or the part of it that lies in this level; null stands for outside.</summary>
    public void Connect(GraphEdge edge, object? from, object? to)
    {
        var source = Unit(from);
        if (!wires.TryGetValue(edge.Origin, out var wire)) wires.Add(edge.Origin, wire = new LevelWire { Origin = edge.Origin, Source = source });
        wire.Returns |= faces.Returns(edge);
        var target = Unit(to);
        var labelled = target?.Node is not null;
        if (!labelled && wire.Targets.Exists(t => t.Unit == target)) return;
        wire.Targets.Add(new() { Unit = target, Edge = labelled ? edge : null });
    }

    LevelUnit? Unit(object? key) => key switch
    {
        GraphNode node => byNode[node.Id],
        LevelLayout level => byLevel[level],
        _ => null,
    };

    /// <summary>Lays it out; inner levels must have been.</summary>
    public void Run()
    {
        Rank();
        MakeItems();
        new LayerOrder(layers).Arrange();
        SpreadPorts();
        new LayerPlacement(layers).Place(lines);
        MakeColumns();
    }

    // Units with few arrows in and more out stand as near as can be to where they are needed: a weight beside its product.
    void Rank()
    {
        var into = units.ConvertAll(_ => new List<LevelUnit>());
        var outOf = units.ConvertAll(_ => new List<LevelUnit>());
        var fromOutside = new int[units.Count];
        var toOutside = new bool[units.Count];
        foreach (var wire in wires.Values)
            foreach (var target in wire.Targets)
            {
                if (wire.Source is { } from && target.Unit is { } to)
                {
                    into[to.Number].Add(from);
                    outOf[from.Number].Add(to);
                }
                else if (wire.Source is { } leaving) toOutside[leaving.Number] = true;
                else if (target.Unit is { } entered) fromOutside[entered.Number]++;
            }
        var least = wires.Values.Any(wire => wire.Source is null) ? 1 : 0;
        var order = Order(into, outOf);
        foreach (var unit in order) unit.Rank = into[unit.Number].Select(from => from.Rank + 1).Append(least).Max();
        lastRank = units.Max(unit => unit.Rank);
        for (var i = order.Count - 1; i >= 0; i--)
        {
            var unit = order[i];
            var arrivals = into[unit.Number].Distinct().Count() + fromOutside[unit.Number];
            if (outOf[unit.Number].Count == 0 || toOutside[unit.Number] || arrivals > 1) continue;
            unit.Rank = Math.Max(unit.Rank, outOf[unit.Number].Min(to => to.Rank) - 1);
        }
        if (wires.Values.Any(wire => wire.Targets.Exists(target => target.Unit is null))) lastRank++;
    }

    int lastRank;

    List<LevelUnit> Order(List<List<LevelUnit>> into, List<List<LevelUnit>> outOf)
    {
        var waiting = into.ConvertAll(list => list.Count);
        var order = units.FindAll(unit => waiting[unit.Number] == 0);
        for (var i = 0; i < order.Count; i++)
            foreach (var to in outOf[order[i].Number])
                if (--waiting[to.Number] == 0) order.Add(to);
        return order;
    }

    void MakeItems()
    {
        layers = new List<LayoutItem>[2 * lastRank + 1];
        for (var l = 0; l < layers.Length; l++) layers[l] = [];
        foreach (var unit in units) unit.Item = Stand(ItemOf(unit));
        foreach (var wire in wires.Values) Lead(wire);
        // Operands in their order: the first above.
        foreach (var unit in units) unit.Item.In.Sort((s, t) => OperandOf(s.From).CompareTo(OperandOf(t.From)));
    }

    readonly Dictionary<LayoutItem, int> operandOfLabel = [];

    int OperandOf(LayoutItem item) => operandOfLabel.GetValueOrDefault(item);

    LayoutItem Stand(LayoutItem item)
    {
        layers[item.Layer].Add(item);
        return item;
    }

    LayoutItem ItemOf(LevelUnit unit)
    {
        var layer = 2 * unit.Rank;
        if (unit.Level is { } level) return new()
        {
            Layer = layer,
            Back = level.Length / 2,
            Ahead = level.Length / 2,
            Before = level.Breadth / 2,
            After = level.Breadth / 2,
            Gap = FrameGap,
        };
        var item = Of(layer, unit.Face!.Bounds, NodeGap, isBend: false);
        // Arrows leave and come in straight.
        item.Ahead += Approach;
        if (faces.HasOperands(unit.Node!)) item.Back += Approach;
        return item;
    }

    LayoutItem Of(int layer, GraphBox bounds, double gap, bool isBend) => LeftToRight
        ? new() { Layer = layer, Back = -bounds.X, Ahead = bounds.Right, Before = -bounds.Y, After = bounds.Bottom, Gap = gap, IsBend = isBend }
        : new() { Layer = layer, Back = -bounds.Y, Ahead = bounds.Bottom, Before = -bounds.X, After = bounds.Right, Gap = gap, IsBend = isBend };

    // The way goes on layer by layer; each use leaves it just before it is needed, by way of its label.
    void Lead(LevelWire wire)
    {
        LayoutItem at;
        if (wire.Source is { } source) at = source.Item;
        else
        {
            at = Stand(new() { Layer = 0, Gap = BendGap });
            entries.Add(wire.Origin, at);
        }
        wire.Start = at;
        var port = wire.Source?.Level is { } inner ? inner.PortOf(inner.exits[wire.Origin]) : 0;
        var end = wire.Targets.Max(LayerOf);
        var weight = 3;
        for (var layer = at.Layer + 1; layer < end; layer++)
        {
            foreach (var target in wire.Targets)
            {
                if (LayerOf(target) != layer + 1) continue;
                Branch(wire, target, at, port, weight, layer);
            }
            if (layer == end - 1) break;
            var bend = Stand(new() { Layer = layer, Before = 4, After = 4, Gap = BendGap, IsBend = true });
            LayoutSegment.Join(at, bend, weight, port);
            wire.Bends.Add(bend);
            (at, port, weight) = (bend, 0, 8);
        }
        var last = wire.Targets.Find(target => LayerOf(target) == end)!;
        foreach (var target in wire.Targets) lines.Add(target == last ? [.. wire.Bends, last.Label!] : [target.Label!]);
    }

    void Branch(LevelWire wire, LevelTarget target, LayoutItem at, double port, int weight, int layer)
    {
        var label = target.Edge is { } edge ? faces.Of(edge) : null;
        var bounds = label?.Bounds ?? default;
        // Room for the arrow itself where nothing is written.
        if (LeftToRight) bounds = new(bounds.X, Math.Min(bounds.Y, -4), bounds.Width, Math.Max(bounds.Bottom, 4) - Math.Min(bounds.Y, -4));
        else bounds = new(Math.Min(bounds.X, -4), bounds.Y, Math.Max(bounds.Right, 4) - Math.Min(bounds.X, -4), bounds.Height);
        target.From = at;
        target.Face = label;
        target.Label = Stand(Of(layer, bounds, LabelGap, isBend: target.Edge is null));
        operandOfLabel[target.Label] = target.Edge?.Operand ?? wire.Origin;
        LayoutSegment.Join(at, target.Label, weight, port);
        if (target.Unit is { } unit)
        {
            var toPort = unit.Level is { } inner ? inner.PortOf(inner.entries[wire.Origin]) : 0;
            LayoutSegment.Join(target.Label, unit.Item, at.IsBend ? 4 : 2, 0, toPort);
            return;
        }
        if (!exits.TryGetValue(wire.Origin, out var exit)) exits.Add(wire.Origin, exit = Stand(new() { Layer = 2 * lastRank, Gap = BendGap }));
        LayoutSegment.Join(target.Label, exit, 4);
    }

    int LayerOf(LevelTarget target) => target.Unit is { } unit ? 2 * unit.Rank : 2 * lastRank;

    // From the middle of the box that this level is in another.
    double PortOf(LayoutItem port) => port.Across - Breadth / 2;

    // Where arrows enter a node side by side, in the order in which they come.
    void SpreadPorts()
    {
        foreach (var unit in units)
        {
            if (unit.Level is not null) continue;
            var into = unit.Item.In;
            into.Sort((s, t) => s.From.Index.CompareTo(t.From.Index));
            for (var i = 0; i < into.Count; i++) into[i].ToPort = (i - (into.Count - 1) / 2.0) * Faces.Step(into.Count);
        }
    }
}

/// <summary>A node or an inner group of a level.</summary>
sealed class LevelUnit
{
    public required int Number { get; init; }
    public GraphNode? Node { get; init; }
    public Face? Face { get; init; }
    public LevelLayout? Level { get; init; }
    public int Rank { get; set; }
    public LayoutItem Item { get; set; } = null!;
}

/// <summary>The way of one value within a level, to all its uses there.</summary>
sealed class LevelWire
{
    public required int Origin { get; init; }

    /// <summary>Where it comes from; null: from outside.</summary>
    public required LevelUnit? Source { get; init; }

    /// <summary>Whether a derivative comes back.</summary>
    public bool Returns { get; set; }

    public List<LevelTarget> Targets { get; } = [];

    public LayoutItem Start { get; set; } = null!;

    /// <summary>Where it passes on its way to the farthest use.</summary>
    public List<LayoutItem> Bends { get; } = [];
}

/// <summary>One use of a value within a level.</summary>
sealed class LevelTarget
{
    /// <summary>Where it goes; null: outside.</summary>
    public required LevelUnit? Unit { get; init; }

    /// <summary>The arrow that ends here and bears a label; null where it goes on in an inner group or outside.</summary>
    public required GraphEdge? Edge { get; init; }

    /// <summary>Where it leaves the common way.</summary>
    public LayoutItem From { get; set; } = null!;

    public LayoutItem? Label { get; set; }

    public Face? Face { get; set; }
}
