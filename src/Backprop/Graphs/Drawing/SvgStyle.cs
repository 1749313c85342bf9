namespace Backprop.Graphs;

/// <summary>The colours of a drawing, light and dark, as style sheets that touch nothing but the drawing.</summary>
static class SvgStyle
{
    /// <summary>How many colours a heat map has, from the most negative to the most positive.</summary>
    public const int Heats = 9;

    sealed record Palette(string Paper, string Ink, string Muted, string Value, string Gradient, string Line, string Fill, string Leaf, string Frame, string[] Heat);

    static readonly Palette light = new("#ffffff", "#1f2328", "#59636e", "#1f2328", "#b3261e", "#57606a", "#ffffff", "#eef4fc", "#f6f8fa",
        ["#2166ac", "#4f93c6", "#94c2de", "#cfe2ef", "#f3f3f3", "#fbd9c5", "#f3a582", "#d75f4c", "#b2182b"]);

    static readonly Palette dark = new("#0d1117", "#e6edf3", "#9198a1", "#e6edf3", "#ff8b82", "#9ea7b1", "#161b22", "#15233b", "#12171e",
        ["#74b3f0", "#4d8fd1", "#33659b", "#21405f", "#22272e", "#5c3128", "#97493a", "#d3674f", "#ff927a"]);

    /// <summary>The light colours by the names under which LaTeX knows them.</summary>
    public static IEnumerable<(string Name, string Colour)> ForPrint =>
    [
        ("graphink", light.Ink), ("graphmuted", light.Muted), ("graphback", light.Gradient), ("graphline", light.Line), ("graphleaf", light.Leaf), ("graphframe", light.Frame),
        .. light.Heat.Select((colour, i) => ($"graphheat{i}", colour)), ($"graphheat{Heats}", NoNumber),
    ];

    const string NoNumber = "#dd00dd";

    /// <summary>The style sheet.</summary>
    public static string Of(GraphTheme theme) => Shared + theme switch
    {
        GraphTheme.Light => Colours(light),
        GraphTheme.Dark => Colours(dark),
        _ => Colours(light) + "@media (prefers-color-scheme:dark){" + Colours(dark) + "}",
    };

    /// <summary>The style sheet of a page whose reader may choose light or dark. The choice gives its colours no precedence over those of the page, as of what is chosen.</summary>
    public static string OfPage() => Shared + Colours(light) + "@media (prefers-color-scheme:dark){:where(:root:not([data-theme=light])){" + Colours(dark) + "}}:where(:root[data-theme=dark]){"
        + Colours(dark) + "}:where(:root[data-theme=light]){" + Colours(light) + "}\n";

    const string Shared =
        ".backprop text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Noto Sans','Noto Sans CJK KR','Apple SD Gothic Neo','Malgun Gothic',sans-serif;" +
        "text-anchor:middle;dominant-baseline:central}" +
        ".backprop .title{font-weight:600}.backprop .way,.backprop .back{fill:none;stroke-width:1.3;stroke-linejoin:round}" +
        ".backprop .outline{stroke-width:1.4}.backprop .folder .outline{stroke-width:2}.backprop .constant .outline,.backprop .literal .outline{stroke-dasharray:4 3}" +
        ".backprop .picture-edge{fill:none;stroke-width:.6}";

    static string Colours(Palette p)
    {
        var text =
            $".backprop .paper{{fill:{p.Paper}}}.backprop text{{fill:{p.Ink}}}.backprop .note{{fill:{p.Muted}}}.backprop .value{{fill:{p.Value}}}.backprop .gradient{{fill:{p.Gradient}}}" +
            $".backprop .way{{stroke:{p.Line}}}.backprop .head,.backprop .dot,.backprop .bar{{fill:{p.Line}}}" +
            $".backprop .back{{stroke:{p.Gradient}}}.backprop .back-head,.backprop .back-dot,.backprop .back-bar{{fill:{p.Gradient}}}" +
            $".backprop .outline{{fill:{p.Fill};stroke:{p.Ink}}}.backprop .leaf .outline{{fill:{p.Leaf}}}" +
            $".backprop .frame{{fill:{p.Frame};stroke:{p.Muted};stroke-opacity:.6}}.backprop .picture-edge{{stroke:{p.Muted}}}.backprop .none{{fill:{NoNumber}}}";
        for (var i = 0; i < Heats; i++) text += $".backprop .h{i}{{fill:{p.Heat[i]}}}";
        return text;
    }
}
