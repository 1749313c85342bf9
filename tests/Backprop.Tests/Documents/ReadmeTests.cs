using System.Text.RegularExpressions;
using Xunit;

namespace Backprop.Tests.Documents;

/// <summary>The documents' programs run and print what stands below them: the README's in both languages, the pages' in docs/.</summary>
public sealed partial class ReadmeTests
{
    public static TheoryData<string, string> Programs
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var file in new[] { "README.md", "README.ko.md", "docs/books.md" })
                foreach (Match match in Example().Matches(Read(file))) data.Add(file, match.Groups["name"].Value);
            return data;
        }
    }

    static string Read(string file) => File.ReadAllText(Repository.PathOf(file)).ReplaceLineEndings("\n");

    [GeneratedRegex(@"<!-- test: (?<name>[\w-]+) -->\n```csharp\n(?<code>.*?)```\n\n```\n(?<output>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [Theory]
    [MemberData(nameof(Programs))]
    public void The_program_prints_what_stands_below_it(string file, string name)
    {
        var example = Example().Matches(Read(file)).Single(match => match.Groups["name"].Value == name);
        Assert.Equal(example.Groups["output"].Value, ProgramRunner.Run(example.Groups["code"].Value));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.ko.md")]
    [InlineData("docs/books.md")]
    public void Every_program_in_the_file_is_tested(string file)
    {
        var text = Read(file);
        Assert.Equal(text.Split("```csharp").Length - 1, Example().Count(text));
    }
}
