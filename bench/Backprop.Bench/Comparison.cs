using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Backprop.Bench;

/// <summary>
/// Runs this program and peers in turn, workload by workload, and prints a table of ratios: what runs side by side is comparable, stored numbers are not.
/// </summary>
static class Comparison
{
    const string Usage = """
        compare --peer NAME=COMMAND … [--rounds N] [--threads N,…] [--seconds S] [--only PATTERN] [--json FILE] [--limits] [WORKLOAD …]
          --peer      a command that takes --workload, --threads, --seconds and --only as this program does and prints the same JSON lines; ratios are to the
                      first one, those that follow are the same peer in other settings
          --rounds    how often everything runs in turn (3)
          --json      where all lines are appended, with the round they are of
          --limits    measures the machine's limits first, and says how near to them each row comes
        Without a workload all of them are run, one after the other.
        """;

    public static int Run(string[] options)
    {
        var rounds = 3;
        string threads = "1", json = "";
        var withLimits = false;
        List<Contender> contenders = [new("backprop", [Environment.ProcessPath!])];
        List<string> passedOn = [], workloads = [];
        for (var i = 0; i < options.Length; i++)
        {
            var value = i + 1 < options.Length ? options[i + 1] : "";
            switch (options[i])
            {
                case "--peer" when value.Split('=', 2) is [var name, var command]:
                    contenders.Add(new(name, command.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
                    break;
                case "--rounds" when int.TryParse(value, out rounds) && rounds > 0: break;
                case "--threads" when value.Split(',').All(n => int.TryParse(n, out var count) && count > 0):
                    threads = value;
                    break;
                case "--json" when value.Length > 0:
                    json = value;
                    break;
                case "--seconds" or "--only" when value.Length > 0:
                    passedOn.AddRange([options[i], value]);
                    break;
                case "--limits":
                    withLimits = true;
                    continue;
                case var name when Workloads.All.ContainsKey(name):
                    workloads.Add(name);
                    continue;
                default:
                    Console.Error.WriteLine($"Not understood: {options[i]} {value}\n{Usage}\nThe workloads are {string.Join(", ", Workloads.All.Keys)}.");
                    return 2;
            }
            i++;
        }
        if (contenders.Count < 2)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        using var lines = json.Length > 0 ? File.AppendText(json) : TextWriter.Null;
        Console.WriteLine($"{Machine.Describe()}; `compare {string.Join(' ', options.Where(o => !o.StartsWith("--peer", StringComparison.Ordinal) && !o.Contains('=')))}`");
        foreach (var count in threads.Split(',').Select(int.Parse))
        {
            Console.WriteLine($"\n{count} thread{(count == 1 ? "" : "s")}, medians of {rounds} rounds in turn; ratios above 1: Backprop is ahead\n");
            Limits? limits = null;
            if (withLimits)
            {
                var roofline = new Results();
                Measure(contenders[0], ["--workload", "roofline", "--threads", $"{count}"], roofline, 1, lines);
                limits = new(roofline);
                Console.WriteLine($"{limits}\n");
            }
            var table = new RatioTable([.. contenders.Skip(1).Select(c => c.Name)], limits);
            foreach (var workload in workloads.Count > 0 ? workloads : [.. Workloads.All.Keys.Except(["roofline"])])
            {
                var results = contenders.Select(_ => new Results()).ToArray();
                for (var round = 1; round <= rounds; round++)
                {
                    foreach (var (contender, into) in contenders.Zip(results))
                    {
                        Measure(contender, ["--workload", workload, "--threads", $"{count}", .. passedOn], into, round, lines);
                    }
                }
                table.Add(workload, results);
            }
            table.Finish();
        }
        return 0;
    }

    static void Measure(Contender contender, string[] options, Results results, int round, TextWriter lines)
    {
        var start = new ProcessStartInfo(contender.Command[0], [.. contender.Command[1..], .. options]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (!line.StartsWith('{')) continue;
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            results.Add(
                root.GetProperty("metric").GetString()!, root.GetProperty("unit").GetString()!, root.GetProperty("value").GetDouble(),
                root.GetProperty("other").GetDouble());
            lines.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""{"contender": "{{contender.Name}}", "round": {{round}}, {{line[1..]}}"""));
        }
        process.WaitForExit();
        lines.Flush();
        if (process.ExitCode != 0) Console.Error.WriteLine($"{contender.Name} {string.Join(' ', options)}: exit code {process.ExitCode}");
    }

    sealed record Contender(string Name, string[] Command);
}
