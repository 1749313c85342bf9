using System.Text.RegularExpressions;
using System.Xml.Linq;
using Backprop.Autograd;
using Backprop.Graphs;
using Xunit;

namespace Backprop.Tests.Graphs;

/// <summary>What is written: SVG, DOT, Mermaid, LaTeX; and that no name in it can become anything but text.</summary>
public sealed partial class DrawingTests
{
    static readonly XNamespace svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string> HostileNames =>
    [
        "</svg><script>alert(1)</script>", "</text></title><img src=x onerror=alert(1)>", "\" onload=\"alert(1)", "' x='", "]]>", "<!--", "&lt;&amp;&#60;",
        "a\nb\r\nc\td", "x\"] --> y[\"z", "end", "click n0 call alert()", "%% comment", "```", "#quot;#35;#", "1. list", "- item", "`code` *b* _i_", "|", "\\\" ];}",
        "\\N\\G\\l", "> ];", "\\input{x} $x^2$ ~ % { } & # _", "^^M\\end{tikzpicture}\\write18{x}", "\u202Egnp.exe", "\u2066x\u2069", "\u0000\u0007\u001B", "\uD800", "\uFFFE\uFFFF",
        "가격 價格 é ő λ 🍎", "", " ", "\u200B",
    ];

    static Graph Named(string name)
    {
        Tensor a = 2.0, b = 3.0;
        Tape.Watch(a, b);
        a.Named(name);
        var y = (a * b).Named(name);
        return Graph.Of([y.Exp().Named(name)], [b]);
    }

    [Fact]
    public void The_apples_stand_in_the_svg()
    {
        var text = SampleGraphs.Apple().ToSvg();
        var document = XDocument.Parse(text);
        var words = document.Descendants(svg + "text").Select(t => t.Value).ToArray();
        foreach (var word in new[] { "apple", "count", "tax", "price", "applePrice", "×", "100", "200", "220", "2.2", "110", "1.1", "= 1.1 · 2", "= 1 · 200" }) Assert.Contains(word, words);
        Assert.Equal(2, document.Descendants(svg + "rect").Count(r => r.Parent!.Attribute("class")?.Value == "operation" && r.Attribute("class")!.Value == "outline"));
        Assert.Equal(5, document.Descendants(svg + "path").Count(p => p.Attribute("class")?.Value == "head"));
        Assert.Equal(5, document.Descendants(svg + "path").Count(p => p.Attribute("class")?.Value == "back-head"));
        Assert.Equal("Computational graph of price", document.Root!.Element(svg + "title")!.Value);
        Assert.Contains("apple = 100, derivative 2.2", document.Root!.Element(svg + "desc")!.Value);
        Assert.Equal("img", document.Root!.Attribute("role")!.Value);
        Assert.Contains("prefers-color-scheme", text);
    }

    [Theory]
    [MemberData(nameof(HostileNames))]
    public void In_svg_a_name_is_text_alone(string name)
    {
        var text = Named(name).ToSvg();
        var document = XDocument.Parse(text, LoadOptions.PreserveWhitespace);
        string[] elements = ["svg", "title", "desc", "style", "rect", "g", "path", "text"];
        Assert.All(document.Descendants(), e => Assert.Contains(e.Name.LocalName, elements));
        Assert.All(document.Descendants().SelectMany(e => e.Attributes()), a => Assert.DoesNotMatch("^(on|href|src)", a.Name.LocalName));
        Assert.Contains(document.Descendants(svg + "text"), t => t.Value == SafeText.OneLine(name));
        // No control characters but line feeds, no turning of the direction of reading.
        Assert.DoesNotMatch(@"[\x00-\x09\x0B-\x1F\x7F\u200B-\u200F\u2028-\u202E\u2066-\u2069]", text);
        Assert.Equal(1, Occurrences(text, "http"));
        Assert.DoesNotContain("url(", text);
        Assert.DoesNotContain("@import", text);
    }

    [Theory]
    [MemberData(nameof(HostileNames))]
    public void In_mermaid_a_name_is_text_alone(string name)
    {
        var lines = Named(name).ToMermaid().TrimEnd('\n').Split('\n');
        Assert.Equal("flowchart LR", lines[0]);
        Assert.All(lines[1..], line => Assert.Matches(MermaidLine(), line));
    }

    // Between the quotes stand only letters, digits, spaces, commas, points within, signs beyond ASCII, numbers of signs, and our own breaks.
    [GeneratedRegex("""^  (n\d+(\[|\(\[|\(\(|\()"((#\d+;|<br/>|[A-Za-z0-9 ,.]|[^\x00-\x7F])+)"(\]|\]\)|\)\)|\))|n\d+ -->\|"((#\d+;|<br/>|[A-Za-z0-9 ,.]|[^\x00-\x7F])+)"\| n\d+|classDef [a-z]+ [a-z0-9#:,-]+|class [n\d,]+ [a-z]+)$""")]
    private static partial Regex MermaidLine();

    [Theory]
    [MemberData(nameof(HostileNames))]
    public void In_dot_a_name_is_text_alone(string name)
    {
        var text = Named(name).ToDot();
        foreach (Match label in Regex.Matches(text, "label=<(.*)>[,\\]]"))
            // Balanced markup of our own.
            Assert.All(XElement.Parse($"<x>{label.Groups[1].Value}</x>").Descendants(), e => Assert.Contains(e.Name.LocalName, new[] { "br", "font" }));
        var bare = Regex.Replace(text, "label=<(<font color=\"#b3261e\">|</font>|<br/>|[^<>])*>", "label=L");
        Assert.All(bare.TrimEnd('\n').Split('\n'), line => Assert.Matches("""^(digraph \{|\}|  rankdir=LR;|  (node|edge) \[[^\]]*\];|  n\d+ \[label=L[a-z0-9=, "#]*\];|  n\d+ -> n\d+ \[label=L\];)$""", line));
    }

