namespace Backprop.Schedules;

/// <summary>From η·start to η·end in a straight line over so many steps, and then η·end.</summary>
/// <param name="steps">How many steps the rise takes.</param>
/// <param name="start">The part of η that it begins with.</param>
/// <param name="end">The part of η that it ends with.</param>
/// <exception cref="ArgumentOutOfRangeException">A number has no meaning; the message tells its range.</exception>
public sealed class LinearWarmUp(int steps, double start = 1.0 / 3, double end = 1) : Schedule
{
    readonly int steps = Option.AtLeastOne(steps, nameof(LinearWarmUp));
    readonly double start = Option.NotNegative(start, nameof(LinearWarmUp)), end = Option.NotNegative(end, nameof(LinearWarmUp));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * (start + (end - start) * Math.Min(step, steps) / steps);
}

/// <summary>Several schedules, one after the other; each counts from its own beginning.</summary>
/// <example><c>new ComposedSchedule((new LinearWarmUp(500), 500), (new CosineSchedule(9500), 9500))</c></example>
public sealed class ComposedSchedule : Schedule
{
    readonly (Schedule Schedule, int Steps)[] parts;

    /// <summary>Schedules and how many steps each is in force; the last stays in force.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public ComposedSchedule(params ReadOnlySpan<(Schedule Schedule, int Steps)> parts)
    {
        if (parts.IsEmpty) throw new ArgumentException("ComposedSchedule: there is no schedule to compose.");
        foreach (var (schedule, steps) in parts)
        {
            ArgumentNullException.ThrowIfNull(schedule, nameof(parts));
            Option.AtLeastOne(steps, nameof(ComposedSchedule));
        }
        this.parts = parts.ToArray();
    }

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate)
    {
        var (schedule, at) = Find(step);
        return schedule.Rate(at, baseRate);
    }

    /// <inheritdoc/>
    public override double? Momentum(int step)
    {
        var (schedule, at) = Find(step);
        return schedule.Momentum(at);
    }

    (Schedule Schedule, int At) Find(int step)
    {
        foreach (var (schedule, steps) in parts.AsSpan(0, parts.Length - 1))
        {
            if (step < steps) return (schedule, step);
            step -= steps;
        }
        return (parts[^1].Schedule, step);
    }
}
