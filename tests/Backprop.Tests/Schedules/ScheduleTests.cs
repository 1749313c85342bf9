using Backprop.Optimizers;
using Backprop.Schedules;
using Xunit;

namespace Backprop.Tests.Schedules;

/// <summary>What the reference does not show of schedules: options, attachment, states, refusals.</summary>
public sealed class ScheduleTests
{
    static Tensor Parameter()
    {
        var w = Tensor.Ones([2]);
        w.RequiresGrad = true;
        return w;
    }

    [Fact]
    public void One_cycle_in_straight_lines_and_three_phases()
    {
        var schedule = new OneCycleSchedule(1, 21, upShare: 11.0 / 21, divisor: 2, finalDivisor: 5, linear: true);
        Assert.Equal(0.5, schedule.Rate(0, 0), 1e-12);
        Assert.Equal(0.75, schedule.Rate(5, 0), 1e-12);
        Assert.Equal(1, schedule.Rate(10, 0), 1e-12);
        Assert.Equal(0.55, schedule.Rate(15, 0), 1e-12);
        Assert.Equal(0.1, schedule.Rate(20, 0), 1e-12);
        Assert.Equal(0.1, schedule.Rate(500, 0), 1e-12);
        Assert.Equal(0.85, schedule.Momentum(10)!.Value, 1e-12);

        var three = new OneCycleSchedule(1, 20, upShare: 0.25, divisor: 2, finalDivisor: 5, linear: true, threePhases: true);
        Assert.Equal([0.5, 1, 0.5, 0.1], new[] { 0, 4, 8, 19 }.Select(step => Math.Round(three.Rate(step, 0), 12)));
    }

    [Fact]
    public void Cycles_may_shrink()
    {
        var schedule = new CyclicSchedule(0.1, 0.5, 2, 3, shrink: 0.5);
        Assert.Equal([0.1, 0.3, 0.5, 0.1, 0.2, 0.3], new[] { 0, 1, 2, 5, 6, 7 }.Select(step => Math.Round(schedule.Rate(step, 9), 12)));
    }

    [Fact]
    public void Schedules_follow_each_other_and_any_function_is_one()
    {
        var schedule = new ComposedSchedule((new LambdaSchedule(step => step + 1), 3), (new ConstantSchedule(0.5, 2), 5), (new ExponentialSchedule(0.1), 1));
        Assert.Equal([2.0, 4, 6, 1, 1, 2, 2, 2, 2, 0.2], Enumerable.Range(0, 10).Select(step => Math.Round(schedule.Rate(step, 2), 12)));
        Assert.Null(schedule.Momentum(4));
    }

    [Fact]
    public void Every_group_begins_with_its_own_rate()
    {
        Tensor a = Parameter(), b = Parameter(), c = Parameter();
        var optimizer = new Sgd([a, b, c], 0.1);
        optimizer.Group([b], learningRate: 1);
        var schedule = new StepSchedule(2, 0.5).Attach(optimizer);
        schedule.Step();
        schedule.Step();
        Assert.Equal([0.05, 0.5], optimizer.Groups.Select(group => group.LearningRate));
        optimizer.Group([c], learningRate: 8);
        schedule.Set(4);
        Assert.Equal([0.025, 0.25, 2], optimizer.Groups.Select(group => group.LearningRate));
        schedule.Set(0);
        Assert.Equal([0.1, 1, 8], optimizer.Groups.Select(group => group.LearningRate));
        Assert.Throws<ArgumentOutOfRangeException>(() => schedule.Set(-1));
    }

    [Fact]
    public void The_momentum_is_set_where_there_is_one()
    {
        Tensor w = Parameter(), plain = Parameter();
        // With a momentum of 0.95 the second step goes 1.95 times as far as the first.
        var optimizer = new Sgd([w], 1, momentum: 0.5);
        var schedule = new OneCycleSchedule(1, 1000, divisor: 1).Attach(optimizer);
        for (var step = 0; step < 2; step++)
        {
            w.Grad = Tensor.Ones([2]);
            optimizer.Step();
        }
        Assert.Equal(1 - 1 - 1.95f, w.ToArray<float>()[0], 1e-5f);
        Assert.Equal(0, schedule.Steps);
        new OneCycleSchedule(1, 10).Attach(new AdaGrad([plain])).Step();
    }

