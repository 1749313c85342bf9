using System.Globalization;
using Backprop.Cli;
using Backprop.Cli.Prompt;
using Xunit;

namespace Backprop.Tests.Cli;

/// <summary>The prompt of <c>explain</c>: by keys as a terminal gives them, and by lines of a pipe.</summary>
public sealed class PromptTests
{
    sealed class Keys(params object[] keys) : ITerminal
    {
        readonly Queue<ConsoleKeyInfo> waiting = new(keys.SelectMany(key => key switch
        {
            ConsoleKeyInfo info => [info],
            ConsoleKey named => [new('\0', named, false, false, false)],
            string text => text.Select(c => new ConsoleKeyInfo(c, char.IsAsciiLetter(c) ? Enum.Parse<ConsoleKey>(c.ToString(), ignoreCase: true) : ConsoleKey.None, false, false, false)),
            _ => throw new ArgumentException($"{key}"),
        }));

        public List<string> Lines { get; } = [];

        public string Shown { get; private set; } = "";

        public int Cursor { get; private set; }

        public int Width { get; init; } = 80;

        public ConsoleKeyInfo ReadKey() => waiting.Dequeue();

        public void Show(string line, int cursor) => (Shown, Cursor) = (line, cursor);

        public void NewLine() => Lines.Add(Shown);

        public void WriteLine(string text) => Lines.Add(text);
    }

    const ConsoleKey Enter = ConsoleKey.Enter, Left = ConsoleKey.LeftArrow, Right = ConsoleKey.RightArrow, Up = ConsoleKey.UpArrow, Down = ConsoleKey.DownArrow, Tab = ConsoleKey.Tab;

    static ConsoleKeyInfo Control(ConsoleKey key) => new('\0', key, false, false, true);

    static string? Read(History history, params object[] keys) => new LineEditor(new Keys(keys), history, word => []).Read("> ");

    static string? Read(params object[] keys) => Read(new History(), keys);

    [Fact]
    public void A_line_is_edited_where_the_cursor_is()
    {
        Assert.Equal("apple", Read("apple", Enter));
        Assert.Equal("apple", Read("aple", Left, Left, "p", Enter));
        Assert.Equal("ale", Read("apple", ConsoleKey.Home, Right, ConsoleKey.Delete, ConsoleKey.Delete, Enter));
        Assert.Equal("apples", Read("pples", Control(ConsoleKey.A), "a", Control(ConsoleKey.E), Enter));
        Assert.Equal("tax", Read("apple", Control(ConsoleKey.U), "tax", Enter));
        Assert.Equal("apple * ", Read("apple * count", Control(ConsoleKey.W), Enter));
        Assert.Equal("ap", Read("apple", Left, Left, Left, Control(ConsoleKey.K), Enter));
        Assert.Equal("apple", Read(Left, ConsoleKey.Backspace, ConsoleKey.Delete, Right, "apple", Right, Enter));
        Assert.Equal("", Read("apple", Control(ConsoleKey.C)));
        Assert.Null(Read(Control(ConsoleKey.D)));
        Assert.Equal("apple", Read("xapple", ConsoleKey.Home, Control(ConsoleKey.D), Enter));
    }

    [Fact]
    public void Signs_of_several_characters_are_one()
    {
        Assert.Equal("", Read("🍎", ConsoleKey.Backspace, Enter));
        Assert.Equal("🍎가", Read("가", Left, "🍎", Enter));
        Assert.Equal("가", Read("🍎가", ConsoleKey.Home, ConsoleKey.Delete, Enter));
        var keys = new Keys("사과 * 개수", Left, Enter) { Width = 40 };
        new LineEditor(keys, new History(), word => []).Read("> ");
        Assert.Equal("> 사과 * 개수", keys.Shown);
    }

    [Fact]
    public void Of_a_long_line_the_part_around_the_cursor_is_shown()
    {
        var keys = new Keys(new string('a', 30) + new string('b', 30), ConsoleKey.Home, Enter) { Width = 21 };
        Assert.Equal(60, new LineEditor(keys, new History(), word => []).Read("> ")!.Length);
        Assert.Equal("> " + new string('b', 18), keys.Shown);
        Assert.Equal(20, keys.Cursor);
    }

