namespace Backprop.Cli.Prompt;

/// <summary>The terminal of this process. It uses nothing but carriage returns and spaces, which every terminal knows.</summary>
sealed class ConsoleTerminal : ITerminal
{
    int shown;

    // A terminal of no known width is taken for a usual one.
    public int Width => Console.WindowWidth is > 0 and var width ? width : 80;

    public ConsoleKeyInfo ReadKey()
    {
        // Ctrl+C is a key of the editor while it waits, and ends a computation when it does not.
        Console.TreatControlCAsInput = true;
        try
        {
            return Console.ReadKey(intercept: true);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    public void Show(string line, int cursor)
    {
        var columns = Columns.Of(line);
        Console.Write($"\r{line}{new string(' ', Math.Max(0, shown - columns))}\r{line[..cursor]}");
        shown = columns;
    }

    public void NewLine()
    {
        shown = 0;
        Console.WriteLine();
    }

    public void WriteLine(string text)
    {
        Console.Write($"\r{new string(' ', shown)}\r");
        shown = 0;
        Console.WriteLine(text);
    }
}