    [Theory]
    [MemberData(nameof(HostileNames))]
    public void In_latex_a_name_is_text_alone(string name)
    {
        var text = Named(name).ToLatex();
        var body = text[text.IndexOf("\\begin{tikzpicture}", StringComparison.Ordinal)..];
        string[] commands =
        [
            "begin", "end", "sffamily", "path", "draw", "fill", "node", "fontsize", "selectfont", "bfseries", "ensuremath", "times", "div", "cdot", "partial", "Sigma", "surd",
            "Vert", "to", "infty", "textbackslash", "textasciitilde", "textasciicircum", "textquotedbl", "textless", "textgreater", "textbar", "textasciigrave", "textquotesingle",
            "lambda",
        ];
        foreach (Match command in Regex.Matches(body, @"\\([A-Za-z]+|.)"))
        {
            var word = command.Groups[1].Value;
            Assert.True(Array.IndexOf(commands, word) >= 0 || word is "{" or "}" or "$" or "&" or "#" or "_" or "%", $"\\{word}");
        }
        var bare = Regex.Replace(body, @"\\[{}$&#_%]", "");
        Assert.DoesNotMatch("[%$&#_^~]", bare);
        Assert.Equal(Occurrences(bare, "{"), Occurrences(bare, "}"));
        Assert.Equal(1, Occurrences(text, "\\end{tikzpicture}"));
    }

    static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    [Fact]
    public void Groups_are_frames_clusters_and_subgraphs()
    {
        var graph = SampleGraphs.Residual(recorded: true, blocks: 1);
        Assert.Equal(3, XDocument.Parse(graph.ToSvg()).Descendants(svg + "rect").Count(r => r.Attribute("class")?.Value == "frame"));
        Assert.Equal(3, Occurrences(graph.ToDot(), "subgraph "));
        Assert.Equal(3, Occurrences(graph.ToMermaid(), "subgraph "));
        var folded = graph.Folded();
        Assert.Contains("Block", folded.ToSvg());
        Assert.Contains("8 operations, 162 parameters", folded.ToSvg());
        Assert.DoesNotContain("subgraph", folded.ToMermaid());
    }

    [Fact]
    public void Options_choose_what_is_drawn()
    {
        var graph = SampleGraphs.Mlp();
        var plain = graph.ToSvg(new() { Gradients = false });
        Assert.DoesNotContain("class=\"back\"", plain);
        Assert.DoesNotContain("class=\"gradient\"", plain);
        Assert.DoesNotContain("∂", graph.ToMermaid(new() { Gradients = false }));
        Assert.Contains("class=\"h4\"", graph.ToSvg());
        Assert.Contains("class=\"bar\"", graph.ToSvg(new() { Picture = TensorPicture.Histogram }));
        Assert.DoesNotContain("picture-edge\" x", graph.ToSvg(new() { Picture = TensorPicture.None }));
        Assert.DoesNotContain("prefers-color-scheme", graph.ToSvg(new() { Theme = GraphTheme.Dark }));
        Assert.NotEqual(graph.ToSvg(new() { Theme = GraphTheme.Dark }), graph.ToSvg(new() { Theme = GraphTheme.Light }));
        Assert.Contains("<title>a &lt; b</title>", graph.ToSvg(new() { Title = "a < b" }));
        Assert.Contains("rankdir=TB", graph.ToDot(new() { Direction = GraphDirection.TopToBottom }));
        Assert.Contains("flowchart TB", graph.ToMermaid(new() { Direction = GraphDirection.TopToBottom }));
    }

    [Fact]
    public void A_drawing_names_the_source_file_without_its_folders()
    {
        Tensor x = 2.0;
        Tape.Watch(x);
        using var sources = Tape.KeepSources();
        var text = Graph.Of(x.Exp()).ToSvg();
        Assert.Contains("; DrawingTests.cs:", text);
        Assert.DoesNotContain("/DrawingTests.cs", text);
    }

    [Fact]
    public void The_name_of_the_file_chooses_the_kind_of_drawing()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var graph = SampleGraphs.Apple();
            foreach (var (name, text) in new[]
            {
                ("a.svg", graph.ToSvg()), ("a.dot", graph.ToDot()), ("a.GV", graph.ToDot()), ("a.mmd", graph.ToMermaid()), ("a.mermaid", graph.ToMermaid()),
                ("a.html", graph.ToHtml()), ("a.md", $"```mermaid\n{graph.ToMermaid()}```\n"), ("a.tex", graph.ToLatex()),
            })
            {
                var path = Path.Combine(folder.FullName, name);
                graph.Save(path);
                Assert.Equal(text, File.ReadAllText(path));
            }
            Assert.Contains(".svg", Assert.Throws<ArgumentException>(() => graph.Save(Path.Combine(folder.FullName, "a.png"))).Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_NaN_is_seen()
    {
        var x = Tensor.From([1.0, double.NaN], [2]);
        x.RequiresGrad = true;
        Assert.Contains("class=\"none\"", Graph.Of((x * 2).Sum(), x).ToSvg());
        Assert.Contains("1 NaN or infinite", Graph.Of((x * 2).Sum(), x).ToSvg());
    }
}
