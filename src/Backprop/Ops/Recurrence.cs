using System.Runtime.CompilerServices;
using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>
/// One step of a recurrent layer as two formulas, its value and its derivative, which registers and tensors read alike. A block is a tensor
/// [batch, size], or one place of it.
/// </summary>
interface ICell
{
    /// <summary>How many blocks the input adds to the state's product: the gates.</summary>
    static abstract int Gates { get; }

    /// <summary>How many blocks the derivative needs beside the states.</summary>
    static abstract int Kept { get; }

    /// <summary>How many blocks go from step to step; the first of them is the one that is multiplied.</summary>
    static abstract int States { get; }

    /// <summary>Whether the input's part and the state's part of the gates have different derivatives.</summary>
    static abstract bool PartsDiffer { get; }

    /// <summary>From the gates' parts (the input's, then the state's) and the states before to what is kept and the states after.</summary>
    static abstract void Step<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V>;

    /// <summary>
    /// From what was kept, the states before, the states after and their derivatives to the derivatives of the gates (the state's part; then, if
    /// they differ, the input's part) and of the states before, as far as they do not go through the product.
    /// </summary>
    static abstract void Pull<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V>;
}

/// <summary>
/// What all recurrent layers have in common: with zₜ the input's part of the gates, sₜ₊₁ = cell(zₜ, hₜ·Wᵀ + b, sₜ), where h is the first of the
/// states s. Backward, the steps run the other way, and the derivatives of W and b are one product and one sum over all of them.
/// Operands: z [time, batch, gates · size], W [gates · size, size], b [gates · size], the initial states [states, batch, size] and, if the
/// sequences differ in length, the lengths [batch]. The result [states, time + 1, batch, size] holds the states before, between and after the steps.
/// </summary>
/// <remarks>
/// Running in reverse, the step at t leads from state t + 1 to state t. A sequence takes part in the steps before its length only; at the others
/// its states stay. So both ways its final state is the last one of the way, and in reverse it begins at its own end.
/// </remarks>
static class Recurrence<C> where C : ICell
{
    public static Tensor Call(Op op, Tensor z, Tensor weight, Tensor? bias, Tensor? initial, Tensor? lengths)
    {
        ArgumentNullException.ThrowIfNull(z);
        ArgumentNullException.ThrowIfNull(weight);
        if (z.Rank != 3) throw new ShapeException($"{op.Name}: the input's part of the gates has shape {z.Shape}; it must be [time, batch, {C.Gates} * size].");
        var size = z.Shape[2] / C.Gates;
        bias ??= Tensor.Zeros([C.Gates * size], z.DType);
        initial ??= Tensor.Zeros([C.States, z.Shape[1], size], z.DType);
        var dtype = DTypes.Meet([z, weight, bias, initial]);
        if (!dtype.IsFloat()) dtype = DType.Float64;
        Tensor a = Cast.Call(z, dtype), b = Cast.Call(weight, dtype), c = Cast.Call(bias, dtype), d = Cast.Call(initial, dtype);
        return lengths is null ? op.Apply(a, b, c, d) : op.Apply(a, b, c, d, lengths);
    }

    public static Shape Infer(Op op, ReadOnlySpan<Tensor> x)
    {
        if (x[0].Shape is not [var time, var batch, var width] || x[1].Shape is not [var rows, var size] || rows != width || rows != C.Gates * size)
            throw new ShapeException($"{op.Name}: a weight of shape {x[1].Shape} does not fit gates of shape {x[0].Shape}; " +
                $"they must be [{C.Gates} * size, size] and [time, batch, {C.Gates} * size].");
        if (x[2].Shape != new Shape(rows)) throw new ShapeException($"{op.Name}: a bias of shape {x[2].Shape} does not fit {rows} gates; it must be [{rows}].");
        if (x[3].Shape != new Shape(C.States, batch, size)) throw new ShapeException(
            $"{op.Name}: initial states of shape {x[3].Shape} do not fit a batch of {batch} and a weight of shape {x[1].Shape}; they must be [{C.States}, {batch}, {size}].");
        if (x.Length > 4 && (x[4].Shape != new Shape(batch) || !x[4].DType.IsInteger())) throw new ShapeException(
            $"{op.Name}: lengths of {x[4].DType.Name()} and shape {x[4].Shape} do not fit a batch of {batch}; they must be whole numbers [{batch}].");
        return [C.States, time + 1, batch, size];
    }

