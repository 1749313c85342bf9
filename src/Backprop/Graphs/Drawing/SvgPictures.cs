using System.Text;

namespace Backprop.Graphs;

/// <summary>Draws tensors as heat maps or histograms.</summary>
sealed class SvgPictures(SvgWriter svg, TensorPicture kind)
{
    /// <summary>Draws a picture where it stands.</summary>
    public void Draw(GraphPicture picture)
    {
        if (kind == TensorPicture.Histogram) Histogram(picture);
        else HeatMap(picture);
        svg.Rectangle("picture-edge", picture.Box, 0);
    }

    // One path for each colour: small, and plain to every reader of SVG.
    void HeatMap(GraphPicture picture)
    {
        var value = picture.Value;
        var (width, height) = (picture.Box.Width / value.Columns, picture.Box.Height / value.Rows);
        var paths = new StringBuilder[SvgStyle.Heats + 1];
        for (var i = 0; i < value.Cells.Count; i++)
        {
            var (row, column) = Math.DivRem(i, value.Columns);
            (paths[Heat(value, i)] ??= new()).Append('M').Append(SvgWriter.Of(picture.Box.X + column * width)).Append(' ').Append(SvgWriter.Of(picture.Box.Y + row * height))
                .Append('h').Append(SvgWriter.Of(width)).Append('v').Append(SvgWriter.Of(height)).Append('h').Append(SvgWriter.Of(-width)).Append('z');
        }
        for (var i = 0; i < paths.Length; i++)
            if (paths[i] is { } path) svg.Raw(i == SvgStyle.Heats ? "<path class=\"none\" d=\"" : $"<path class=\"h{i}\" d=\"").Raw(path.ToString()).Raw("\"/>");
    }

    /// <summary>Which colour a cell has: zero in the middle, the cell farthest from zero at an end; the last for NaN.</summary>
    internal static int Heat(GraphValue value, int cell)
    {
        double largest = 0;
        foreach (var v in value.Cells)
            if (double.IsFinite(v)) largest = Math.Max(largest, Math.Abs(v));
        var x = value.Cells[cell];
        if (!double.IsFinite(x)) return SvgStyle.Heats;
        return largest == 0 ? SvgStyle.Heats / 2 : (int)Math.Round((x / largest + 1) / 2 * (SvgStyle.Heats - 1));
    }

    void Histogram(GraphPicture picture)
    {
        var bins = picture.Value.Histogram;
        var (width, most) = (picture.Box.Width / Math.Max(bins.Count, 1), Math.Max(1, bins.Max()));
        svg.Raw(picture.IsGradient ? "<path class=\"back-bar\" d=\"" : "<path class=\"bar\" d=\"");
        for (var i = 0; i < bins.Count; i++)
        {
            if (bins[i] == 0) continue;
            var height = Math.Max(picture.Box.Height * bins[i] / most, 0.5);
            svg.Raw($"M{SvgWriter.Of(picture.Box.X + i * width)} {SvgWriter.Of(picture.Box.Bottom)}v{SvgWriter.Of(-height)}h{SvgWriter.Of(width)}v{SvgWriter.Of(height)}z");
        }
        svg.Raw("\"/>");
    }
}
