namespace Backprop.Schedules;

/// <summary>η·γ^⌊t/size⌋: the rate falls by a factor every so many steps.</summary>
public sealed class StepSchedule(int size, double factor = 0.1) : Schedule
{
    readonly int size = AtLeastOne(size, nameof(StepSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * Math.Pow(factor, step / size);
}

/// <summary>η·γⁿ after n of the milestones.</summary>
public sealed class MultiStepSchedule(IEnumerable<int> milestones, double factor = 0.1) : Schedule
{
    readonly int[] milestones = [.. milestones];

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * Math.Pow(factor, milestones.Count(milestone => milestone <= step));
}

/// <summary>η·γᵗ.</summary>
public sealed class ExponentialSchedule(double factor) : Schedule
{
    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * Math.Pow(factor, step);
}

/// <summary>η·factor for so many steps, then η.</summary>
public sealed class ConstantSchedule(double factor = 1.0 / 3, int steps = 5) : Schedule
{
    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => step < steps ? baseRate * factor : baseRate;
}

/// <summary>η·(1 − t/steps)^power, 0 from then on.</summary>
public sealed class PolynomialSchedule(int steps, double power = 1) : Schedule
{
    readonly int steps = AtLeastOne(steps, nameof(PolynomialSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * Math.Pow(1 - (double)Math.Min(step, steps) / steps, power);
}

/// <summary>Any function of the step, times η.</summary>
public sealed class LambdaSchedule(Func<int, double> factor) : Schedule
{
    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * factor(step);
}
