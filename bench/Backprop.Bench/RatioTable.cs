using System.Globalization;

namespace Backprop.Bench;

/// <summary>What one contender measured in a workload: for each metric the values of all rounds.</summary>
sealed class Results
{
    public Dictionary<(string Metric, string Unit), List<double>> Values { get; } = [];

    /// <summary>The largest share of a processor that anything else took while a metric was measured.</summary>
    public Dictionary<string, double> Disturbance { get; } = [];

    public void Add(string metric, string unit, double value, double other)
    {
        if (!Values.TryGetValue((metric, unit), out var values)) Values[(metric, unit)] = values = [];
        values.Add(value);
        Disturbance[metric] = Math.Max(other, Disturbance.GetValueOrDefault(metric));
    }
}

/// <summary>The table of ratios in Markdown. A ratio is that of one round; the median of all rounds is what is quoted.</summary>
sealed class RatioTable
{
    const double Disturbed = 0.1;

    readonly string[] peers;
    readonly Limits? limits;
    readonly List<double> inMean = [];
    int goals, met, metByDefault;

    public RatioTable(string[] peers, Limits? limits)
    {
        (this.peers, this.limits) = (peers, limits);
        List<string> optional = ["goal", "met"];
        if (peers.Length > 1) optional.Insert(0, "at its best");
        if (limits is not null) optional.Add("of the limit");
        Console.WriteLine($"| workload | metric | unit | Backprop | {peers[0]} | ratio | from … to | {string.Join(" | ", optional)} |");
        Console.WriteLine($"|---|---|---|---:|---:|---:|---|{string.Concat(optional.Select(_ => "---|"))}");
    }

    /// <summary>Writes the rows of a workload: what all have measured, ours first.</summary>
    public void Add(string workload, Results[] results)
    {
        foreach (var (key, ours) in results[0].Values)
        {
            var goal = Goals.Of(workload, key.Metric);
            if (key.Metric == "peak RSS" && goal is null) continue;
            var theirs = results[1..].Select(r => r.Values.GetValueOrDefault(key)).ToArray();
            if (theirs.Any(values => values?.Count != ours.Count) || theirs.Concat([ours]).Any(values => values!.Any(v => v <= 0))) continue;
            var ratios = theirs.Select(values => Ratios(key.Unit, ours, values!)).ToArray();
            var medians = ratios.Select(Median).ToArray();
            var best = Array.IndexOf(medians, medians.Min());
            var mark = results.Max(r => r.Disturbance[key.Metric]) > Disturbed ? "\\*" : "";
            var cells = new List<string>
            {
                workload, key.Metric, key.Unit, Text(Median(ours)), Text(Median(theirs[0]!)),
                Invariant($"**{medians[0]:F2}**{mark}"), Invariant($"{ratios[0].Min():F2} … {ratios[0].Max():F2}"),
            };
            if (peers.Length > 1) cells.Add(best == 0 ? "" : Invariant($"{medians[best]:F2} ({peers[best]})"));
            cells.Add(goal?.ToString() ?? "");
            cells.Add(goal is { } g ? Judge(g, medians[0], medians[best], Median(ours)) : "");
            if (limits is not null) cells.Add(limits.Share(workload, key.Metric, key.Unit, Median(ours)));
            Console.WriteLine($"| {string.Join(" | ", cells)} |");
            if (Goals.IsInMean(workload, key.Metric)) inMean.Add(medians[0]);
        }
    }

    /// <summary>Writes what stands below the table.</summary>
    public void Finish()
    {
        Console.WriteLine();
        if (inMean.Count > 0)
        {
            var mean = Math.Exp(inMean.Average(Math.Log));
            Console.WriteLine(Invariant($"Products from 128 on: {mean:F2} in the geometric mean of {inMean.Count} (goal 1)."));
        }
        Console.WriteLine($"{met} of {goals} goals met{(peers.Length > 1 ? $", {metByDefault} more against the peer as it is by default" : "")}.");
        Console.WriteLine("\\* Something else took more than a tenth of a processor meanwhile.");
    }

    // The goal is one against the peer as it is. Where a setting makes the peer faster, we must at least not fall behind it.
    string Judge(Goal goal, double ratio, double atItsBest, double ours)
    {
        goals++;
        if (goal.IsMet(atItsBest, ours))
        {
            met++;
            return "yes";
        }
        if (!goal.IsMet(ratio, ours)) return "no";
        metByDefault++;
        return atItsBest >= 1 ? "yes, ahead of its best" : "by default only";
    }

    // Above 1 is better, whether it is a rate or a time.
    static double[] Ratios(string unit, List<double> ours, List<double> theirs)
    {
        var isRate = unit.Contains("/s", StringComparison.Ordinal);
        return [.. ours.Zip(theirs, (a, b) => isRate ? a / b : b / a)];
    }

    static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }

    static string Text(double value) => value.ToString(value >= 1e4 ? "F0" : "G4", CultureInfo.InvariantCulture);

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
