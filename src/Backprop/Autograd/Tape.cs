using Backprop.Devices.Memory;
using Backprop.Ops;

namespace Backprop.Autograd;

/// <summary>
/// Remembers every call that leads to a wanted derivative, and walks them backward. Recording is a matter of the thread;
/// independent graphs may be built and walked on several threads at once.
/// </summary>
public static class Tape
{
    /// <summary>Marks tensors as inputs with respect to which derivatives are wanted (<see cref="Tensor.RequiresGrad"/>).</summary>
    /// <exception cref="DTypeException">The elements of one are not float32 or float64.</exception>
    public static void Watch(params ReadOnlySpan<Tensor> x)
    {
        foreach (var t in x) t.RequiresGrad = true;
    }

    /// <summary>Whether this thread records calls now.</summary>
    public static bool IsRecording => Recorder.Enabled;

    /// <summary>Stops recording on this thread until the result is disposed of: <c>using (Tape.NoGrad()) …</c></summary>
    public static Scope NoGrad() => new(recording: false, Recorder.KeepsSources);

    /// <summary>Records on this thread until the result is disposed of, also inside a <see cref="NoGrad"/>.</summary>
    public static Scope EnableGrad() => new(recording: true, Recorder.KeepsSources);

    /// <summary>
    /// Keeps the caller's file and line with every call recorded on this thread until the result is disposed of. It costs
    /// microseconds a call: for drawing and debugging.
    /// </summary>
    public static Scope KeepSources() => new(Recorder.Enabled, keepsSources: true);

    /// <summary>
    /// Says of every call recorded on this thread until the result is disposed of that it comes from a place, as a line of a file that a program reads and computes:
    /// graphs and messages name that line then.
    /// </summary>
    public static Scope KeepSources(CallSite place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return new(Recorder.Enabled, keepsSources: true, place);
    }

    /// <summary>
    /// Until the result is disposed of, the first call on this thread that makes a NaN (or, if asked, an infinity) out of
    /// sound numbers, forward or backward, throws an <see cref="AnomalyException"/> naming the operation, file and line. Every
    /// result is looked through: for debugging.
    /// </summary>
    public static AnomalyScope DetectAnomalies(bool nan = true, bool infinity = true) => new(nan, infinity);

    /// <summary>Puts the watch for anomalies back as it was. As it is a matter of the thread, the compiler lets no await stand inside.</summary>
    public readonly ref struct AnomalyScope : IDisposable
    {
        readonly bool nan, infinity, keptSources;

        internal AnomalyScope(bool watchNaN, bool watchInfinity)
        {
            (nan, infinity, keptSources) = (Anomalies.WatchesNaN, Anomalies.WatchesInfinity, Recorder.KeepsSources);
            (Anomalies.WatchesNaN, Anomalies.WatchesInfinity, Recorder.KeepsSources) = (watchNaN, watchInfinity, true);
        }

        /// <inheritdoc/>
        public void Dispose() => (Anomalies.WatchesNaN, Anomalies.WatchesInfinity, Recorder.KeepsSources) = (nan, infinity, keptSources);
    }

    /// <summary>Puts recording back as it was. As it is a matter of the thread, the compiler lets no await stand inside.</summary>
    public readonly ref struct Scope : IDisposable
    {
        readonly bool wasRecording, keptSources;
        readonly CallSite? wasPlace;

        internal Scope(bool recording, bool keepsSources, CallSite? place = null)
        {
            (wasRecording, keptSources, wasPlace) = (Recorder.Enabled, Recorder.KeepsSources, Recorder.Place);
            (Recorder.Enabled, Recorder.KeepsSources, Recorder.Place) = (recording, keepsSources, place ?? wasPlace);
        }

        /// <inheritdoc/>
        public void Dispose() => (Recorder.Enabled, Recorder.KeepsSources, Recorder.Place) = (wasRecording, keptSources, wasPlace);
    }

    internal static void Backward(Tensor root, Tensor? dy, bool createGraph, bool release)
    {
        if (createGraph && release) throw new GradientException(
            "Backward: createGraph needs the graph that release lets go of; ask for one of them.");
        Walk(root, Seed(root, dy, nameof(Backward)), createGraph, new LeafGradients(), release);
        BufferPool.Tidy();
    }

