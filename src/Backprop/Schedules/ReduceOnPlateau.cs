using Backprop.Optimizers;

namespace Backprop.Schedules;

/// <summary>
/// Lowers the learning rates by a factor when a metric has not become better for more than so many epochs. It depends on what training shows, so it
/// is no function of the step: call <see cref="Step"/> with the metric after each epoch.
/// </summary>
/// <param name="optimizer">Whose rates it lowers.</param>
/// <param name="factor">What a rate is multiplied by.</param>
/// <param name="patience">How many epochs without progress are borne.</param>
/// <param name="threshold">Progress is more than this: a share of the best metric, or by its amount if <paramref name="relative"/> is false.</param>
/// <param name="relative">Whether the threshold is a share.</param>
/// <param name="maximize">Whether a larger metric is better.</param>
/// <param name="cooldown">How many epochs after a reduction do not count.</param>
/// <param name="minimum">No rate becomes smaller.</param>
public sealed class ReduceOnPlateau(
    Optimizer optimizer, double factor = 0.1, int patience = 10, double threshold = 1e-4, bool relative = true, bool maximize = false, int cooldown = 0,
    double minimum = 0)
{
    double? best;
    int bad, cooling;

    /// <summary>The best metric so far.</summary>
    public double? Best => best;

    /// <summary>Takes the metric of an epoch and lowers the rates if it is time.</summary>
    /// <returns>Whether it lowered them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The metric is NaN.</exception>
    public bool Step(double metric)
    {
        if (double.IsNaN(metric)) throw new ArgumentOutOfRangeException(nameof(metric), "ReduceOnPlateau: the metric is NaN.");
        if (best is null || IsBetter(metric, best.Value)) (best, bad) = (metric, 0);
        else bad++;
        if (cooling > 0) (cooling, bad) = (cooling - 1, 0);
        if (bad <= patience) return false;
        foreach (var group in optimizer.Groups) group.LearningRate = Math.Max(group.LearningRate * factor, minimum);
        (cooling, bad) = (cooldown, 0);
        return true;
    }

    bool IsBetter(double metric, double than)
    {
        var margin = relative ? Math.Abs(than) * threshold : threshold;
        return maximize ? metric > than + margin : metric < than - margin;
    }
}
