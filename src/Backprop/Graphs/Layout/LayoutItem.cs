namespace Backprop.Graphs;

/// <summary>
/// Something that stands in a layer: a node, an open group, the label of an arrow, a bend of a long one, a port of a frame. The layout thinks in two axes: along
/// the arrows, and across them.
/// </summary>
sealed class LayoutItem
{
    /// <summary>Which layer it stands in.</summary>
    public required int Layer { get; init; }

    /// <summary>How far it reaches from its anchor along the arrows, back and ahead.</summary>
    public double Back { get; set; }
    public double Ahead { get; set; }

    /// <summary>How far it reaches from its anchor across the arrows, to either side.</summary>
    public double Before { get; init; }
    public double After { get; init; }

    /// <summary>How much room it wants to its neighbours.</summary>
    public double Gap { get; init; }

    /// <summary>Whether an arrow only passes here.</summary>
    public bool IsBend { get; init; }

    /// <summary>Its place in its layer; and its anchor's position across, which is a mere wish while layers are being sorted.</summary>
    public int Index { get; set; }
    public double Across { get; set; }

    public List<LayoutSegment> In { get; } = [];
    public List<LayoutSegment> Out { get; } = [];

    /// <summary>How far two neighbours' anchors must be apart.</summary>
    public static double Distance(LayoutItem first, LayoutItem second) => first.After + second.Before + Math.Max(first.Gap, second.Gap);
}

/// <summary>A piece of an arrow between neighbouring layers.</summary>
sealed class LayoutSegment(LayoutItem from, LayoutItem to, int weight)
{
    public LayoutItem From { get; } = from;

    public LayoutItem To { get; } = to;

    /// <summary>How much it matters that it is straight.</summary>
    public int Weight { get; } = weight;

    /// <summary>Where it leaves and enters, from the items' anchors across the arrows.</summary>
    public double FromPort { get; set; }
    public double ToPort { get; set; }

    public static LayoutSegment Join(LayoutItem from, LayoutItem to, int weight, double fromPort = 0, double toPort = 0)
    {
        var segment = new LayoutSegment(from, to, weight) { FromPort = fromPort, ToPort = toPort };
        from.Out.Add(segment);
        to.In.Add(segment);
        return segment;
    }
}
