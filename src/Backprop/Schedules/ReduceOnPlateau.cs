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
    // A change by less is none.
    const double Least = 1e-8;
    readonly Optimizer optimizer = optimizer ?? throw new ArgumentNullException(nameof(optimizer));
    readonly double factor = Option.Fraction(factor, nameof(ReduceOnPlateau)), threshold = Option.NotNegative(threshold, nameof(ReduceOnPlateau));
    readonly double minimum = Option.NotNegative(minimum, nameof(ReduceOnPlateau));
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
        (cooling, bad) = (cooldown, 0);
        var lowered = false;
        foreach (var group in optimizer.Groups)
        {
            var rate = Math.Max(group.LearningRate * factor, minimum);
            if (group.LearningRate - rate <= Least) continue;
            group.LearningRate = rate;
            lowered = true;
        }
        return lowered;
    }

    bool IsBetter(double metric, double than)
    {
        var margin = relative ? Math.Abs(than) * threshold : threshold;
        return maximize ? metric > than + margin : metric < than - margin;
    }

    /// <summary>What it has seen: <c>best</c>, <c>bad</c> and <c>cooling</c>. The rates are in the optimiser's state.</summary>
    public OrderedDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor> { ["bad"] = Tensor.Scalar((long)bad), ["cooling"] = Tensor.Scalar((long)cooling) };
        if (best is { } known) state["best"] = Tensor.Scalar(known);
        return state;
    }

    /// <summary>Takes back what <see cref="State"/> gave. All is checked before anything is changed.</summary>
    /// <exception cref="ArgumentException">A name is missing or unknown, or a value does not fit; the message names it.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        var saved = new SavedState(state, nameof(ReduceOnPlateau));
        var (newBad, newCooling) = (saved.Count("bad"), saved.Count("cooling"));
        double? newBest = saved.Has("best") ? saved.Number("best") : null;
        saved.RefuseOthers();
        (best, bad, cooling) = (newBest, newBad, newCooling);
    }
}
