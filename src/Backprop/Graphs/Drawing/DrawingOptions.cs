namespace Backprop.Graphs;

/// <summary>Which way the values go.</summary>
public enum GraphDirection
{
    /// <summary>From left to right, as in the books.</summary>
    LeftToRight,
    /// <summary>From top to bottom.</summary>
    TopToBottom,
}

/// <summary>How much a drawing tells.</summary>
public enum GraphDetail
{
    /// <summary>As much as the size of the graph lets one read.</summary>
    Auto,
    /// <summary>Numbers with their working, pictures and statistics of tensors.</summary>
    Full,
    /// <summary>Numbers and shapes.</summary>
    Brief,
    /// <summary>Names and operations only.</summary>
    Structure,
}

/// <summary>How a tensor is pictured.</summary>
public enum TensorPicture
{
    /// <summary>Cells coloured by their values.</summary>
    HeatMap,
    /// <summary>How many elements lie between the smallest and the largest.</summary>
    Histogram,
    /// <summary>Not at all.</summary>
    None,
}

/// <summary>Light or dark.</summary>
public enum GraphTheme
{
    /// <summary>As the reader's system has it.</summary>
    Auto,
    /// <summary>Dark on white.</summary>
    Light,
    /// <summary>Light on black.</summary>
    Dark,
}

/// <summary>How a graph is drawn.</summary>
public sealed record DrawingOptions
{
    const int FullNodes = 120, BriefNodes = 400;

    /// <summary>How it is drawn unless something else is asked for.</summary>
    public static DrawingOptions Default { get; } = new();

    /// <summary>Which way the values go.</summary>
    public GraphDirection Direction { get; init; }

    /// <summary>How much the drawing tells.</summary>
    public GraphDetail Detail { get; init; }

    /// <summary>Whether derivatives are drawn, where the graph has them.</summary>
    public bool Gradients { get; init; } = true;

    /// <summary>How tensors are pictured where there is room.</summary>
    public TensorPicture Picture { get; init; }

    /// <summary>Light or dark; of SVG only.</summary>
    public GraphTheme Theme { get; init; }

    /// <summary>What the drawing is called for those who cannot see it; of SVG only. Unless given, it is made of the outputs' names.</summary>
    public string? Title { get; init; }

    /// <summary>The options with the detail that fits a graph.</summary>
    internal DrawingOptions For(Graph graph) => Detail != GraphDetail.Auto ? this : this with
    {
        Detail = graph.Nodes.Count <= FullNodes ? GraphDetail.Full : graph.Nodes.Count <= BriefNodes ? GraphDetail.Brief : GraphDetail.Structure,
    };
}
