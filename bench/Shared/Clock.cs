using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Backprop.Bench;

/// <summary>
/// The clock discipline, one for all who are measured: half a second of warm-up, then samples of at least 40 ms each, 21 of them or as many
/// as fit into a second and a half and at least 5; the median is what is quoted, with the 10th and 90th percentile beside it.
/// </summary>
static class Clock
{
    const double WarmUpSeconds = 0.5, SampleLength = 0.04, UsualSeconds = 1.5;
    const int MostSamples = 21, FewestSamples = 5;

    static readonly Lock gate = new();
    static double busyAtStart, ownAtStart;
    static long startedAt;

    public static string Peer { get; set; } = "backprop";

    public static string Workload { get; set; } = "";

    public static int Threads { get; set; } = 1;

    /// <summary>Seconds of samples per metric. Less is quicker, and then many short runs in turn say more than one long one.</summary>
    public static double Seconds { get; set; } = UsualSeconds;

    /// <summary>How many times that a workload with long steps asks for.</summary>
    public static double Budget { get; set; } = 1;

    /// <summary>The metrics that are wanted, where not all are.</summary>
    public static Regex? Only { get; set; }

    /// <summary>Whether nobody asked for a metric.</summary>
    public static bool IsLeftOut(string metric) => Only is { } wanted && !wanted.IsMatch(metric);

    /// <summary>Times an action and prints nanoseconds for each of its parts.</summary>
    public static void Nanoseconds(string metric, Action action, int parts = 1, string note = "")
    {
        if (!IsLeftOut(metric)) Print(metric, Sample(action), s => s * 1e9 / parts, "ns", note);
    }

    /// <summary>Times an action and prints how much work it does in a second.</summary>
    public static void Rate(string metric, Action action, double work, string unit, string note = "") => Rate(metric, action, work, unit, () => note);

    /// <summary>The same with a note that is made afterwards.</summary>
    public static void Rate(string metric, Action action, double work, string unit, Func<string> note)
    {
        if (IsLeftOut(metric)) return;
        var seconds = Sample(action);
        Print(metric, seconds, s => work / s, unit, note());
    }

    /// <summary>Prints one number that was measured elsewhere, if there is one.</summary>
    public static void Value(string metric, double value, string unit, string note = "")
    {
        if (!IsLeftOut(metric) && !double.IsNaN(value)) Print(metric, [value], v => v, unit, note, isWatched: false);
    }

    /// <summary>Starts to watch what else runs on the machine; <see cref="Sample"/> does so by itself.</summary>
    public static void Watch() => (busyAtStart, ownAtStart, startedAt) = (Busy(), Own(), Stopwatch.GetTimestamp());

    /// <summary>Calls until caches are filled and the JIT is done with what is called.</summary>
    public static void WarmUp(Action action)
    {
        var watch = Stopwatch.StartNew();
        for (var calls = 0; calls < 3 || watch.Elapsed.TotalSeconds < WarmUpSeconds; calls++) action();
    }

    /// <summary>Seconds per call, one number a sample.</summary>
    public static double[] Sample(Action action)
    {
        WarmUp(action);
        var watch = Stopwatch.StartNew();
        action();
        var perSample = (long)Math.Clamp(SampleLength / watch.Elapsed.TotalSeconds, 1, 1e7);
        var samples = new List<double>();
        Watch();
        var total = Stopwatch.StartNew();
        while (samples.Count < FewestSamples || (samples.Count < MostSamples && total.Elapsed.TotalSeconds < Seconds * Budget))
        {
            watch.Restart();
            for (long i = 0; i < perSample; i++) action();
            samples.Add(watch.Elapsed.TotalSeconds / perSample);
        }
        return [.. samples];
    }

    /// <summary>
    /// Prints the line of a metric: the median, with the 10th and 90th percentile, and how much of a processor anything else took since <see cref="Watch"/>.
    /// </summary>
    public static void Print(string metric, double[] samples, Func<double, double> convert, string unit, string note, bool isWatched = true)
    {
        var wall = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        var other = isWatched ? Math.Max(0, Busy() - busyAtStart - (Own() - ownAtStart)) / Math.Max(wall, 1e-9) : 0;
        var values = samples.Select(convert).Order().ToArray();
        string At(double fraction) => Text(values[(int)Math.Round(fraction * (values.Length - 1))]);
        lock (gate)
        {
            Console.WriteLine(
                $$"""{"peer": "{{Peer}}", "workload": "{{Workload}}", "threads": {{Threads}}, "metric": "{{metric}}",""" +
                $$""" "value": {{At(0.5)}}, "lo": {{At(0.1)}}, "hi": {{At(0.9)}}, "n": {{values.Length}}, "unit": "{{unit}}",""" +
                $$""" "note": "{{JsonEncodedText.Encode(note)}}", "other": {{Text(other)}}}""");
        }
    }

    /// <summary>A field of the process's own status in MB, as VmRSS (what it holds) or VmHWM (the most it ever held); NaN where the system does not tell.</summary>
    public static double Megabytes(string field)
    {
        const string status = "/proc/self/status";
        if (!File.Exists(status)) return double.NaN;
        var line = File.ReadLines(status).First(l => l.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    // Four figures, and no exponent where whole numbers say the same.
    static string Text(double value) => value.ToString(Math.Abs(value) >= 1e4 ? "F0" : "G4", CultureInfo.InvariantCulture);

    static double Own() => Environment.CpuUsage.TotalTime.TotalSeconds;

    // Seconds that all processors spent on anything (user, nice, system, interrupts, and what a host took), where the system tells.
    static double Busy()
    {
        const string statistics = "/proc/stat";
        if (!File.Exists(statistics)) return 0;
        var ticks = File.ReadLines(statistics).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return (ticks.Sum() - ticks[3] - ticks[4]) / 100;
    }
}
