using System.Globalization;
using System.Text;

namespace Backprop.Graphs;

/// <summary>How wide a text is, at least as wide as any usual sans-serif font draws it: what a layout needs without a font at hand.</summary>
static class TextWidth
{
    /// <summary>The width in the unit of the font's size.</summary>
    public static double Of(string text, double size, bool bold = false)
    {
        double width = 0;
        foreach (var rune in text.EnumerateRunes()) width += Of(rune);
        return width * size * (bold ? 1.1 : 1);
    }

    /// <summary>How many columns of a terminal it takes.</summary>
    public static int Columns(string text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes())
            columns += IsWide(rune.Value) ? 2 : Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? 0 : 1;
        return columns;
    }

    // Classes of width after the widest of the fonts that stand behind "sans-serif".
    static double Of(Rune rune)
    {
        var c = rune.Value;
        if (c < 0x80) return (char)c switch
        {
            'i' or 'j' or 'l' or '\'' or '|' => 0.32,
            'f' or 't' or 'r' or 'I' or ' ' or '.' or ',' or ':' or ';' or '!' or '(' or ')' or '[' or ']' or '-' or '/' or '\\' => 0.43,
            'm' or 'M' or 'W' or 'w' or '%' or '@' => 1.0,
            '+' or '=' or '<' or '>' or '~' or '#' or '_' => 0.84,
            >= 'A' and <= 'Z' => 0.78,
            _ => 0.65,
        };
        if (IsWide(c)) return 1.1;
        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? 0 : 0.9;
    }

    static bool IsWide(int c) => c is (>= 0x1100 and < 0x1200) or (>= 0x2E80 and < 0xA4D0) or (>= 0xAC00 and < 0xD7B0) or (>= 0xF900 and < 0xFB00)
        or (>= 0xFE30 and < 0xFE70) or (>= 0xFF00 and < 0xFFE7) or >= 0x1F000;
}
