namespace Backprop.Cli.Prompt;

/// <summary>What a line editor needs of a terminal: keys, and one line that it may write again.</summary>
interface ITerminal
{
    /// <summary>How many columns a line has.</summary>
    int Width { get; }

    /// <summary>Waits for a key.</summary>
    ConsoleKeyInfo ReadKey();

    /// <summary>Shows a line in place of the one before, with the cursor behind its first so many characters.</summary>
    void Show(string line, int cursor);

    /// <summary>Leaves the line as it is and begins a new one.</summary>
    void NewLine();

    /// <summary>Writes lines that stay; the edited one is shown again below them.</summary>
    void WriteLine(string text);
}
