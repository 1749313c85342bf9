using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Backprop.Bench;

/// <summary>Runs this program and a peer's in turn, workload by workload, and prints a table of ratios: what runs side by side is comparable, stored numbers are not.</summary>
static class Comparison
{
    const string Usage = "compare PEER [--rounds N] [--threads N] WORKLOAD …: PEER is a command that takes --workload NAME --threads N and prints the same JSON lines.";

    readonly record struct Key(string Workload, string Metric, string Unit);

    public static int Run(string[] options)
    {
        int rounds = 3, threads = 1;
        var words = new List<string>();
        for (var i = 0; i < options.Length; i++)
        {
            if (options[i] is "--rounds" or "--threads" && i + 1 < options.Length && int.TryParse(options[i + 1], out var value) && value > 0)
            {
                if (options[i] == "--rounds") rounds = value;
                else threads = value;
                i++;
            }
            else words.Add(options[i]);
        }
        if (words.Count < 2)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        Console.WriteLine($"{threads} thread{(threads == 1 ? "" : "s")}, medians of {rounds} rounds in turn; ratios above 1: Backprop is ahead\n");
        Console.WriteLine("| workload | metric | unit | Backprop | peer | ratio | from … to |");
        Console.WriteLine("|---|---|---|---:|---:|---:|---|");
        foreach (var workload in words[1..]) Compare(words[0], workload, rounds, threads);
        return 0;
    }

    static void Compare(string peer, string workload, int rounds, int threads)
    {
        Dictionary<Key, List<double>> ours = [], theirs = [];
        for (var round = 0; round < rounds; round++)
        {
            Measure(Environment.ProcessPath!, workload, threads, ours);
            Measure(peer, workload, threads, theirs);
        }
        foreach (var (key, values) in ours)
        {
            if (!theirs.TryGetValue(key, out var others) || others.Count != values.Count) continue;
            // Above 1 is better, whether it is a rate or a time.
            var isRate = key.Unit.Contains("/s", StringComparison.Ordinal);
            var ratios = values.Zip(others, (a, b) => isRate ? a / b : b / a).Order().ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {key.Workload} | {key.Metric} | {key.Unit} | {Median(values):G4} | {Median(others):G4} | **{ratios[ratios.Length / 2]:F2}** | {ratios[0]:F2} … {ratios[^1]:F2} |"));
        }
    }

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    static void Measure(string command, string workload, int threads, Dictionary<Key, List<double>> results)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = new ProcessStartInfo(words[0], [.. words[1..], "--workload", workload, "--threads", $"{threads}"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (!line.StartsWith('{')) continue;
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            var key = new Key(workload, root.GetProperty("metric").GetString()!, root.GetProperty("unit").GetString()!);
            if (!results.TryGetValue(key, out var values)) results[key] = values = [];
            values.Add(root.GetProperty("value").GetDouble());
        }
        process.WaitForExit();
    }
}
