namespace Backprop.Cli.Prompt;

/// <summary>The lines that were entered before, the last one last; kept in a file where there is one.</summary>
sealed class History
{
    const int Most = 500;

    readonly List<string> lines = [];
    readonly string? path;

    /// <summary>Begins with what the file holds. A file that cannot be read or written is done without.</summary>
    public History(string? path = null)
    {
        this.path = path;
        Try(() =>
        {
            if (File.Exists(path)) lines.AddRange(File.ReadLines(path).Where(line => line.Length > 0).TakeLast(Most));
        });
    }

    /// <summary>Where the history of this user is kept.</summary>
    public static string? UserPath =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } folder ? Path.Combine(folder, "backprop", "history") : null;

    public int Count => lines.Count;

    public string this[int place] => lines[place];

    /// <summary>Adds a line, unless it says what the last one says.</summary>
    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line) || (lines.Count > 0 && lines[^1] == line)) return;
        lines.Add(line);
        if (lines.Count > Most) lines.RemoveAt(0);
        if (path is null) return;
        Try(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllLines(path, lines);
        });
    }

    static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A history is a convenience.
        }
    }
}