    public static Tensor Forward(Op op, bool reverse, ReadOnlySpan<Tensor> x, bool keep, out Tensor? kept)
    {
        var states = new Tensor(Infer(op, x), x[0].DType);
        var (time, batch, size) = (x[0].Shape[0], x[0].Shape[1], x[1].Shape[1]);
        Tensor z = x[0].Packed(), bias = x[2].Packed(), initial = x[3].Packed();
        var across = MatrixProduct.Swapped(x[1].Detach()).Packed();
        var product = new Tensor([batch, C.Gates * size], z.DType);
        kept = new Tensor([keep ? time : 1, batch, C.Kept * size], z.DType);
        var lengths = Lengths(x);
        var active = new bool[batch];
        for (var s = 0; s < C.States; s++)
            Cpu.Hold(new(initial, s * batch * size, 1), new(states, At(states, s, reverse ? time : 0), 1), size, active);
        StepRows[] operands = new StepRows[2 + C.States], results = new StepRows[1 + C.States];
        for (var i = 0; i < time; i++)
        {
            var t = reverse ? time - 1 - i : i;
            int before = reverse ? t + 1 : t, after = reverse ? t : t + 1;
            Cpu.MatMul(Plane(states, At(states, 0, before), batch, size), across, bias, 1, adds: false, product);
            operands[0] = new(z, t * batch * C.Gates * size, C.Gates);
            operands[1] = new(product, 0, C.Gates);
            results[0] = new(kept, keep ? t * batch * C.Kept * size : 0, C.Kept);
            for (var s = 0; s < C.States; s++)
            {
                operands[2 + s] = new(states, At(states, s, before), 1);
                results[1 + s] = new(states, At(states, s, after), 1);
            }
            var taking = Active(lengths, t, active);
            Cpu.Step<Stepping>(operands, results, batch, size, taking);
            for (var s = 0; s < C.States; s++) Cpu.Hold(operands[2 + s], results[1 + s], size, taking);
        }
        if (!keep) kept = null;
        return states;
    }

    public static void Backward(bool reverse, Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor weight = node.Inputs[1], states = node.Output;
        int time = states.Shape[1] - 1, batch = states.Shape[2], size = states.Shape[3], width = C.Gates * size;
        // The state from which each step set out.
        var before = states[.., reverse ? 1.. : ..^1];
        var (ds, dz, dInitial) = Recorder.Enabled || dy.DType != states.DType
            ? Recorded(reverse, node, dy, before)
            : Fused(reverse, node, dy.Packed(), node.Kept ?? Tensor.Concat(Kept(node.Inputs, before), -1));
        if (node.Needs(0)) dx[0] = dz;
        var rows = ds.Reshape(time * batch, width);
        if (node.Needs(1)) dx[1] = rows.T.MatMul(before[0].Reshape(time * batch, size));
        if (node.Needs(2)) dx[2] = rows.Sum(0);
        if (node.Needs(3)) dx[3] = dInitial;
    }

    // What the forward pass would have kept, of all steps together.
    static Tensor[] Kept(ReadOnlySpan<Tensor> x, Tensor before)
    {
        Tensor[] operands =
        [
            .. x[0].Chunk(C.Gates, -1), .. (before[0].MatMul(x[1].T) + x[2]).Chunk(C.Gates, -1), .. before.Unstack(0),
        ];
        var results = new Tensor[C.Kept + C.States];
        C.Step<TensorPlaces, Tensor>(new(operands), new(results));
        return results[..C.Kept];
    }

    // The derivative as a computation with tensors, which has derivatives itself.
    static (Tensor Ds, Tensor Dz, Tensor DInitial) Recorded(bool reverse, Node node, Tensor dy, Tensor before)
    {
        var time = before.Shape[1];
        Tensor weight = node.Inputs[1], after = node.Output[.., reverse ? ..^1 : 1..];
        var kept = Kept(node.Inputs, before);
        Tensor[] ds = new Tensor[time], dz = new Tensor[time], results = new Tensor[Pulling.Results];
        var flow = dy[.., reverse ? 0 : time].Unstack(0);
        for (var i = time - 1; i >= 0; i--)
        {
            var t = reverse ? time - 1 - i : i;
            Tensor[] operands = [.. kept.Select(k => k[t]), .. before[.., t].Unstack(0), .. after[.., t].Unstack(0), .. flow];
            C.Pull<TensorPlaces, Tensor>(new(operands), new(results));
            if (node.Inputs.Length > 4)
            {
                var active = (node.Inputs[4] > (long)t).Unsqueeze(1);
                for (var k = 0; k < results.Length; k++)
                    results[k] = Tensor.Where(active, results[k], k < results.Length - C.States ? 0.0 : flow[k - results.Length + C.States]);
            }
            ds[t] = Tensor.Concat(results.AsSpan(..C.Gates), -1);
            dz[t] = C.PartsDiffer ? Tensor.Concat(results.AsSpan(C.Gates, C.Gates), -1) : ds[t];
            var earlier = dy[.., reverse ? t + 1 : t].Unstack(0);
            for (var s = 0; s < C.States; s++) flow[s] = earlier[s] + results[^(C.States - s)];
            flow[0] += ds[t].MatMul(weight);
        }
        var none = Tensor.ZerosLike(node.Inputs[0]);
        return time == 0 ? (none, none, Tensor.Stack(flow)) : (Tensor.Stack(ds), Tensor.Stack(dz), Tensor.Stack(flow));
    }

