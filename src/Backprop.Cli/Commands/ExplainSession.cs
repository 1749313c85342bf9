using Backprop.Cli.Expressions;
using Backprop.Cli.Prompt;

namespace Backprop.Cli.Commands;

/// <summary>The prompt of <c>explain</c>: statements, one line after the other, each of which may use the names of those before; and commands that begin with a colon.</summary>
sealed class ExplainSession(TextWriter output, TextWriter error, Telling telling)
{
    const string Help = """
        apple = 100                      a name for a number
        applePrice = apple * count       a name for a result
        price                            explains it: every derivative by the chain rule
        exp(-x ^ 2)                      as does any other expression

        :names                           the names and their values
        :language en | ko                the language
        :format text | markdown | latex | csharp
        :draw FILE                       draws the last result: .svg, .html, .dot, .mmd, .md or .tex
        :clear                           forgets all names
        :help                            this
        :quit                            ends; so does Ctrl+D

        """;

    static readonly string[] commands = [":clear", ":draw", ":format", ":help", ":language", ":names", ":quit"];

    readonly List<string> lines = [];
    Computation? last;
    bool failed;

    /// <summary>Reads lines until the end; the exit code tells whether one was not understood.</summary>
    public int Run(Func<string?> read)
    {
        while (read() is { } line)
        {
            if (line.Trim() is ":quit" or ":q" or "exit" or "quit") break;
            try
            {
                if (line.TrimStart().StartsWith(':')) Command(line.Trim());
                else if (line.Trim() is "help" or "?" && !Names.Contains("help")) output.Write(Help);
                else Statements(line);
            }
            catch (Exception e) when (e is UsageException or ExpressionException or ArgumentException or IOException or UnauthorizedAccessException or GradientException)
            {
                error.WriteLine(e.Message);
                failed = true;
            }
        }
        return failed ? 2 : 0;
    }

    IEnumerable<string> Names => last?.Names ?? [];

    /// <summary>What a word may become: functions, names and constants, or commands.</summary>
    public IReadOnlyList<string> Complete(string word) =>
    [
        .. (word.StartsWith(':') ? commands : word.Length == 0 ? Names : Names.Concat(Functions.Names.Select(name => name + "(")).Concat(Computation.Constants))
            .Where(name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Distinct().Order(StringComparer.OrdinalIgnoreCase),
    ];

    void Statements(string line)
    {
        var text = line.Trim();
        if (text.Length == 0 || text[0] == '#') return;
        var computation = Computation.Run(string.Join('\n', [.. lines, text]), new Dictionary<string, double>());
        if (ExpressionParser.Parse(text)[^1].Name is not null) output.WriteLine($"{computation.ResultName} = {computation.Result}");
        else telling.Tell(output, computation, [.. computation.Inputs.Keys]);
        lines.Add(text);
        last = computation;
    }

    void Command(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var (command, operand) = space < 0 ? (line, "") : (line[..space], line[space..].Trim());
        switch (command)
        {
            case ":help":
                output.Write(Help);
                break;
            case ":names":
                foreach (var name in Names) output.WriteLine($"{name} = {last!.Value(name)}");
                break;
            case ":language":
                telling.Language = OneOf(command, operand, Telling.Languages);
                break;
            case ":format":
                telling.Format = OneOf(command, operand, Telling.Formats);
                break;
            case ":clear":
                lines.Clear();
                last = null;
                break;
            case ":draw":
                if (last is null) throw new UsageException(":draw: there is no result yet; write an expression first.");
                if (operand.Length == 0) throw new UsageException(":draw needs a file, as :draw price.svg");
                Telling.Draw(last, operand);
                output.WriteLine(operand);
                break;
            default:
                throw new UsageException($"there is no command {command}; there are {string.Join(", ", commands)}");
        }
    }

    static string OneOf(string command, string operand, IReadOnlyCollection<string> allowed) =>
        allowed.Contains(operand) ? operand : throw new UsageException($"{command}: \"{operand}\" is not one of {string.Join(", ", allowed)}.");
}
