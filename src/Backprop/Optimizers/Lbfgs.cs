using Backprop.Autograd;

namespace Backprop.Optimizers;

/// <summary>
/// L-BFGS (Nocedal 1980): a Newton step whose inverse Hessian is built of the last changes of w and of the gradient by the two-loop recursion
/// (Nocedal, Wright: Numerical Optimization, algorithm 7.4), with a line search by the strong Wolfe conditions (algorithms 3.5 and 3.6). For smooth losses of all
/// the data at once; it evaluates the loss several times a step, so it takes it as a function: <c>optimizer.Step(() => loss)</c>.
/// </summary>
public sealed class Lbfgs : Optimizer
{
    // Sufficient decrease and curvature, as Nocedal and Wright recommend for quasi-Newton directions.
    const double Decrease = 1e-4, Curvature = 0.9;
    readonly int history, iterations, evaluations;
    readonly double gradientTolerance, changeTolerance;
    readonly List<(Tensor Step, Tensor Change, double Inverse)> pairs = [];
    Tensor[] trained = [];

    /// <summary>L-BFGS over some parameters.</summary>
    /// <param name="parameters">The parameters; there are no groups, and what is frozen stays as it is.</param>
    /// <param name="learningRate">The first length tried by the line search.</param>
    /// <param name="history">How many changes it remembers.</param>
    /// <param name="iterations">How many iterations a step takes at most.</param>
    /// <param name="evaluations">How many evaluations of the loss a line search takes at most.</param>
    /// <param name="gradientTolerance">It stops when no number of the gradient is larger.</param>
    /// <param name="changeTolerance">It stops when neither the parameters nor the loss change by more.</param>
    /// <exception cref="ArgumentException">A parameter cannot be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning; the message tells its range.</exception>
    public Lbfgs(
        IEnumerable<Tensor> parameters, double learningRate = 1, int history = 10, int iterations = 20, int evaluations = 25, double gradientTolerance = 1e-7,
        double changeTolerance = 1e-9)
        : base(parameters, learningRate)
    {
        Option.AtLeastOne(history, Name);
        Option.AtLeastOne(iterations, Name);
        Option.AtLeastOne(evaluations, Name);
        (this.history, this.iterations, this.evaluations) = (history, iterations, evaluations);
        (this.gradientTolerance, this.changeTolerance) = (Option.NotNegative(gradientTolerance, Name), Option.NotNegative(changeTolerance, Name));
    }

    /// <summary>Cannot be: the loss must be evaluated more than once.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override void Step() => throw new InvalidOperationException("Lbfgs evaluates the loss several times a step: call Step(() => loss).");

    /// <summary>Cannot be: all parameters are changed by one step of one length.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override ParameterGroup Group(IEnumerable<Tensor> parameters, double? learningRate = null, double? weightDecay = null) =>
        throw new InvalidOperationException("Lbfgs.Group: one line search finds the step of all parameters, so they have one learning rate and no weight decay; add the decay to the loss.");

    /// <inheritdoc/>
    protected override void Update(ParameterSlot p) => throw new InvalidOperationException("Lbfgs changes all parameters together.");

    /// <summary>Takes up to the given number of iterations and returns the loss that it ended with.</summary>
    /// <param name="loss">
    /// The loss as the parameters are; a single number. Its gradient is taken here, and <see cref="Tensor.Grad"/> is left alone. If it throws, the parameters are
    /// put back.
    /// </param>
    /// <exception cref="ArgumentException">The loss is no single number.</exception>
    /// <exception cref="GradientException">The loss or its gradient is not finite at the beginning, or it depends on no parameter; nothing was changed.</exception>
    public double Step(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        using var off = Tape.NoGrad();
        trained = Trained();
        if (trained.Length == 0) throw new GradientException("Lbfgs.Step: all parameters are frozen, so there is nothing to change.");
        var start = Point();
        var remembered = pairs.ToArray();
        // What was remembered of other parameters says nothing of these.
        if (pairs.Count > 0 && pairs[0].Step.Count != start.Count) pairs.Clear();
        try
        {
            var end = Descend(loss, start);
            SetPoint(end.Point);
            CountStep();
            return Maximize ? -end.Loss : end.Loss;
        }
        catch
        {
            SetPoint(start);
            pairs.Clear();
            pairs.AddRange(remembered);
            throw;
        }
    }