    [Fact]
    public void The_history_is_walked_and_what_was_being_written_comes_back()
    {
        var history = new History();
        history.Add("first");
        history.Add("second");
        history.Add("second");
        Assert.Equal(2, history.Count);
        Assert.Equal("second", Read(history, Up, Enter));
        Assert.Equal("first", Read(history, Up, Up, Up, Enter));
        Assert.Equal("draft", Read(history, "draft", Up, Up, Down, Down, Down, Enter));
        Assert.Equal("draft!", Read(history, Up, Up, Down, "!", Enter));
    }

    [Fact]
    public void The_history_is_kept_in_a_file_and_done_without_where_there_can_be_none()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(folder.FullName, "below", "history");
            new History(path).Add("apple = 100");
            Assert.Equal("apple = 100", new History(path)[0]);
            for (var i = 0; i < 2; i++) new History(folder.FullName).Add("a folder is no file");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Tab_completes_as_far_as_it_is_certain_and_then_lists()
    {
        string[] names = ["apple", "applePrice", "sigmoid("];
        var keys = new Keys("sig", Tab, "ap", Tab, Tab, "P", Tab, ")", Enter);
        var line = new LineEditor(keys, new History(), word => [.. names.Where(name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase))]).Read("> ");
        Assert.Equal("sigmoid(applePrice)", line);
        Assert.Equal("apple  applePrice", keys.Lines[0]);
        Assert.Equal("q", Read("q", Tab, Enter));
    }

    static (int Code, string Output, string Error) Piped(string text, params string[] options)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture), error = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var input = new StringReader(text);
        var code = App.Run(["explain", .. options], output, error, input);
        return (code, output.ToString(), error.ToString());
    }

    [Fact]
    public void Lines_of_a_pipe_are_statements_that_use_each_other()
    {
        var (code, output, error) = Piped("apple = 100\n\n# a comment\ncount = 2; tax = 1.1\napplePrice = apple * count\nprice = applePrice * tax\nprice\n", "--language", "en");
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("apple = 100.0\ntax = 1.1\napplePrice = 200.0\nprice = 220.", output, StringComparison.Ordinal);
        Assert.Contains("  ∂price/∂apple = count * tax\n", output, StringComparison.Ordinal);
        Assert.Contains("∂price/∂apple = ∂price/∂applePrice · ∂applePrice/∂apple = 1.1 · 2 = 2.2", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_not_understood_leaves_the_others_as_they_are()
    {
        var (code, output, error) = Piped("x = 3\ny = x * * 2\nz = q\n:nothing\n:draw x.png\n:format pdf\nx * x\n:quit\nx = 4\n", "--language", "en");
        Assert.Equal(2, code);
        Assert.Equal("""
            y = x * * 2
                    ^ "*", where a number, a name or "(" is expected
            z = q
                ^ q has no value; give it one: q=1
            there is no command :nothing; there are :clear, :draw, :format, :help, :language, :names, :quit
            Graph.Save: a graph is not drawn as ".png"; the name may end in .svg, .html, .htm, .dot, .gv, .mmd, .mermaid, .md or .tex. (Parameter 'path')
            :format: "pdf" is not one of text, markdown, latex, csharp.

            """.ReplaceLineEndings("\n"), error);
        Assert.Contains("∂result/∂x = 2 * x", output, StringComparison.Ordinal);
        Assert.DoesNotContain("x = 4", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_prompts_commands_do_what_they_say()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var file = Path.Combine(folder.FullName, "y.svg");
            var (code, output, error) = Piped($":help\nx = 2\ny = exp(x)\n:names\n:draw {file}\n:format csharp\ny\n:format latex\n:language ko\n:format text\ny\n:clear\n:names\nx\n");
            Assert.Equal("x\n^ x has no value; give it one: x=1\n", error);
            Assert.Equal(2, code);
            Assert.Contains(":draw FILE", output, StringComparison.Ordinal);
            Assert.Contains("x = 2.0\ny = 7.389", output, StringComparison.Ordinal);
            Assert.Contains("static double YByX(double x) => Math.Exp(x);", output, StringComparison.Ordinal);
            Assert.Contains("수식:", output, StringComparison.Ordinal);
            Assert.Contains("</svg>", File.ReadAllText(file), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