    /// <summary>What flows into a result: 1 unless given.</summary>
    internal static Tensor Seed(Tensor root, Tensor? dy, string operation)
    {
        if (!root.RequiresGrad) throw new GradientException(
            $"{operation}: nothing was recorded on the way to this tensor. Mark its inputs with Tape.Watch (or RequiresGrad) before computing it" +
            (Recorder.Enabled ? "." : ", and not under NoGrad."));
        if (dy is null && root.IsSingle && root.DType == DType.Float64) return Tensor.Single(1, weak: false);
        if (dy is null)
            return root.Count == 1 ? Tensor.OnesLike(root) : throw new GradientException(
                $"{operation}: a tensor of shape {root.Shape} is not a single number; give what flows in (dy, of the same shape), or reduce it first with Sum() or Mean().");
        if (dy.Shape != root.Shape)
            throw new ShapeException($"{operation}: dy has shape {dy.Shape} and the result {root.Shape}; they must be equal.");
        return Cast.Call(dy, root.DType);
    }

    /// <summary>Walks backward from a result and hands every leaf's derivative to <paramref name="sink"/>.</summary>
    internal static void Walk<S>(Tensor root, Tensor dy, bool createGraph, S sink, bool release = false) where S : IGradientSink
    {
        using var scope = new Scope(recording: createGraph, Recorder.KeepsSources);
        if (root.Node is null)
        {
            sink.Receive(root, Hooked(root, dy));
            return;
        }
        var order = Order(root.Node, []);
        root.Node.Pending = dy;
        try
        {
            var buffer = new Tensor?[4];
            Dictionary<Tensor, Tensor>? awaited = null;
            for (var i = order.Count - 1; i >= 0; i--)
            {
                Step(order[i], ref buffer, ref awaited, sink);
                if (release) order[i].Release();
            }
            if (awaited is null) return;
            foreach (var (leaf, d) in awaited) sink.Receive(leaf, Hooked(leaf, d));
        }
        finally
        {
            // After an error nothing may be left to be taken for the next pass's.
            foreach (var node in order) node.Pending = null;
        }
    }

    /// <summary>
    /// The derivatives of a result with respect to variables (<see cref="Variable.Of"/>), beyond which the walk does not go; null
    /// where the result does not depend on one. The walk is recorded if the result depends on anything else that is tracked:
    /// then these derivatives have derivatives too.
    /// </summary>
    internal static Tensor?[] Gradients(Tensor y, Tensor dy, ReadOnlySpan<Tensor> variables, bool createGraph = false)
    {
        var result = new Tensor?[variables.Length];
        if (y.Node is null) return result;
        var order = Order(y.Node, variables);
        var path = Path(order, variables);
        using var scope = new Scope(createGraph || (Recorder.Enabled && ReachesTracked(order, variables)), Recorder.KeepsSources);
        y.Node.Pending = dy;
        try
        {
            var buffer = new Tensor?[4];
            Dictionary<Tensor, Tensor>? awaited = null;
            for (var i = path.Count - 1; i >= 0; i--) Step(path[i], ref buffer, ref awaited, new NoGradients());
            for (var i = 0; i < result.Length; i++)
            {
                if (variables[i].Node!.Pending is not { } d) continue;
                d.Share();
                result[i] = Hooked(variables[i], d);
            }
        }
        finally
        {
            foreach (var node in order) node.Pending = null;
            foreach (var variable in variables) variable.Node!.Pending = null;
        }
        return result;
    }

    // The calls of an order that depend on a variable: what else it reaches, outside the function, is not to be walked.
    static List<Node> Path(List<Node> order, ReadOnlySpan<Tensor> variables)
    {
        foreach (var variable in variables) variable.Node!.Mark |= 1;
        return order.FindAll(static node =>
        {
            foreach (var x in node.Inputs)
                if (x.Node is { } source && source.Mark == (node.Mark | 1))
                {
                    node.Mark |= 1;
                    return true;
                }
            return false;
        });
    }

    /// <summary>Whether a result depends on something tracked besides what the variables stand for, or on that.</summary>
    internal static bool DependsOnTracked(Tensor y, ReadOnlySpan<Tensor> variables) =>
        y.Node is null ? y.RequiresGrad : ReachesTracked(Order(y.Node, variables), variables);

    static bool ReachesTracked(List<Node> order, ReadOnlySpan<Tensor> variables)
    {
        foreach (var variable in variables)
            if (variable.Node!.Inputs[0].RequiresGrad) return true;
        foreach (var node in order)
        {
            // The variable of a derivative that is being taken outside this one.
            if (node.Op is Variable) return true;
            foreach (var x in node.Inputs)
                if (x.Node is null && x.RequiresGrad) return true;
        }
        return false;
    }

