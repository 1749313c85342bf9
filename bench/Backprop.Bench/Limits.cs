namespace Backprop.Bench;

/// <summary>
/// What a row could be at the most on this machine, by the roofline measured beside it: the peak of multiplications with addition where arithmetic decides, the
/// bandwidth at the size of the data where memory does. Only what the method itself must do is counted, so that a row can come near it and not above.
/// </summary>
sealed class Limits(Results roofline)
{
    readonly double peak = roofline.Values.Where(r => r.Key.Unit == "GFLOP/s").Select(r => r.Value[0]).DefaultIfEmpty(double.NaN).Max();

    /// <summary>The share of the limit that a row reaches, and which limit it is; nothing where neither decides.</summary>
    public string Share(string workload, string metric, string unit, double value)
    {
        if (unit == "GFLOP/s") return OfPeak(value);
        if (unit == "GB/s") return OfBandwidth(metric, value);
        if (Step(workload, metric) is { } gigaflops) return OfPeak(value * gigaflops);
        return "";
    }

    public override string ToString()
    {
        var text = Cases.Lengths.Select(l => Invariant($"{Bandwidth(l.Name):F0} GB/s at {l.Name}"));
        var page = roofline.Values.Where(r => r.Key.Unit == "ns").Select(r => r.Value[0] / 1000).DefaultIfEmpty(double.NaN).First();
        return Invariant($"Limits: {peak:F0} GFLOP/s; max(x, 0) {string.Join(", ", text)}; {page:F1} µs a page of fresh memory.");
    }

    string OfPeak(double gigaflops) => Invariant($"{gigaflops / peak:P0} FMA");

    // Arrays by the size in the metric's name; rows without one have a million elements, as all of them do.
    string OfBandwidth(string metric, double value)
    {
        var size = Cases.Lengths.Select(l => l.Name).FirstOrDefault(name => metric.EndsWith(name, StringComparison.Ordinal)) ?? "1e6";
        return Invariant($"{value / Bandwidth(size):P0} bandwidth");
    }

    double Bandwidth(string size) =>
        roofline.Values.Where(r => r.Key.Metric.StartsWith("relu", StringComparison.Ordinal) && r.Key.Metric.EndsWith(size, StringComparison.Ordinal))
            .Select(r => r.Value[0]).DefaultIfEmpty(double.NaN).Max();

    /// <summary>
    /// Billions of operations for what a metric counts (a step, a token), in products of matrices and convolutions: forward, and derivatives of weights and inputs.
    /// </summary>
    static double? Step(string workload, string metric) => (workload, metric) switch
    {
        ("mlp-small", "relu" or "sigmoid") => 2e-9 * 100 * Layers(Cases.SmallLayers),
        ("mlp-large", "adam" or "sgd") => 2e-9 * 128 * Layers(Cases.LargeLayers),
        ("cnn", "training") => 2e-9 * 64 * (26 * 26 * 32 * 9 * 2 + 11 * 11 * 64 * 32 * 9 * 3 + (1600 * 128 + 128 * 10) * 3.0),
        ("lstm", "training") => 2e-9 * 35 * 20 * (128 * 1024 * 2 + 256 * 1024 * 3 + 256 * 1000 * 3.0),
        ("gpt-small", "training") => Token(Cases.GptSmall),
        ("gpt-medium", "training") => Token(Cases.GptMedium),
        _ => null,
    };

    // The first layer's input needs no derivative.
    static double Layers(int[] sizes) => sizes.Zip(sizes[1..], (a, b) => (double)a * b).Select((product, layer) => product * (layer == 0 ? 2 : 3)).Sum();

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    // Twelve squares of the width in a block's linear layers; scores and sums over half of the context, as nobody looks ahead; the output's table.
    static double Token(GptSize size) =>
        2e-9 * 3 * (size.Layers * (12.0 * size.Width * size.Width + size.Context * (double)size.Width) + (double)size.Width * GptSize.Vocabulary);
}
