using Spectre.Console;

namespace Backprop.Cli;

/// <summary>Pictures made of characters.</summary>
static class Drawing
{
    const string Shades = " ░▒▓█";

    /// <summary>Images side by side, each with what it was taken for: half blocks in grey, or shades where there are no colours.</summary>
    public static void Images(IAnsiConsole console, Tensor images, ReadOnlySpan<long> predicted, ReadOnlySpan<long> right)
    {
        var pixels = images.AsSpan<float>();
        var count = predicted.Length;
        var colours = console.Profile.Out.IsTerminal && console.Profile.Capabilities.ColorSystem != ColorSystem.NoColors;
        for (var row = 0; row < Digits.Side; row += colours ? 2 : 1)
        {
            var line = new Paragraph();
            for (var i = 0; i < count; i++)
            {
                var image = pixels.Slice(i * Digits.Pixels, Digits.Pixels);
                for (var place = row * Digits.Side; place < (row + 1) * Digits.Side; place++)
                    if (colours) line.Append("▀", new Style(Grey(image[place]), Grey(image[place + Digits.Side])));
                    else line.Append($"{Shades[(int)(image[place] * (Shades.Length - 1) + 0.5f)]}");
                line.Append("  ");
            }
            console.Write(line);
            console.WriteLine();
        }
        var captions = new Paragraph();
        for (var i = 0; i < count; i++)
            captions.Append(
                (predicted[i] == right[i] ? $"{predicted[i]}" : $"{predicted[i]} not {right[i]}").PadRight(Digits.Side + 2),
                new Style(predicted[i] == right[i] ? Color.Green : Color.Red));
        console.Write(captions);
        console.WriteLine();
    }

    static Color Grey(float brightness)
    {
        var level = (byte)Math.Clamp(brightness * 255, 0, 255);
        return new(level, level, level);
    }

    /// <summary>How often each digit (a row) was taken for each (a column).</summary>
    public static void Confusion(IAnsiConsole console, ReadOnlySpan<long> predicted, ReadOnlySpan<long> right)
    {
        var counts = new int[Digits.Classes, Digits.Classes];
        for (var i = 0; i < right.Length; i++) counts[right[i], predicted[i]]++;
        var table = new Table().Border(TableBorder.Simple).Title("digits (rows) and what they were taken for");
        table.AddColumn("");
        for (var digit = 0; digit < Digits.Classes; digit++) table.AddColumn(new TableColumn($"{digit}").RightAligned());
        for (var digit = 0; digit < Digits.Classes; digit++)
        {
            var cells = new List<string> { $"[bold]{digit}[/]" };
            for (var taken = 0; taken < Digits.Classes; taken++)
                cells.Add(counts[digit, taken] switch { 0 => "[grey]·[/]", var n when taken == digit => $"[green]{n}[/]", var n => $"[red]{n}[/]" });
            table.AddRow([.. cells]);
        }
        console.Write(table);
    }
}
