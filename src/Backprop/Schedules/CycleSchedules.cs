namespace Backprop.Schedules;

/// <summary>
/// One cycle (Smith, Topin 2017): from max/divisor up to max over the first share of the steps, then down to max/(divisor·finalDivisor), by half waves of a cosine or
/// in straight lines; the momentum goes the opposite way. The optimiser's own rate is not used. After the last step the rate stays.
/// </summary>
/// <param name="maxRate">The highest rate.</param>
/// <param name="steps">How many steps there are in all.</param>
/// <param name="upShare">Which share of them goes up.</param>
/// <param name="divisor">How many times lower the rate begins.</param>
/// <param name="finalDivisor">How many times lower it ends than it begins.</param>
/// <param name="baseMomentum">The lowest momentum, at the highest rate.</param>
/// <param name="maxMomentum">The highest momentum.</param>
/// <param name="linear">Whether it goes in straight lines.</param>
/// <param name="threePhases">Whether it first goes down to where it began, in as many steps as it went up.</param>
/// <exception cref="ArgumentOutOfRangeException">A number has no meaning; the message tells its range.</exception>
public sealed class OneCycleSchedule(
    double maxRate, int steps, double upShare = 0.3, double divisor = 25, double finalDivisor = 1e4, double baseMomentum = 0.85, double maxMomentum = 0.95,
    bool linear = false, bool threePhases = false) : Schedule
{
    readonly int steps = Option.AtLeastOne(steps, nameof(OneCycleSchedule));
    readonly double maxRate = Option.NotNegative(maxRate, nameof(OneCycleSchedule)), upShare = Option.Share(upShare, nameof(OneCycleSchedule));
    readonly double divisor = Option.Positive(divisor, nameof(OneCycleSchedule)), finalDivisor = Option.Positive(finalDivisor, nameof(OneCycleSchedule));
    readonly double baseMomentum = Option.Fraction(baseMomentum, nameof(OneCycleSchedule)), maxMomentum = Option.Fraction(maxMomentum, nameof(OneCycleSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => At(step, maxRate / divisor, maxRate, maxRate / divisor / finalDivisor);

    /// <inheritdoc/>
    public override double? Momentum(int step) => At(step, maxMomentum, baseMomentum, maxMomentum);

    double At(int step, double start, double top, double end)
    {
        double summit = upShare * steps - 1, last = steps - 1, at = Math.Min(step, last);
        if (at <= summit) return Between(start, top, at, 0, summit);
        if (!threePhases) return Between(top, end, at, summit, last);
        return at <= 2 * summit ? Between(top, start, at, summit, 2 * summit) : Between(start, end, at, 2 * summit, last);
    }

    double Between(double from, double to, double at, double first, double last)
    {
        var share = last <= first ? 1 : (at - first) / (last - first);
        return linear ? from + (to - from) * share : to + (from - to) * (1 + Math.Cos(Math.PI * share)) / 2;
    }
}

/// <summary>
/// Up from the lower to the upper rate and down again in straight lines, again and again (Smith 2015), each time <paramref name="shrink"/> times as high. The optimiser's
/// own rate is not used.
/// </summary>
/// <param name="minRate">The lower rate.</param>
/// <param name="maxRate">The upper rate, of the first cycle.</param>
/// <param name="stepsUp">How many steps go up.</param>
/// <param name="stepsDown">How many go down; as many as up if left out.</param>
/// <param name="shrink">How much of its height above the lower rate a cycle keeps of the one before.</param>
/// <exception cref="ArgumentOutOfRangeException">A number has no meaning; the message tells its range.</exception>
public sealed class CyclicSchedule(double minRate, double maxRate, int stepsUp, int? stepsDown = null, double shrink = 1) : Schedule
{
    readonly double minRate = Option.NotNegative(minRate, nameof(CyclicSchedule)), maxRate = Option.NotNegative(maxRate, nameof(CyclicSchedule));
    readonly double shrink = Option.NotNegative(shrink, nameof(CyclicSchedule));
    readonly int up = Option.AtLeastOne(stepsUp, nameof(CyclicSchedule)), down = Option.AtLeastOne(stepsDown ?? stepsUp, nameof(CyclicSchedule), nameof(stepsDown));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate)
    {
        var (cycle, at) = Math.DivRem(step, (long)up + down);
        var share = at <= up ? (double)at / up : ((double)up + down - at) / down;
        return minRate + (maxRate - minRate) * Math.Pow(shrink, cycle) * share;
    }
}
