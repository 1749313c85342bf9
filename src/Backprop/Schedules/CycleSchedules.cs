namespace Backprop.Schedules;

/// <summary>
/// One cycle (Smith, Topin 2017): from max/divisor up to max over the first share of the steps, then down to max/(divisor·finalDivisor), by cosines; the momentum
/// goes the opposite way. The optimiser's own rate is not used.
/// </summary>
public sealed class OneCycleSchedule(
    double maxRate, int steps, double upShare = 0.3, double divisor = 25, double finalDivisor = 1e4, double baseMomentum = 0.85, double maxMomentum = 0.95) : Schedule
{
    readonly int steps = AtLeastOne(steps, nameof(OneCycleSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => At(step, maxRate / divisor, maxRate, maxRate / divisor / finalDivisor);

    /// <inheritdoc/>
    public override double? Momentum(int step) => At(step, maxMomentum, baseMomentum, maxMomentum);

    double At(int step, double start, double top, double end)
    {
        double summit = upShare * steps - 1, last = steps - 1, at = Math.Min(step, last);
        return at <= summit ? Cosine(start, top, at / summit) : Cosine(top, end, (at - summit) / (last - summit));
    }

    static double Cosine(double from, double to, double share) => to + (from - to) * (1 + Math.Cos(Math.PI * share)) / 2;
}

/// <summary>Up from the lower to the upper rate and down again in straight lines, again and again (Smith 2015). The optimiser's own rate is not used.</summary>
public sealed class CyclicSchedule(double minRate, double maxRate, int stepsUp, int? stepsDown = null) : Schedule
{
    readonly int up = AtLeastOne(stepsUp, nameof(CyclicSchedule)), down = AtLeastOne(stepsDown ?? stepsUp, nameof(CyclicSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate)
    {
        var at = step % (up + down);
        var share = at <= up ? (double)at / up : (double)(up + down - at) / down;
        return minRate + (maxRate - minRate) * share;
    }
}