    Place Descend(Func<Tensor> loss, Tensor start)
    {
        var at = Evaluate(loss, start);
        if (!double.IsFinite(at.Loss) || !double.IsFinite(at.Gradient.Abs().Max().Item())) throw new GradientException(
            $"Lbfgs.Step: the loss {at.Loss} or its gradient is not finite; nothing was changed.");
        for (var i = 0; i < iterations && at.Gradient.Abs().Max().Item() > gradientTolerance; i++)
        {
            var direction = -InverseHessianTimes(at.Gradient);
            var slope = Dot(direction, at.Gradient);
            // Memories that lie (the loss is not smooth, or another one) are forgotten.
            if (slope >= 0)
            {
                pairs.Clear();
                direction = -at.Gradient;
                slope = Dot(direction, at.Gradient);
            }
            var first = pairs.Count == 0 ? Math.Min(1, 1 / at.Gradient.Abs().Sum().Item()) * LearningRate : LearningRate;
            var next = new LineSearch(length => Evaluate(loss, at.Point + direction * length), direction, at, slope, evaluations).Find(first);
            if (next.Loss > at.Loss || !double.IsFinite(next.Loss)) break;
            Remember(next.Point - at.Point, next.Gradient - at.Gradient);
            var change = Math.Max((next.Point - at.Point).Abs().Max().Item(), Math.Abs(next.Loss - at.Loss));
            at = next with { Length = 0 };
            if (change <= changeTolerance) break;
        }
        return at;
    }

    /// <summary>A point, the loss there and its gradient, all parameters in a row as float64.</summary>
    readonly record struct Place(Tensor Point, double Loss, Tensor Gradient, double Length);

    Place Evaluate(Func<Tensor> loss, Tensor point)
    {
        SetPoint(point);
        using var on = Tape.EnableGrad();
        var value = loss() ?? throw new ArgumentException("Lbfgs.Step: the function returned no loss.");
        if (value.Count != 1) throw new ArgumentException($"Lbfgs.Step: the loss has shape {value.Shape}, not a single number; reduce it with Sum() or Mean().");
        if (Maximize) value = -value;
        var gradients = Gradient.Of(value, trained);
        using var off = Tape.NoGrad();
        return new(point, value.Item(), Tensor.Concat([.. gradients.Select(g => g.Flatten(0, -1).As(DType.Float64))], 0), 0);
    }

    // A frozen parameter stays as it is.
    Tensor[] Trained() => [.. Slots.Select(slot => slot.Parameter).Where(p => p.RequiresGrad)];

    // A copy: of one parameter alone it would be the parameter itself.
    Tensor Point() => Tensor.Concat([.. trained.Select(p => p.Flatten(0, -1).As(DType.Float64))], 0).Copy();

    void SetPoint(Tensor point)
    {
        var start = 0;
        foreach (var p in trained)
        {
            p.Assign(point[start..(start + p.Count)].Reshape(p.Shape.AsSpan()).As(p.DType));
            start += p.Count;
        }
    }

    static double Dot(Tensor a, Tensor b) => (a * b).Sum().Item();

    void Remember(Tensor step, Tensor change)
    {
        var product = Dot(step, change);
        // Only positive curvature keeps the direction downhill.
        if (product <= 1e-10) return;
        if (pairs.Count == history) pairs.RemoveAt(0);
        pairs.Add((step, change, 1 / product));
    }

