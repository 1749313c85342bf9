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

    public static int Run(string[] arguments)
    {
        if (Parse(arguments) is not { } options || options.Contenders.Count < 2)
        {
            Console.Error.WriteLine($"{Usage}\nThe workloads are {string.Join(", ", Workloads.All.Keys)}.");
            return 2;
        }
        using var lines = options.Json.Length > 0 ? File.AppendText(options.Json) : TextWriter.Null;
        Console.WriteLine(Machine.Describe());
        foreach (var threads in options.Threads)
        {
            Console.WriteLine(
                $"\n{threads} thread{(threads == 1 ? "" : "s")}, medians of {options.Rounds} rounds in turn; ratios above 1: Backprop is ahead\n");
            var limits = options.WithLimits ? MeasureLimits(options.Contenders[0], threads, lines) : null;
            if (limits is not null) Console.WriteLine($"{limits}\n");
            var table = new RatioTable([.. options.Contenders.Skip(1).Select(c => c.Name)], limits);
            foreach (var workload in options.Workloads) table.Add(workload, MeasureInTurn(options, workload, threads, lines));
            table.Finish();
        }
        return 0;
    }

    static Options? Parse(string[] arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Length; i++)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            switch (arguments[i])
            {
                case "--peer" when value.Split('=', 2) is [var name, var command]:
                    options.Contenders.Add(new(name, command.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
                    break;
                case "--rounds" when int.TryParse(value, out var rounds) && rounds > 0:
                    options.Rounds = rounds;
                    break;
                case "--threads" when value.Split(',').All(n => int.TryParse(n, out var count) && count > 0):
                    options.Threads = [.. value.Split(',').Select(int.Parse)];
                    break;
                case "--json" when value.Length > 0:
                    options.Json = value;
                    break;
                case "--seconds" or "--only" when value.Length > 0:
                    options.PassedOn.AddRange([arguments[i], value]);
                    break;
                case "--limits":
                    options.WithLimits = true;
                    continue;
                case var name when Workloads.All.ContainsKey(name):
                    options.Named.Add(name);
                    continue;
                default:
                    Console.Error.WriteLine($"Not understood: {arguments[i]} {value}");
                    return null;
            }
            i++;
        }
        return options;
    }

    static Limits MeasureLimits(Contender ours, int threads, TextWriter lines)
    {
        var roofline = new Results();
        Measure(ours, ["--workload", "roofline", "--threads", $"{threads}"], roofline, 1, lines);
        return new(roofline);
    }

    static Results[] MeasureInTurn(Options options, string workload, int threads, TextWriter lines)
    {
        var results = options.Contenders.Select(_ => new Results()).ToArray();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var (contender, into) in options.Contenders.Zip(results))
            {
                Measure(contender, ["--workload", workload, "--threads", $"{threads}", .. options.PassedOn], into, round, lines);
            }
        }
        return results;
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

    sealed class Options
    {
        public List<Contender> Contenders { get; } = [new("backprop", [Environment.ProcessPath!])];

        public List<string> PassedOn { get; } = [];

        public List<string> Named { get; } = [];

        public int Rounds { get; set; } = 3;

        public int[] Threads { get; set; } = [1];

        public string Json { get; set; } = "";

        public bool WithLimits { get; set; }

        public IEnumerable<string> Workloads => Named.Count > 0 ? Named : Bench.Workloads.All.Keys.Except(["roofline"]);
    }
}
