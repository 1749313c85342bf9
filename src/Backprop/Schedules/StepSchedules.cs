namespace Backprop.Schedules;

/// <summary>η·γ^⌊t/size⌋: the rate falls by a factor every so many steps.</summary>
/// <param name="size">After how many steps it falls.</param>
/// <param name="factor">γ.</param>
/// <exception cref="ArgumentOutOfRangeException">A number has no meaning; the message tells its range.</exception>
public sealed class StepSchedule(int size, double factor = 0.1) : Schedule
{
    readonly int size = Option.AtLeastOne(size, nameof(StepSchedule));
    readonly double factor = Option.NotNegative(factor, nameof(StepSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * Math.Pow(factor, step / size);
}

/// <summary>η·γⁿ after n of the milestones.</summary>
/// <param name="milestones">After how many steps it falls, each time once; in any order.</param>
/// <param name="factor">γ.</param>
/// <exception cref="ArgumentOutOfRangeException">A number has no meaning; the message tells its range.</exception>
public sealed class MultiStepSchedule(IEnumerable<int> milestones, double factor = 0.1) : Schedule
{
    readonly int[] milestones = [.. milestones ?? throw new ArgumentNullException(nameof(milestones))];
    readonly double factor = Option.NotNegative(factor, nameof(MultiStepSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * Math.Pow(factor, milestones.Count(milestone => milestone <= step));
}

/// <summary>η·γᵗ.</summary>
/// <param name="factor">γ.</param>
/// <exception cref="ArgumentOutOfRangeException">A number has no meaning; the message tells its range.</exception>
public sealed class ExponentialSchedule(double factor) : Schedule
{
    readonly double factor = Option.NotNegative(factor, nameof(ExponentialSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * Math.Pow(factor, step);
}

/// <summary>η·factor for so many steps, then η.</summary>
/// <param name="factor">What η is multiplied by at first.</param>
/// <param name="steps">For how many steps.</param>
/// <exception cref="ArgumentOutOfRangeException">A number has no meaning; the message tells its range.</exception>
public sealed class ConstantSchedule(double factor = 1.0 / 3, int steps = 5) : Schedule
{
    readonly double factor = Option.NotNegative(factor, nameof(ConstantSchedule));
    readonly int steps = Option.NotNegative(steps, nameof(ConstantSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => step < steps ? baseRate * factor : baseRate;
}

/// <summary>η·(1 − t/steps)^power, 0 from then on.</summary>
/// <param name="steps">How many steps it takes to 0.</param>
/// <param name="power">1 for a straight line.</param>
/// <exception cref="ArgumentOutOfRangeException">A number has no meaning; the message tells its range.</exception>
public sealed class PolynomialSchedule(int steps, double power = 1) : Schedule
{
    readonly int steps = Option.AtLeastOne(steps, nameof(PolynomialSchedule));
    readonly double power = Option.NotNegative(power, nameof(PolynomialSchedule));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * Math.Pow(1 - (double)Math.Min(step, steps) / steps, power);
}

/// <summary>Any function of the step, times η.</summary>
/// <param name="factor">What η is multiplied by after so many steps.</param>
public sealed class LambdaSchedule(Func<int, double> factor) : Schedule
{
    readonly Func<int, double> factor = factor ?? throw new ArgumentNullException(nameof(factor));

    /// <inheritdoc/>
    public override double Rate(int step, double baseRate) => baseRate * factor(step);
}