    [Fact]
    public void A_plateau_lowers_the_rate_and_not_below_its_least()
    {
        var optimizer = new Sgd([Parameter()], 1);
        var plateau = new ReduceOnPlateau(optimizer, factor: 0.1, patience: 1, minimum: 0.05, cooldown: 1);
        Assert.Equal([false, false, true, false, false, true, false, false, false], new double[] { 1, 1, 1, 1, 1, 1, 1, 1, 1 }.Select(plateau.Step));
        Assert.Equal(0.05, optimizer.LearningRate);
        optimizer.LearningRate = 0.01;
        for (var i = 0; i < 9; i++) plateau.Step(2);
        Assert.Equal(0.01, optimizer.LearningRate);
        Assert.Throws<ArgumentOutOfRangeException>(() => plateau.Step(double.NaN));
    }

    [Fact]
    public void A_plateau_of_what_should_grow_by_a_difference()
    {
        var optimizer = new Sgd([Parameter()], 1);
        var plateau = new ReduceOnPlateau(optimizer, patience: 0, threshold: 0.5, relative: false, maximize: true);
        Assert.Equal([false, false, true, false], new[] { 1, 2, 2.4, 3 }.Select(plateau.Step));
        Assert.Equal(3, plateau.Best);
    }

    [Fact]
    public void The_state_of_a_plateau_goes_there_and_back()
    {
        Optimizer a = new Sgd([Parameter()], 1), b = new Sgd([Parameter()], 1);
        ReduceOnPlateau first = new(a, patience: 3, cooldown: 2), second = new(b, patience: 3, cooldown: 2);
        second.LoadState(first.State());
        Assert.Null(second.Best);
        foreach (var metric in new double[] { 3, 2, 2, 2 }) first.Step(metric);
        second.LoadState(first.State());
        double[] more = [2, 2, 2, 2, 2, 2, 2, 2, 2, 1];
        Assert.Equal(more.Select(first.Step), more.Select(second.Step));
        Assert.Equal(a.LearningRate, b.LearningRate);
        Assert.Throws<ArgumentException>(() => second.LoadState(new Dictionary<string, Tensor> { ["bad"] = Tensor.Scalar(1L) }));
    }

    [Fact]
    public void The_state_of_a_schedule_must_fit()
    {
        var optimizer = new Sgd([Parameter()], 1);
        var schedule = new ExponentialSchedule(0.5).Attach(optimizer);
        schedule.Step();
        var state = schedule.State();
        state["group.1.base_rate"] = Tensor.Scalar(1.0);
        Assert.Contains("group.1", Assert.Throws<ArgumentException>(() => schedule.LoadState(state)).Message);
        state.Remove("group.1.base_rate");
        state["group.0.base_rate"] = Tensor.Scalar(-1.0);
        Assert.Throws<ArgumentException>(() => schedule.LoadState(state));
        Assert.Equal(0.5, optimizer.LearningRate);
    }

    [Fact]
    public void What_has_no_meaning_is_refused()
    {
        Func<object>[] wrong =
        [
            () => new StepSchedule(0), () => new StepSchedule(1, -1), () => new MultiStepSchedule([1], double.NaN), () => new ExponentialSchedule(-0.1),
            () => new ConstantSchedule(-1), () => new PolynomialSchedule(0), () => new CosineSchedule(0), () => new CosineSchedule(3, -1),
            () => new CosineWarmRestarts(3, 0), () => new LinearWarmUp(0), () => new LinearWarmUp(3, -1), () => new OneCycleSchedule(1, 0),
            () => new OneCycleSchedule(1, 10, upShare: 2), () => new OneCycleSchedule(1, 10, divisor: 0), () => new CyclicSchedule(0, 1, 0),
            () => new CyclicSchedule(-1, 1, 3), () => new ReduceOnPlateau(new Sgd([Parameter()]), factor: 1), () => new ComposedSchedule((new StepSchedule(1), 0)),
        ];
        Assert.All(wrong, create => Assert.Throws<ArgumentOutOfRangeException>(create));
        Assert.Throws<ArgumentException>(() => new ComposedSchedule());
        Assert.Throws<ArgumentNullException>(() => new StepSchedule(1).Attach(null!));
        Assert.Throws<ArgumentNullException>(() => new LambdaSchedule(null!));
        Assert.StartsWith("StepSchedule: size is 0", Assert.Throws<ArgumentOutOfRangeException>(() => new StepSchedule(0)).Message);
    }
}