    Tensor InverseHessianTimes(Tensor gradient)
    {
        var q = gradient;
        var alphas = new double[pairs.Count];
        for (var i = pairs.Count - 1; i >= 0; i--)
        {
            alphas[i] = pairs[i].Inverse * Dot(pairs[i].Step, q);
            q -= pairs[i].Change * alphas[i];
        }
        if (pairs.Count > 0) q /= pairs[^1].Inverse * Dot(pairs[^1].Change, pairs[^1].Change);
        for (var i = 0; i < pairs.Count; i++) q += pairs[i].Step * (alphas[i] - pairs[i].Inverse * Dot(pairs[i].Change, q));
        return q;
    }

    /// <summary>What every optimiser remembers, and the changes of w and of the gradient as rows of <c>moves</c> and <c>changes</c>.</summary>
    public override OrderedDictionary<string, Tensor> State()
    {
        var state = base.State();
        state["moves"] = Rows(pairs.Select(pair => pair.Step));
        state["changes"] = Rows(pairs.Select(pair => pair.Change));
        return state;
    }

    static Tensor Rows(IEnumerable<Tensor> vectors) => vectors.ToArray() is { Length: > 0 } rows ? Tensor.Stack(rows, 0) : Tensor.Zeros([0, 0], DType.Float64);

    /// <inheritdoc/>
    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        var saved = new SavedState(state, Name);
        Tensor moves = saved.Entry("moves"), changes = saved.Entry("changes");
        var size = Trained().Sum(p => p.Count);
        if (moves.Rank != 2 || moves.Shape != changes.Shape || (moves.Shape[0] > 0 && moves.Shape[1] != size) || moves.DType != DType.Float64
            || changes.DType != DType.Float64) throw new ArgumentException(
            $"{Name}.LoadState: \"moves\" of shape {moves.Shape} and \"changes\" of shape {changes.Shape} must be float64 and both [moves, {size}].");
        base.LoadState(state.Where(entry => entry.Key is not ("moves" or "changes")).ToDictionary());
        pairs.Clear();
        for (var i = 0; i < moves.Shape[0]; i++) Remember(moves[i].Copy(), changes[i].Copy());
    }

    /// <summary>Looks along a direction for a point that satisfies the strong Wolfe conditions.</summary>
    sealed class LineSearch(Func<double, Place> at, Tensor direction, Place start, double slope, int evaluations)
    {
        int left = evaluations;

        public Place Find(double length)
        {
            var before = start;
            while (left-- > 0)
            {
                var now = At(length);
                if (!double.IsFinite(now.Loss) || now.Loss > start.Loss + Decrease * length * slope || (before.Length > 0 && now.Loss >= before.Loss))
                    return Zoom(before, now);
                var slopeNow = Slope(now);
                if (Math.Abs(slopeNow) <= -Curvature * slope) return now;
                if (slopeNow >= 0) return Zoom(now, before);
                before = now;
                length *= 2;
            }
            return before;
        }

        // The low end satisfies the decrease, and between the ends there is a point that satisfies both conditions.
        Place Zoom(Place low, Place high)
        {
            while (left-- > 0)
            {
                var now = At(Between(low, high));
                if (!double.IsFinite(now.Loss) || now.Loss > start.Loss + Decrease * now.Length * slope || now.Loss >= low.Loss)
                {
                    high = now;
                    continue;
                }
                var slopeNow = Slope(now);
                if (Math.Abs(slopeNow) <= -Curvature * slope) return now;
                if (slopeNow * (high.Length - low.Length) >= 0) high = low;
                low = now;
            }
            return low;
        }

        // The lowest point of the parabola through the low end, its slope and the high end; the middle where that lies near an end.
        double Between(Place low, Place high)
        {
            double width = high.Length - low.Length, slopeLow = Slope(low);
            var bend = (high.Loss - low.Loss - slopeLow * width) / (width * width);
            var share = bend > 0 ? -slopeLow / (2 * bend) / width : double.NaN;
            return low.Length + width * (share is > 0.1 and < 0.9 ? share : 0.5);
        }

        Place At(double length) => at(length) with { Length = length };

        double Slope(Place place) => Dot(direction, place.Gradient);
    }
}
