using System.Security.Cryptography;
using System.Text;

namespace Backprop.Graphs;

/// <summary>
/// Writes the page: the drawings of <see cref="PageStates"/>, the data of <see cref="PageData"/>, and the library's own style sheet and script. The page's policy
/// lets the reader's browser run these two and nothing else, and fetch nothing.
/// </summary>
static class PageDrawing
{
    /// <summary>The page as one text.</summary>
    public static string Of(Graph graph, DrawingOptions options)
    {
        var states = PageStates.Of(graph);
        var style = SvgStyle.OfPage() + File("page.css");
        var script = Script();
        var drawings = new StringBuilder();
        var pictures = new PagePictures(options.Picture);
        var i = 0;
        foreach (var state in states) drawings.Append("<template id=\"drawing-").Append(i++).Append("\">").Append(SvgDrawing.Part(state.Graph, options, pictures)).Append("</template>\n");
        var title = options.Title ?? $"Computational graph of {string.Join(", ", graph.Outputs.Select(node => node.Label))}";
        return Filled(File("page.html"), new()
        {
            ["title"] = new SvgWriter().Text(title).ToString(),
            ["theme"] = options.Theme switch { GraphTheme.Light => "light", GraphTheme.Dark => "dark", _ => "auto" },
            ["policy"] = $"default-src 'none'; script-src {Hash(script)}; style-src {Hash(style)}; base-uri 'none'; form-action 'none'",
            ["style"] = style,
            ["script"] = script,
            ["drawings"] = drawings.ToString(),
            ["pictures"] = pictures.ToString(),
            ["data"] = PageData.Of(graph.Unfolded, states, options),
        });
    }

    static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    // In one pass, so that what is filled in is never looked at again.
    static string Filled(string page, Dictionary<string, string> parts)
    {
        var text = new StringBuilder();
        var pieces = page.Split("{{");
        text.Append(pieces[0]);
        foreach (var piece in pieces.Skip(1))
        {
            var end = piece.IndexOf("}}", StringComparison.Ordinal);
            text.Append(parts[piece[..end]]).Append(piece, end + 2, piece.Length - end - 2);
        }
        return text.ToString();
    }

    static readonly string[] scripts = ["data", "formulas", "sentences", "scene", "steps", "view", "folding", "panel", "pointer", "keys"];

    static string Script() => $"'use strict';\n(() => {{\n{string.Concat(scripts.Select(name => File($"script.{name}.js")))}}})();\n";

    // A browser reads every line break as a line feed before it compares the hash.
    static string File(string name)
    {
        using var stream = typeof(PageDrawing).Assembly.GetManifestResourceStream($"Backprop.Graphs.{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal);
    }
}
