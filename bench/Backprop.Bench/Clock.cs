using System.Diagnostics;
using System.Globalization;

namespace Backprop.Bench;

/// <summary>
/// The clock discipline: half a second of warm-up, then up to 21 samples of at least 40 ms each; the median is what is quoted,
/// with the 10th and 90th percentile beside it.
/// </summary>
static class Clock
{
    const double WarmUp = 0.5, SampleLength = 0.04;
    const int Samples = 21;

    public static string Workload { get; set; } = "";

    /// <summary>Times an action and prints nanoseconds for each of its parts, and the bytes each part allocates.</summary>
    public static void Nanoseconds(string metric, Action action, int parts = 1, string note = "")
    {
        var seconds = Sample(action);
        Emit(metric, seconds, s => s * 1e9 / parts, "ns", note);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) action();
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / 1000.0 / parts;
        Emit($"{metric}, allocated", [bytes], b => b, "bytes", note);
    }

    /// <summary>Times an action and prints how much work it does in a second.</summary>
    public static void Rate(string metric, Action action, double work, string unit, string note = "") =>
        Emit(metric, Sample(action), s => work / s, unit, note);

    /// <summary>The same with a note that is made afterwards.</summary>
    public static void Rate(string metric, Action action, double work, string unit, Func<string> note)
    {
        var seconds = Sample(action);
        Emit(metric, seconds, s => work / s, unit, note());
    }

    static double[] Sample(Action action)
    {
        var watch = Stopwatch.StartNew();
        long calls = 0;
        while (watch.Elapsed.TotalSeconds < WarmUp)
        {
            action();
            calls++;
        }
        var perSample = Math.Max(1, (long)(calls * SampleLength / WarmUp));
        var samples = new double[Samples];
        for (var k = 0; k < samples.Length; k++)
        {
            watch.Restart();
            for (long i = 0; i < perSample; i++) action();
            samples[k] = watch.Elapsed.TotalSeconds / perSample;
        }
        return samples;
    }

    static void Emit(string metric, double[] samples, Func<double, double> convert, string unit, string note)
    {
        var values = samples.Select(convert).Order().ToArray();
        string At(double fraction) => values[(int)Math.Round(fraction * (values.Length - 1))].ToString("G4", CultureInfo.InvariantCulture);
        Console.WriteLine(
            $$"""{"peer": "backprop", "workload": "{{Workload}}", "threads": {{BackpropSettings.Threads}}, "metric": "{{metric}}", "value": {{At(0.5)}}, "lo": {{At(0.1)}}, "hi": {{At(0.9)}}, "n": {{values.Length}}, "unit": "{{unit}}", "note": "{{note}}"}""");
    }
}
