namespace Backprop.Graphs;

public sealed partial class Graph
{
    /// <summary>Where everything in a drawing is, for a drawing of one's own.</summary>
    public GraphLayout Layout(DrawingOptions? options = null) => LayoutBuilder.Run(this, options ?? DrawingOptions.Default);

    /// <summary>
    /// An SVG as the books draw it: values above the arrows going right, derivatives below them going left, with their working: what flows in times the local
    /// derivative. Tensors show shape and a small picture. It needs nothing but itself, and is light or dark as its reader's system.
    /// </summary>
    public string ToSvg(DrawingOptions? options = null) => SvgDrawing.Of(this, options ?? DrawingOptions.Default);
}
