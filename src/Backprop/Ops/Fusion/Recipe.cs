using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>
/// A function as it was seen to run: calls of operations on values. Values are numbered: operands, tensors that the function names besides, literals, then
/// the results of the calls; the last one is the function's. A place written as its complement (~place) is read without history.
/// </summary>
sealed class Recipe(int operands, Tensor[] captured, double[] literals, Recipe.Call[] calls) : IEquatable<Recipe>
{
    /// <summary>An operation and the places of its operands.</summary>
    internal readonly record struct Call(Op Op, ValueList<int> Of);

    readonly Dictionary<long, Chain> pulls = [];
    Chain? forward;

    public ReadOnlySpan<Tensor> Captured => captured;

    int Sources => operands + captured.Length;

    int FirstCall => Sources + literals.Length;

    static int Place(int written) => written < 0 ? ~written : written;

    /// <summary>Every call by itself, recorded if calls are: the same numbers by the long way.</summary>
    public Tensor[] Replay(ReadOnlySpan<Tensor> x)
    {
        var values = new Tensor[FirstCall + calls.Length];
        x.CopyTo(values);
        for (var i = 0; i < literals.Length; i++) values[Sources + i] = literals[i];
        for (var i = 0; i < calls.Length; i++) values[FirstCall + i] = calls[i].Op.Apply(Operands(calls[i], values));
        return values;
    }

    static Tensor[] Operands(Call call, Tensor[] values)
    {
        var x = new Tensor[call.Of.Count];
        for (var i = 0; i < x.Length; i++) x[i] = call.Of[i] < 0 ? values[~call.Of[i]].Detach() : values[call.Of[i]];
        return x;
    }

    /// <summary>The derivatives by every call's own rule, which have derivatives themselves.</summary>
    public void PullByCalls(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var values = Replay(node.Inputs);
        var flows = new Tensor?[values.Length];
        // It may flow on to several calls as it is, so none of them may write over it.
        dy.Share();
        flows[^1] = dy;
        for (var i = calls.Length - 1; i >= 0; i--)
        {
            var y = values[FirstCall + i];
            if (flows[FirstCall + i] is not { } flow || !y.DType.IsFloat()) continue;
            var d = new Node(calls[i].Op, Operands(calls[i], values), y, all: true).Backward(flow);
            for (var k = 0; k < d.Length; k++)
                if (calls[i].Of[k] is >= 0 and var place && d[k] is { } part) flows[place] = flows[place] is { } others ? others + part : part;
        }
        for (var i = 0; i < dx.Length; i++)
            if (node.Needs(i)) dx[i] = flows[i];
    }

    /// <summary>The value as one chain.</summary>
    public Chain Forward()
    {
        if (forward is not null) return forward;
        var builder = new ChainBuilder(Sources);
        return forward = builder.Build([Values(builder, calls.Length)[^1]]);
    }

    int[] Values(ChainBuilder builder, int count)
    {
        var values = new int[FirstCall + count];
        for (var i = 0; i < Sources; i++) values[i] = i;
        for (var i = 0; i < literals.Length; i++) values[Sources + i] = builder.Literal(literals[i]);
        for (var i = 0; i < count; i++) values[FirstCall + i] = Step(builder, calls[i], values);
        return values;
    }

    int Step(ChainBuilder builder, Call call, int[] values)
    {
        // A product and what is added to it are one step, rounded twice all the same; the product alone is left out where nothing else needs it.
        for (var k = 0; k < 2 && call.Op is Binary<Add>; k++)
            if (Place(call.Of[k]) - FirstCall is >= 0 and var product && calls[product] is { Op: Binary<Multiply> } factors)
                return builder.Step(new BlockKernel<MultiplyAddKernel>(default), [.. Of(factors, values), values[Place(call.Of[1 - k])]]);
        return builder.Step(call.Op.Elements!.Value, Of(call, values));
    }

    static int[] Of(Call call, int[] values) => [.. call.Of.Select(written => values[Place(written)])];

    /// <summary>
    /// The derivatives as one chain over the sources, the result and dy: of those sources whose bit is set and that any derivative reaches. <paramref name="results"/>
    /// says for each source which result is its own: −1 for none, −2 where it is dy itself.
    /// </summary>
    public Chain? Backward(long wanted, out int[] results)
    {
        results = new int[Sources];
        Array.Fill(results, -1);
        // The result and dy are operands as well.
        var builder = new ChainBuilder(Sources + 2);
        int y = Sources, dy = Sources + 1;
        var values = Values(builder, calls.Length - 1);
        Array.Resize(ref values, FirstCall + calls.Length);
        values[^1] = y;
        var flows = Flows(builder, values, dy, wanted);
        var distinct = new List<int>();
        for (var i = 0; i < Sources; i++)
        {
            if ((wanted >> i & 1) == 0 || flows[i] < 0) continue;
            if (flows[i] == dy) results[i] = -2;
            else
            {
                results[i] = distinct.IndexOf(flows[i]);
                if (results[i] >= 0) continue;
                results[i] = distinct.Count;
                distinct.Add(flows[i]);
            }
        }
        if (distinct.Count == 0) return null;
        lock (pulls)
        {
            if (!pulls.TryGetValue(wanted, out var chain)) pulls[wanted] = chain = builder.Build([.. distinct]);
            return chain;
        }
    }

