using System.Diagnostics;
using System.Globalization;

namespace Backprop.Bench;

/// <summary>Loops around a step or a call that are the same for whoever is measured.</summary>
static class Loops
{
    const int Calls = 20_000;

    /// <summary>Times training steps. The step answers its loss where it is asked to: it is read before and after, never while the clock runs.</summary>
    public static void Train(string metric, double work, string unit, string note, Func<bool, double> step)
    {
        if (Clock.IsLeftOut(metric)) return;
        var first = step(true);
        var steps = 1;
        int collections = GC.CollectionCount(0);
        var pause = GC.GetTotalPauseDuration();
        var began = Environment.TickCount64;
        Clock.Rate(metric, () =>
        {
            step(false);
            steps++;
        }, work, unit, () =>
        {
            var share = (GC.GetTotalPauseDuration() - pause).TotalMilliseconds / (Environment.TickCount64 - began);
            return string.Create(CultureInfo.InvariantCulture,
                $"{note}; loss {first:F3} -> {step(true):F3} after {steps + 1} steps; {GC.CollectionCount(0) - collections} collections, {share:P1} of the time");
        });
    }

    /// <summary>How long one call takes; every one is timed, because here the slow ones count.</summary>
    public static void Latency(string metric, Action call)
    {
        if (Clock.IsLeftOut(metric)) return;
        Clock.WarmUp(call);
        var times = new double[Calls];
        Clock.Watch();
        for (var i = 0; i < Calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            call();
            // A TimeSpan would round to a tenth of a microsecond.
            times[i] = (Stopwatch.GetTimestamp() - start) * 1e6 / Stopwatch.Frequency;
        }
        var ordered = times.Order().ToArray();
        Clock.Print(metric, times, t => t, "us",
            string.Create(CultureInfo.InvariantCulture, $"p99 {ordered[Calls * 99 / 100]:F1} us, p99.9 {ordered[Calls * 999 / 1000]:F1} us"));
    }

    /// <summary>What the process holds after many steps: the most, and by how much that grew after the first ones.</summary>
    public static void Grow(int settling, int steps, string note, Action step)
    {
        const double limit = 4000;     // MB; this may not be the only program here
        for (var i = 0; i < settling; i++) step();
        double before = Clock.Megabytes("VmRSS"), most = before;
        Clock.Watch();
        var watch = Stopwatch.StartNew();
        var done = 0;
        for (; done < steps && !(most > limit); done++)
        {
            step();
            if (done % (steps / 50) == 0) most = Math.Max(most, Clock.Megabytes("VmRSS"));
        }
        var rate = done / watch.Elapsed.TotalSeconds;
        most = Math.Max(most, Clock.Megabytes("VmRSS"));
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{note}; {done} steps after {settling}; GC heap {GC.GetTotalMemory(false) / 1e6:F1} MB, {GC.CollectionCount(0)} collections");
        Clock.Value("resident", most, "MB", text);
        Clock.Value("growth", most - before, "MB", text);
        Clock.Value("rate", rate, "steps/s", text);
    }

    /// <summary>Times whole processes, from their start to their end.</summary>
    public static void Start(string metric, string[] command)
    {
        const int runs = 11;
        if (Clock.IsLeftOut(metric)) return;
        double Once()
        {
            var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
            var began = Stopwatch.GetTimestamp();
            using var process = Process.Start(start)!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            var time = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            return process.ExitCode == 0 ? time : throw new InvalidOperationException($"{string.Join(' ', command)}: exit code {process.ExitCode}.");
        }
        Once();
        Clock.Print(metric, [.. Enumerable.Range(0, runs).Select(_ => Once())], t => t, "ms", "process start to first gradient and end, files in the page cache",
            isWatched: false);
    }
}
