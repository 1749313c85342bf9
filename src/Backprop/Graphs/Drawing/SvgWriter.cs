using System.Globalization;
using System.Text;

namespace Backprop.Graphs;

/// <summary>Writes SVG elements; whatever text comes in goes out as text.</summary>
sealed class SvgWriter
{
    readonly StringBuilder text = new();

    public override string ToString() => text.ToString();

    /// <summary>Adds markup that is known.</summary>
    public SvgWriter Raw(string markup)
    {
        text.Append(markup);
        return this;
    }

    /// <summary>Adds text.</summary>
    public SvgWriter Text(string value)
    {
        foreach (var c in SafeText.OneLine(value))
            _ = c switch
            {
                '<' => text.Append("&lt;"),
                '>' => text.Append("&gt;"),
                '&' => text.Append("&amp;"),
                '"' => text.Append("&quot;"),
                '\'' => text.Append("&#39;"),
                _ => text.Append(c),
            };
        return this;
    }

    /// <summary>Adds an attribute that is a number.</summary>
    public SvgWriter Number(string name, double value) => Raw(" ").Raw(name).Raw("=\"").Raw(Of(value)).Raw("\"");

    /// <summary>Adds an attribute that is text.</summary>
    public SvgWriter Attribute(string name, string value) => Raw(" ").Raw(name).Raw("=\"").Text(value).Raw("\"");

    /// <summary>Adds a rectangle of a class.</summary>
    public void Rectangle(string type, GraphBox box, double round) =>
        Raw($"<rect class=\"{type}\"").Number("x", box.X).Number("y", box.Y).Number("width", box.Width).Number("height", box.Height).Number("rx", round).Raw("/>");

    /// <summary>A number as short as a drawing needs it.</summary>
    public static string Of(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);
}
