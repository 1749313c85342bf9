using Spectre.Console.Rendering;

namespace Backprop.Cli.Prompt;

/// <summary>How many columns of a terminal a text takes: two for each sign of Korean, Chinese or Japanese.</summary>
static class Columns
{
    public static int Of(string text) => text.Length == 0 ? 0 : new Segment(text).CellCount();
}
