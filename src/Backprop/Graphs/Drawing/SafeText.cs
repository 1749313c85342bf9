using System.Globalization;
using System.Text;

namespace Backprop.Graphs;

/// <summary>Names and labels are the user's: what in them could break a line, a document or a reader's eye is made visible.</summary>
static class SafeText
{
    /// <summary>
    /// The text in one line of printable characters: line breaks and tabs become spaces; control characters, marks that turn the direction of reading
    /// and halves of characters become their numbers, as <c>U+202E</c>.
    /// </summary>
    public static string OneLine(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (rune.Value is '\n' or '\r' or '\t' || category is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) result.Append(' ');
            else if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned)
                result.Append(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}");
            else result.Append(rune);
        }
        return result.ToString();
    }
}