    // Where the derivative with respect to each value is; −1 for none.
    int[] Flows(ChainBuilder builder, int[] values, int dy, long wanted)
    {
        var reached = new bool[values.Length];
        for (var i = 0; i < Sources; i++) reached[i] = (wanted >> i & 1) != 0;
        for (var i = 0; i < calls.Length; i++)
            foreach (var place in calls[i].Of) reached[FirstCall + i] |= place >= 0 && reached[place] && !calls[i].Op.Elements!.IsTruth;
        var add = new BlockKernel<ValueKernel2<Add>>(default);
        var flows = new int[values.Length];
        Array.Fill(flows, -1);
        flows[^1] = dy;
        for (var i = calls.Length - 1; i >= 0; i--)
        {
            if (flows[FirstCall + i] < 0) continue;
            var (op, of) = calls[i];
            for (var k = 0; k < of.Count; k++)
            {
                if (of[k] is not (>= 0 and var place) || !reached[place]) continue;
                if (Part(builder, op.Elements!, k, flows[FirstCall + i], [.. Of(calls[i], values), values[FirstCall + i]]) is not (>= 0 and var part)) continue;
                flows[place] = flows[place] < 0 ? part : builder.Step(add, flows[place], part);
            }
        }
        return flows;
    }

    static int Part(ChainBuilder builder, Elementwise op, int operand, int flow, int[] read)
    {
        if (op.Slope(operand) is { } slope)
            return slope == 1 ? flow : builder.Step(new BlockKernel<ValueKernel2<Multiply>>(default), flow, builder.Literal(slope));
        return op.Pull(operand) is { } pull ? builder.Step(pull, [flow, .. read[..(pull.Arity - 1)]]) : -1;
    }

    /// <summary>The calls put into each other as text, as far as all of them are formulas.</summary>
    public Source? Read(ReadOnlySpan<Source> x) => Texts(x)?[^1];

    /// <summary>The derivative with respect to an operand as text, by every call's own rule.</summary>
    public Source? ReadPull(int operand, Source dy, ReadOnlySpan<Source> x)
    {
        if (Texts(x) is not { } values) return null;
        var flows = new Source?[values.Length];
        flows[^1] = dy;
        for (var i = calls.Length - 1; i >= 0; i--)
        {
            if (flows[FirstCall + i] is not { } flow) continue;
            var operands = Texts(calls[i], values);
            for (var k = 0; k < operands.Length; k++)
            {
                if (calls[i].Of[k] is not (>= 0 and var place)) continue;
                if (calls[i].Op.ReadPull(k, flow, operands, values[FirstCall + i]) is not { } part) return null;
                flows[place] = flows[place] is { } others ? others + part : part;
            }
        }
        return flows[operand] ?? 0;
    }

    Source[]? Texts(ReadOnlySpan<Source> x)
    {
        var values = new Source[FirstCall + calls.Length];
        x.CopyTo(values);
        for (var i = 0; i < literals.Length; i++) values[Sources + i] = literals[i];
        for (var i = 0; i < calls.Length; i++)
        {
            if (calls[i].Op.Read(Texts(calls[i], values)) is not { } text) return null;
            values[FirstCall + i] = text;
        }
        return values;
    }

    static Source[] Texts(Call call, Source[] values) => [.. call.Of.Select(written => values[Place(written)])];

    public int Calls => calls.Length;

    public bool Equals(Recipe? other) => other is not null && Sources == other.Sources && calls.AsSpan().SequenceEqual(other.Steps)
        && literals.AsSpan().SequenceEqual(other.Literals) && SameCaptured(other.Captured);

    ReadOnlySpan<Call> Steps => calls;

    ReadOnlySpan<double> Literals => literals;

    bool SameCaptured(ReadOnlySpan<Tensor> others)
    {
        if (others.Length != captured.Length) return false;
        for (var i = 0; i < captured.Length; i++)
            if (!ReferenceEquals(captured[i], others[i])) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Recipe);

    public override int GetHashCode() => HashCode.Combine(operands, captured.Length, literals.Length, calls.Length);
}

readonly struct MultiplyAddKernel : IKernel
{
    public static int Arity => 3;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a * b + c;
}
