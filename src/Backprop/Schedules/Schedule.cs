using Backprop.Optimizers;

namespace Backprop.Schedules;

/// <summary>How a learning rate changes: a pure function of how many steps (or epochs, as you choose to count) have been taken.</summary>
/// <example>
/// <code>
/// var schedule = new CosineSchedule(steps: 1000).Attach(optimizer);
/// … optimizer.Step(); schedule.Step();
/// </code>
/// </example>
public abstract class Schedule
{
    /// <summary>The learning rate after so many steps, for one that begins with the given rate.</summary>
    public abstract double Rate(int step, double baseRate);

    /// <summary>The momentum after so many steps; null for a schedule that leaves it alone.</summary>
    public virtual double? Momentum(int step) => null;

    /// <summary>Lets the schedule set an optimiser's learning rates, the first at once.</summary>
    public AttachedSchedule Attach(Optimizer optimizer) => new(this, optimizer);

    private protected static int AtLeastOne(int steps, string name, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(steps))] string what = "") =>
        steps >= 1 ? steps : throw new ArgumentOutOfRangeException(what, $"{name}: {what} is {steps} and must be at least 1.");
}

/// <summary>A schedule with the optimiser whose learning rates it sets; each group begins with its own.</summary>
public sealed class AttachedSchedule
{
    readonly Schedule schedule;
    readonly Optimizer optimizer;
    readonly double[] baseRates;

    internal AttachedSchedule(Schedule schedule, Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        (this.schedule, this.optimizer) = (schedule, optimizer);
        baseRates = [.. optimizer.Groups.Select(group => group.LearningRate)];
        Set(0);
    }

    /// <summary>How many steps it has taken.</summary>
    public int Steps { get; private set; }

    /// <summary>Goes on by one step.</summary>
    public void Step() => Set(Steps + 1);

    /// <summary>Goes to any step: where a training that was interrupted goes on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public void Set(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        Steps = step;
        for (var i = 0; i < baseRates.Length; i++) optimizer.Groups[i].LearningRate = schedule.Rate(step, baseRates[i]);
        if (schedule.Momentum(step) is { } momentum) optimizer.SetMomentum(momentum);
    }
}
