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

    /// <summary>The graph for Graphviz, which lays it out itself.</summary>
    public string ToDot(DrawingOptions? options = null) => DotDrawing.Of(this, options ?? DrawingOptions.Default);

    /// <summary>
    /// The graph for Mermaid, which GitHub draws in Markdown: put it into a block of <c>```mermaid</c>. Mermaid takes a few hundred arrows; fold large graphs first.
    /// </summary>
    public string ToMermaid(DrawingOptions? options = null) => MermaidDrawing.Of(this, options ?? DrawingOptions.Default);

    /// <summary>
    /// A LaTeX document of its own that draws the same as <see cref="ToSvg"/> with TikZ. pdfLaTeX prints signs of other scripts as their
    /// numbers; LuaLaTeX and XeLaTeX print them where the font has them.
    /// </summary>
    public string ToLatex(DrawingOptions? options = null) => LatexDrawing.Of(this, options ?? DrawingOptions.Default);

    /// <summary>
    /// An interactive page in one file, which needs no network and no other file: step through the computation forward and backward, fold and open groups, move and zoom, and ask
    /// of everything what it is. Of a graph with many groups the page begins with the outermost ones folded; fold it otherwise to begin otherwise.
    /// </summary>
    /// <remarks>What a reader's browser may run is limited to the page's own script; names and labels are text wherever they stand.</remarks>
    public string ToHtml(DrawingOptions? options = null) => PageDrawing.Of(this, options ?? DrawingOptions.Default);

    /// <summary>
    /// Writes the drawing that the file's name asks for: <c>.svg</c>, <c>.dot</c> or <c>.gv</c>, <c>.mmd</c> or <c>.mermaid</c>, <c>.md</c> (a block of Mermaid), <c>.tex</c> or <c>.html</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The name ends in something else.</exception>
    public void Save(string path, DrawingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        File.WriteAllText(path, Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".svg" => ToSvg(options),
            ".html" or ".htm" => ToHtml(options),
            ".dot" or ".gv" => ToDot(options),
            ".mmd" or ".mermaid" => ToMermaid(options),
            ".md" => $"```mermaid\n{ToMermaid(options)}```\n",
            ".tex" => ToLatex(options),
            var other => throw new ArgumentException(
                $"Graph.Save: a graph is not drawn as \"{other}\"; the name may end in .svg, .html, .htm, .dot, .gv, .mmd, .mermaid, .md or .tex.", nameof(path)),
        });
    }
}
