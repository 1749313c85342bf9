namespace Backprop.Schedules;

/// <summary>min + (η − min)(1 + cos(πt/steps))/2: half a wave down (Loshchilov, Hutter 2016). Beyond the last step the wave goes on.</summary>
/// <param name="steps">How many steps the half wave takes.</param>
/// <param name="minimum">The rate at its end.</param>
/// <exception cref="ArgumentOutOfRangeException">A number has no meaning; the message tells its range.</exception>
public sealed class CosineSchedule(int steps, double minimum = 0) : Schedule
{
    readonly int steps = Option.AtLeastOne(steps, nameof(CosineSchedule));
    readonly double minimum = Option.NotNegative(minimum, nameof(CosineSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => minimum + (baseRate - minimum) * (1 + Math.Cos(Math.PI * step / steps)) / 2;
}

/// <summary>Half a wave of the cosine again and again, each time as many times longer as <paramref name="multiplier"/> says (Loshchilov, Hutter 2016).</summary>
/// <param name="first">How many steps the first half wave takes.</param>
/// <param name="multiplier">How many times longer each is than the one before.</param>
/// <param name="minimum">The rate at their ends.</param>
/// <exception cref="ArgumentOutOfRangeException">A number has no meaning; the message tells its range.</exception>
public sealed class CosineWarmRestarts(int first, int multiplier = 1, double minimum = 0) : Schedule
{
    readonly double minimum = Option.NotNegative(minimum, nameof(CosineWarmRestarts));
    readonly int first = Option.AtLeastOne(first, nameof(CosineWarmRestarts)), multiplier = Option.AtLeastOne(multiplier, nameof(CosineWarmRestarts));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate)
    {
        long length = first, at = step;
        if (multiplier == 1) at %= length;
        else
            for (; at >= length; length *= multiplier) at -= length;
        return minimum + (baseRate - minimum) * (1 + Math.Cos(Math.PI * at / length)) / 2;
    }
}
