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
    /// <param name="step">How many steps have been taken, from 0 on.</param>
    /// <param name="baseRate">η, the rate that a group of the optimiser began with.</param>
    public abstract double Rate(int step, double baseRate);

    /// <summary>The momentum after so many steps; null for a schedule that leaves it alone.</summary>
    public virtual double? Momentum(int step) => null;

    /// <summary>Lets the schedule set an optimiser's learning rates, the first at once.</summary>
    public AttachedSchedule Attach(Optimizer optimizer) => new(this, optimizer);
}

/// <summary>A schedule with the optimiser whose learning rates it sets; each group begins with its own.</summary>
public sealed class AttachedSchedule
{
    readonly Schedule schedule;
    readonly Optimizer optimizer;
    readonly List<double> baseRates = [];

    internal AttachedSchedule(Schedule schedule, Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        (this.schedule, this.optimizer) = (schedule, optimizer);
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
        // A group that was made later begins with the rate it has now.
        for (var i = baseRates.Count; i < optimizer.Groups.Count; i++) baseRates.Add(optimizer.Groups[i].LearningRate);
        for (var i = 0; i < baseRates.Count; i++) optimizer.Groups[i].LearningRate = schedule.Rate(step, baseRates[i]);
        if (schedule.Momentum(step) is { } momentum) optimizer.SetMomentum(momentum);
    }

    /// <summary>Where it stands (<c>steps</c>) and what each group began with (<c>group.0.base_rate</c>): saved beside the optimiser's state.</summary>
    public OrderedDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor> { ["steps"] = Tensor.Scalar((long)Steps) };
        for (var i = 0; i < baseRates.Count; i++) state[$"group.{i}.base_rate"] = Tensor.Scalar(baseRates[i]);
        return state;
    }

    /// <summary>Takes back what <see cref="State"/> gave and sets the rates of that step. All is checked before anything is changed.</summary>
    /// <exception cref="ArgumentException">A name is missing or unknown, or a value does not fit; the message names it.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        var saved = new SavedState(state, schedule.GetType().Name);
        var steps = saved.Count("steps");
        var rates = optimizer.Groups.Select((_, i) => saved.NotNegative($"group.{i}.base_rate")).ToArray();
        saved.RefuseOthers();
        baseRates.Clear();
        baseRates.AddRange(rates);
        Set(steps);
    }
}
