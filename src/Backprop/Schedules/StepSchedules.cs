namespace Backprop.Schedules;

/// <summary>η·γ^⌊t/size⌋: the rate falls by a factor every so many steps.</summary>
public sealed class StepSchedule(int size, double factor = 0.1) : Schedule
{
    readonly int size = AtLeastOne(size, nameof(StepSchedule));
    readonly double factor = NotNegative(factor, nameof(StepSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * Math.Pow(factor, step / size);
}

/// <summary>η·γⁿ after n of the milestones.</summary>
public sealed class MultiStepSchedule(IEnumerable<int> milestones, double factor = 0.1) : Schedule
{
    readonly int[] milestones = [.. milestones];
    readonly double factor = NotNegative(factor, nameof(MultiStepSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * Math.Pow(factor, milestones.Count(milestone => milestone <= step));
}

/// <summary>η·γᵗ.</summary>
public sealed class ExponentialSchedule(double factor) : Schedule
{
    readonly double factor = NotNegative(factor, nameof(ExponentialSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * Math.Pow(factor, step);
}

/// <summary>η·factor for so many steps, then η.</summary>
public sealed class ConstantSchedule(double factor = 1.0 / 3, int steps = 5) : Schedule
{
    readonly double factor = NotNegative(factor, nameof(ConstantSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => step < steps ? baseRate * factor : baseRate;
}

/// <summary>η·(1 − t/steps)^power, 0 from then on.</summary>
public sealed class PolynomialSchedule(int steps, double power = 1) : Schedule
{
    readonly int steps = AtLeastOne(steps, nameof(PolynomialSchedule));
    readonly double power = NotNegative(power, nameof(PolynomialSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * Math.Pow(1 - (double)Math.Min(step, steps) / steps, power);
}

/// <summary>Any function of the step, times η.</summary>
public sealed class LambdaSchedule(Func<int, double> factor) : Schedule
{
    readonly Func<int, double> factor = factor ?? throw new ArgumentNullException(nameof(factor));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * factor(step);
}
