using System.Globalization;

namespace Backprop.Cli.Prompt;

/// <summary>
/// Reads a line as shells do: arrows, Home and End (Ctrl+A, Ctrl+E), Backspace and Delete, Ctrl+U, Ctrl+K and Ctrl+W, the history by the arrows up and down, completion by Tab, Ctrl+C
/// for an empty line, Ctrl+D for the end.
/// </summary>
sealed class LineEditor(ITerminal terminal, History history, Func<string, IReadOnlyList<string>> completions)
{
    string text = "", draft = "";
    int cursor, place;

    /// <summary>The line; null at the end of the input.</summary>
    public string? Read(string prompt)
    {
        (text, draft, cursor, place) = ("", "", 0, history.Count);
        while (true)
        {
            Show(prompt);
            var key = terminal.ReadKey();
            var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
            if (key.Key == ConsoleKey.Enter || (control && key.Key is ConsoleKey.C or ConsoleKey.M or ConsoleKey.J))
            {
                if (key.Key == ConsoleKey.C) text = "";
                cursor = text.Length;
                Show(prompt);
                terminal.NewLine();
                history.Add(text);
                return text;
            }
            if (control && key.Key == ConsoleKey.D && text.Length == 0)
            {
                terminal.NewLine();
                return null;
            }
            if (control) Control(key.Key);
            else Key(key);
        }
    }

    void Key(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow: cursor = Before(); break;
            case ConsoleKey.RightArrow: cursor = After(); break;
            case ConsoleKey.Home: cursor = 0; break;
            case ConsoleKey.End: cursor = text.Length; break;
            case ConsoleKey.Backspace: Cut(Before(), cursor); break;
            case ConsoleKey.Delete: Cut(cursor, After()); break;
            case ConsoleKey.UpArrow: Recall(place - 1); break;
            case ConsoleKey.DownArrow: Recall(place + 1); break;
            case ConsoleKey.Tab: Complete(); break;
            case ConsoleKey.Escape: Cut(0, text.Length); break;
            default:
                if (!char.IsControl(key.KeyChar)) Insert(key.KeyChar.ToString());
                break;
        }
    }

    void Control(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.A: cursor = 0; break;
            case ConsoleKey.E: cursor = text.Length; break;
            case ConsoleKey.B: cursor = Before(); break;
            case ConsoleKey.F: cursor = After(); break;
            case ConsoleKey.D: Cut(cursor, After()); break;
            case ConsoleKey.H: Cut(Before(), cursor); break;
            case ConsoleKey.K: Cut(cursor, text.Length); break;
            case ConsoleKey.U: Cut(0, cursor); break;
            case ConsoleKey.W or ConsoleKey.Backspace: Cut(WordStart(), cursor); break;
            case ConsoleKey.LeftArrow: cursor = WordStart(); break;
            case ConsoleKey.RightArrow: cursor = WordEnd(); break;
            case ConsoleKey.P: Recall(place - 1); break;
            case ConsoleKey.N: Recall(place + 1); break;
            case ConsoleKey.I: Complete(); break;
        }
    }

    // What is seen as one sign is passed and deleted as one.
    int Before()
    {
        var at = 0;
        while (at < cursor && at + StringInfo.GetNextTextElementLength(text, at) is var next && next < cursor) at = next;
        return at;
    }

    int After() => cursor == text.Length ? cursor : cursor + StringInfo.GetNextTextElementLength(text, cursor);

    int WordStart()
    {
        var at = cursor;
        while (at > 0 && !IsWord(text[at - 1])) at--;
        while (at > 0 && IsWord(text[at - 1])) at--;
        return at;
    }

    int WordEnd()
    {
        var at = cursor;
        while (at < text.Length && !IsWord(text[at])) at++;
        while (at < text.Length && IsWord(text[at])) at++;
        return at;
    }

    static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';

    void Insert(string added)
    {
        text = text.Insert(cursor, added);
        cursor += added.Length;
    }

    void Cut(int from, int to)
    {
        text = text.Remove(from, to - from);
        cursor = from;
    }

    void Recall(int wanted)
    {
        if (wanted < 0 || wanted > history.Count) return;
        // What was being written is found again below the last line of the history.
        if (place == history.Count) draft = text;
        place = wanted;
        text = place == history.Count ? draft : history[place];
        cursor = text.Length;
    }

    void Complete()
    {
        var start = cursor;
        while (start > 0 && (IsWord(text[start - 1]) || text[start - 1] == ':')) start--;
        var word = text[start..cursor];
        var found = completions(word);
        if (found.Count == 0) return;
        var common = found.Aggregate((a, b) => a[..a.Zip(b).TakeWhile(pair => char.ToLowerInvariant(pair.First) == char.ToLowerInvariant(pair.Second)).Count()]);
        if (found.Count == 1 || common.Length > word.Length)
        {
            Cut(start, cursor);
            Insert(common);
        }
        else terminal.WriteLine(string.Join("  ", found));
    }

    // Of a line longer than the terminal is wide, the part around the cursor.
    void Show(string prompt)
    {
        var room = Math.Max(8, terminal.Width - Columns.Of(prompt) - 1);
        var start = 0;
        while (Columns.Of(text[start..cursor]) > room) start += StringInfo.GetNextTextElementLength(text, start);
        var end = cursor;
        while (end < text.Length && end + StringInfo.GetNextTextElementLength(text, end) is var next && Columns.Of(text[start..next]) <= room) end = next;
        terminal.Show(prompt + text[start..end], prompt.Length + cursor - start);
    }
}
