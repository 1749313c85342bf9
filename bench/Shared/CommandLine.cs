using System.Globalization;
using System.Text.RegularExpressions;

namespace Backprop.Bench;

/// <summary>How a program that measures is called: one JSON line a metric; without names every workload runs.</summary>
static class CommandLine
{
    const string Usage = """
        [--threads N] [--seconds S] [--only PATTERN] [--workload NAME | NAME …] | --list
          --threads N      threads of one operation
          --seconds S      of samples for a metric (1.5), after half a second of warm-up
          --only PATTERN   a regular expression: metrics that it does not match are left out
        """;

    public static int Run(string[] args, Dictionary<string, Action> workloads, Action<int> useThreads)
    {
        var names = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--list":
                    foreach (var name in workloads.Keys) Console.WriteLine(name);
                    return 0;
                case "--threads" when int.TryParse(value, out var threads) && threads > 0:
                    Clock.Threads = threads;
                    break;
                case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds > 0:
                    Clock.Seconds = seconds;
                    break;
                case "--only" when value.Length > 0:
                    Clock.Only = new Regex(value);
                    break;
                case "--workload" when workloads.ContainsKey(value):
                    names.Add(value);
                    break;
                case var name when workloads.ContainsKey(name):
                    names.Add(name);
                    continue;
                default:
                    Console.Error.WriteLine($"Not understood: {args[i]} {value}\n{Usage}\nThe workloads are {string.Join(", ", workloads.Keys)}.");
                    return 2;
            }
            i++;
        }
        useThreads(Clock.Threads);
        foreach (var name in names.Count > 0 ? names : [.. workloads.Keys])
        {
            (Clock.Workload, Clock.Budget) = (name, 1);
            workloads[name]();
            Clock.Value("peak RSS", Clock.Megabytes("VmHWM"), "MB", "the process's most so far; run a workload alone to have its own");
        }
        return 0;
    }
}