    // A hook sees the whole derivative: what a leaf with hooks receives is gathered in `awaited` until the end.
    static void Step<S>(Node node, ref Tensor?[] buffer, ref Dictionary<Tensor, Tensor>? awaited, S sink) where S : IGradientSink
    {
        if (node.Pending is not { } dy) return;
        node.Pending = null;
        dy = Hooked(node.Output, dy);
        if (node.Output.KeepsGrad || sink.Wants(node.Output))
        {
            dy.Share();
            sink.Receive(node.Output, dy);
        }
        var inputs = node.Inputs;
        if (inputs.Length > buffer.Length) buffer = new Tensor?[inputs.Length];
        var dx = buffer.AsSpan(0, inputs.Length);
        dx.Clear();
        Temporaries.Show(node.Op, dy);
        var leases = BufferPool.Leases;
        node.Backward(dy, dx);
        if (Anomalies.Watching) Anomalies.AfterBackward(node, dy, dx);
        if (!Recorder.Enabled) Temporaries.Sort(node.Op, dy, dx, leases);
        for (var k = 0; k < dx.Length; k++)
        {
            if (dx[k] is not { } d) continue;
            var x = inputs[k];
            if (x.Node is { } source) source.Pending = source.Pending is { } sum ? Temporaries.Sum(sum, d) : d;
            else if (x.Hooks is null) sink.Receive(x, d);
            else (awaited ??= [])[x] = awaited.TryGetValue(x, out var gathered) ? Temporaries.Sum(gathered, d) : d;
        }
        dx.Clear();
    }

    static Tensor Hooked(Tensor x, Tensor d)
    {
        if (x.Hooks is not { } hooks) return d;
        d.Share();
        foreach (var hook in hooks.ToArray())
        {
            if (hook(d) is not { } replaced) continue;
            d = replaced.Shape == x.Shape ? Cast.Call(replaced, x.DType) : throw new ShapeException(
                $"OnGradient: the hook returned a gradient of shape {replaced.Shape} for a tensor of shape {x.Shape}.");
        }
        return d;
    }

    [ThreadStatic] static Stack<(Node Node, int Next)>? spare;
    // Even: the lowest bit of a mark tells the calls on the path to a variable.
    static int passes;

    // Operands before results. A stack of our own: a chain of a million calls must not overflow the thread's.
    static List<Node> Order(Node root, ReadOnlySpan<Tensor> variables)
    {
        var order = new List<Node>();
        var stack = spare ?? new();
        spare = null;
        var pass = Interlocked.Add(ref passes, 2);
        foreach (var variable in variables) variable.Node!.Mark = pass;
        if (root.Mark == pass) return order;
        root.Mark = pass;
        stack.Push((root, 0));
        while (stack.TryPop(out var top))
        {
            var (node, next) = top;
            var inputs = node.Inputs;
            while (next < inputs.Length && (inputs[next].Node is not { } source || source.Mark == pass)) next++;
            if (next == inputs.Length)
            {
                order.Add(node);
                continue;
            }
            stack.Push((node, next + 1));
            var input = inputs[next].Node!;
            input.Mark = pass;
            stack.Push((input, 0));
        }
        spare = stack;
        return order;
    }
}

/// <summary>Where the derivatives of a backward pass go.</summary>
interface IGradientSink
{
    /// <summary>Whether the derivative with respect to a result, not only to leaves, is asked for.</summary>
    bool Wants(Tensor x);

    /// <summary>Takes (a part of) the derivative with respect to x.</summary>
    void Receive(Tensor x, Tensor d);
}

/// <summary>Drops what arrives at leaves.</summary>
readonly struct NoGradients : IGradientSink
{
    public bool Wants(Tensor x) => false;

    public void Receive(Tensor x, Tensor d)
    {
    }
}

/// <summary>Gathers the derivatives with respect to some tensors.</summary>
sealed class ChosenGradients(ReadOnlySpan<Tensor> chosen) : IGradientSink
{
    readonly Dictionary<Tensor, Tensor?> sums = Start(chosen);

    static Dictionary<Tensor, Tensor?> Start(ReadOnlySpan<Tensor> chosen)
    {
        var start = new Dictionary<Tensor, Tensor?>();
        foreach (var x in chosen) start[x] = null;
        return start;
    }

    public Tensor? this[Tensor x] => sums[x];

    public bool Wants(Tensor x) => sums.ContainsKey(x);

    public void Receive(Tensor x, Tensor d)
    {
        d.Share();
        if (sums.TryGetValue(x, out var sum)) sums[x] = sum is null ? d : sum + d;
    }
}

/// <summary>Adds derivatives up in <see cref="Tensor.Grad"/>.</summary>
readonly struct LeafGradients : IGradientSink
{
    public bool Wants(Tensor x) => false;

    public void Receive(Tensor x, Tensor d) => x.AddToGrad(d);
}