    static (Tensor Ds, Tensor Dz, Tensor DInitial) Fused(bool reverse, Node node, Tensor dy, Tensor kept)
    {
        Tensor states = node.Output, weight = node.Inputs[1].Packed();
        int time = states.Shape[1] - 1, batch = states.Shape[2], size = states.Shape[3];
        // The whole derivative of every state, once the steps that set out from it are done.
        var total = new Tensor(dy.Shape, dy.DType);
        Cpu.Copy(dy, total);
        var ds = new Tensor([time, batch, C.Gates * size], dy.DType);
        var dz = C.PartsDiffer ? new Tensor(ds.Shape, dy.DType) : ds;
        StepRows[] operands = new StepRows[1 + 4 * C.States], results = new StepRows[(C.PartsDiffer ? 2 : 1) + C.States];
        var lengths = Lengths(node.Inputs);
        bool[] active = new bool[batch], idle = new bool[batch];
        for (var i = time - 1; i >= 0; i--)
        {
            var t = reverse ? time - 1 - i : i;
            int before = reverse ? t + 1 : t, after = reverse ? t : t + 1;
            operands[0] = new(kept, t * batch * C.Kept * size, C.Kept);
            results[0] = new(ds, t * batch * C.Gates * size, C.Gates);
            if (C.PartsDiffer) results[1] = results[0] with { Tensor = dz };
            for (var s = 0; s < C.States; s++)
            {
                operands[1 + s] = new(states, At(states, s, before), 1);
                operands[1 + C.States + s] = new(states, At(states, s, after), 1);
                operands[1 + 2 * C.States + s] = new(total, At(states, s, after), 1);
                results[^(C.States - s)] = operands[1 + 3 * C.States + s] = new(total, At(states, s, before), 1);
            }
            var taking = Active(lengths, t, active);
            Cpu.Step<Pulling>(operands, results, batch, size, taking);
            if (!taking.IsEmpty) Idle(operands, results, size, taking, idle);
            Cpu.MatMul(Plane(ds, t * batch * C.Gates * size, batch, C.Gates * size), weight, null, 1, adds: true, Plane(total, At(states, 0, before), batch, size));
        }
        return (ds, dz, total[.., reverse ? time : 0]);
    }

    // Where a sequence takes no part, what flows into the states after flows on to the states before, and nothing into the gates.
    static void Idle(StepRows[] operands, StepRows[] results, int size, ReadOnlySpan<bool> active, bool[] idle)
    {
        for (var i = 0; i < idle.Length; i++) idle[i] = !active[i];
        for (var k = 0; k < results.Length - C.States; k++) Cpu.Hold(null, results[k], size, active);
        for (var s = 0; s < C.States; s++)
            Cpu.Step<SumOf2>([operands[1 + 2 * C.States + s], operands[1 + 3 * C.States + s]], [results[^(C.States - s)]], idle.Length, size, idle);
    }

    static int At(Tensor states, int state, int t) => (state * states.Shape[1] + t) * states.Shape[2] * states.Shape[3];

    static Tensor Plane(Tensor x, int start, int rows, int columns) => x.View([rows, columns], null, x.Offset + start);

    static ReadOnlySpan<long> Lengths(ReadOnlySpan<Tensor> x) => x.Length > 4 ? Cast.Raw(x[4], DType.Int64).Packed().Elements<long>() : default;

    // Which sequences take part in step t; empty where all do.
    static ReadOnlySpan<bool> Active(ReadOnlySpan<long> lengths, int t, bool[] active)
    {
        if (lengths.IsEmpty) return default;
        var all = true;
        for (var i = 0; i < active.Length; i++) all &= active[i] = t < lengths[i];
        return all ? default : active;
    }

    readonly struct Stepping : IStep
    {
        public static int Operands
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => 2 * C.Gates + C.States;
        }

        public static int Results
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => C.Kept + C.States;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V> => C.Step<P, V>(x, y);
    }

    readonly struct Pulling : IStep
    {
        public static int Operands
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => C.Kept + 4 * C.States;
        }

        public static int Results
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => (C.PartsDiffer ? 2 : 1) * C.Gates + C.States;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V>
        {
            // What flows into the states before from elsewhere; read before the results are put in its place.
            V first = x[C.Kept + 3 * C.States], last = x[Operands - 1];
            C.Pull<P, V>(x, y);
            y[Results - C.States] += first;
            if (C.States > 1) y[Results - 1] += last;
        }
    }
}

/// <summary>Tensors as the operands and results of a step.</summary>
readonly struct TensorPlaces(Tensor[] tensors) : IPlaces<Tensor>
{
    public Tensor this[int k]
    {
        get => tensors[k];
        set => tensors[k] = value;
    }
}
