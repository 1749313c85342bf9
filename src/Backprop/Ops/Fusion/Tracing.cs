namespace Backprop.Ops;

/// <summary>Runs a function on stand-ins for its operands and writes down which operations it calls.</summary>
sealed class Tracing : IOpObserver
{
    readonly List<(Op Op, Tensor[] X, Tensor Y)> seen = [];
    readonly Dictionary<Tensor, Tensor> detached = new(ReferenceEqualityComparer.Instance);
    readonly Tensor[] operands;
    readonly Tensor result;

    Tracing(int count, Func<Tensor[], Tensor> f, Shape shape)
    {
        operands = [.. Enumerable.Range(0, count).Select(_ => Tensor.Full(shape, 0.5, DType.Float32).Packed())];
        var (observer, recording) = (Recorder.Observer, Recorder.Enabled);
        Recorder.Observer = this;
        Recorder.Enabled = false;
        try
        {
            result = f([.. operands]) ?? throw new ArgumentException("Fuse: the function returned null.");
        }
        finally
        {
            Recorder.Observer = observer;
            Recorder.Enabled = recording;
        }
    }

    void IOpObserver.Called(Op op, ReadOnlySpan<Tensor> x, Tensor y) => seen.Add((op, x.ToArray(), y));

    void IOpObserver.Detached(Tensor x, Tensor y) => detached[y] = Origin(x);

    /// <summary>What a function of so many operands does.</summary>
    /// <exception cref="ArgumentException">It does not do the same each time, or not element by element.</exception>
    public static Recipe Of(int count, Func<Tensor[], Tensor> f)
    {
        // Numbers that depend on sizes or on chance differ the second time. One element broadcasts with whatever the function names besides; more may not.
        var recipe = new Tracing(count, f, [1]).Recipe();
        return recipe.Equals(new Tracing(count, f, [1, 1]).Recipe()) && (Longer(count, f)?.Equals(recipe) ?? true) ? recipe : throw new ArgumentException(
            "Fuse: the function does not do the same with every operand. It is run once, on stand-ins, so it must not depend on sizes or values, " +
            "draw random numbers or make tensors of its own; pass what changes as an operand.");
    }

    static Recipe? Longer(int count, Func<Tensor[], Tensor> f)
    {
        try
        {
            return new Tracing(count, f, [7]).Recipe();
        }
        catch (ShapeException)
        {
            return null;
        }
    }

    Recipe Recipe()
    {
        var needed = Needed();
        var places = new Dictionary<Tensor, int>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < operands.Length; i++) places[operands[i]] = i;
        List<Tensor> captured = [];
        List<double> literals = [];
        foreach (var call in seen.Where(call => needed.Contains(call.Y)))
            foreach (var x in call.X)
                if (!IsMade(x) && !IsLiteral(x) && !captured.Contains(x, ReferenceEqualityComparer.Instance)) captured.Add(x);
        for (var i = 0; i < captured.Count; i++) places[captured[i]] = operands.Length + i;
        foreach (var call in seen.Where(call => needed.Contains(call.Y)))
            foreach (var x in call.X)
                if (!places.ContainsKey(x) && !IsMade(x))
                {
                    places[x] = operands.Length + captured.Count + literals.Count;
                    literals.Add(Number(x));
                }
        for (var i = 0; i < operands.Length; i++)
            if (!needed.Contains(operands[i])) throw new ArgumentException($"Fuse: the function does not use its operand {i}; leave it out.");
        var calls = new List<Recipe.Call>();
        foreach (var (op, x, y) in seen)
        {
            if (!needed.Contains(y)) continue;
            Require(op);
            calls.Add(new(op, [.. x.Select(t => Find(places, t))]));
            places[y] = operands.Length + captured.Count + literals.Count + calls.Count - 1;
        }
        return new(operands.Length, [.. captured], [.. literals], [.. calls]);
    }

    // What the result is made of, looked for from the back.
    HashSet<Tensor> Needed()
    {
        var needed = new HashSet<Tensor>(ReferenceEqualityComparer.Instance) { result };
        if (!seen.Any(call => ReferenceEquals(call.Y, result))) throw new ArgumentException(
            "Fuse: the function must end with an operation, such as an addition or an activation.");
        for (var i = seen.Count - 1; i >= 0; i--)
            if (needed.Contains(seen[i].Y))
                foreach (var x in seen[i].X) needed.Add(Origin(x));
        return needed;
    }

    // A detached tensor stands for the one it was detached from.
    Tensor Origin(Tensor x) => detached.GetValueOrDefault(x, x);

    bool IsMade(Tensor x)
    {
        var origin = Origin(x);
        return operands.Contains(origin, ReferenceEqualityComparer.Instance) || seen.Any(call => ReferenceEquals(call.Y, origin));
    }

    static bool IsLiteral(Tensor x) => x.IsWeak && x.Count == 1;

    static double Number(Tensor x) => Cast.Raw(x, DType.Float64).First<double>();

    int Find(Dictionary<Tensor, int> places, Tensor x) => places.TryGetValue(x, out var place) ? place : ~places[Origin(x)];

    void Require(Op op)
    {
        if (op.Elements is null) throw new ArgumentException(
            $"Fuse: {op.Name} does not work element by element, which all of a fused function must do; fuse what comes before it and after it.");
        if (ReferenceEquals(seen.Last(call => ReferenceEquals(call.Y, result)).Op, op) && op.Elements.IsTruth) throw new ArgumentException(
            $"Fuse: the function gives truths ({op.Name}); it must give numbers, as Where(truth, a, b) does.");
    }
}
