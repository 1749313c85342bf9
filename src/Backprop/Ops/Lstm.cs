using System.Runtime.CompilerServices;
using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>
/// A long short-term memory over a whole sequence (Hochreiter and Schmidhuber 1997, with forget gates): of the gates
/// a = zₜ + hₜ·Wᵀ + b, in the order i, f, g, o,
/// cₜ₊₁ = σ(f)·cₜ + σ(i)·tanh(g) and hₜ₊₁ = σ(o)·tanh(cₜ₊₁), where zₜ is the input's part.
/// Operands: z [time, batch, 4 · size], W [4 · size, size], b [4 · size], the initial states [2, batch, size] (h, then c) and, if they differ,
/// the sequences' lengths [batch].
/// </summary>
/// <remarks>
/// The result [2, time + 1, batch, size] holds the hidden states y[0] and the cells y[1] from the initial ones on: after step t they are at t + 1. In
/// reverse, step t leads from t + 1 to t. A sequence takes part in the steps before its length only; at the others its states stay.
/// </remarks>
/// <param name="Reverse">Whether it runs from the end.</param>
public sealed record LstmSequence(bool Reverse) : Op
{
    /// <summary>All states of the layer; bias and initial states are 0 and the sequences of equal length if left out.</summary>
    /// <exception cref="ShapeException">The operands do not fit each other.</exception>
    public static Tensor Call(Tensor z, Tensor weight, Tensor? bias = null, Tensor? initial = null, Tensor? lengths = null, bool reverse = false) =>
        Recurrence<LstmFormula>.Call(new LstmSequence(reverse), z, weight, bias, initial, lengths);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Recurrence<LstmFormula>.Infer(this, x);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y) => (2L * x[1].Shape[1] + 1) * x[0].Count;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => Recurrence<LstmFormula>.Forward(this, Reverse, x, keep: false, out _);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x, out Tensor? kept) => Recurrence<LstmFormula>.Forward(this, Reverse, x, keep: true, out kept);

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => Recurrence<LstmFormula>.Backward(Reverse, node, dy, dx);
}

/// <summary>
/// c′ = f·c + i·g, h′ = o·tanh c′ with i, f, o = σ and g = tanh of their gates.  With dc = dc′ + dh′·o·(1 − tanh² c′):
/// di = dc·g, df = dc·c, dg = dc·i, do = dh′·tanh c′, each times its slope, and f·dc goes on to c.
/// </summary>
readonly struct LstmFormula : ICell
{
    public static int Gates => 4;
    public static int Kept => 4;
    public static int States => 2;
    public static bool PartsDiffer => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V>
    {
        V i = Gate.Sigmoid(x[0] + x[4]), f = Gate.Sigmoid(x[1] + x[5]), g = V.Tanh(x[2] + x[6]), o = Gate.Sigmoid(x[3] + x[7]);
        var c = f * x[9] + i * g;
        (y[0], y[1], y[2], y[3]) = (i, f, g, o);
        y[4] = o * V.Tanh(c);
        y[5] = c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pull<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V>
    {
        V i = x[0], f = x[1], g = x[2], o = x[3], before = x[5], tanh = V.Tanh(x[7]), dh = x[8];
        var dc = x[9] + dh * o * (1 - tanh * tanh);
        y[0] = dc * g * i * (1 - i);
        y[1] = dc * before * f * (1 - f);
        y[2] = dc * i * (1 - g * g);
        y[3] = dh * tanh * o * (1 - o);
        y[4] = 0;
        y[5] = dc * f;
    }
}

static class Gate
{
    /// <summary>
    /// σ(a); as a tensor the operation itself, whose derivative is right also where e⁻ᵃ overflows. Written out because the JIT stops inlining
    /// before it reaches the bottom of <see cref="Logistic"/>, three of which make a step half as long again.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V>(V a) where V : IReal<V> =>
        a is Tensor x ? (V)(object)x.Sigmoid() : 1 / (1 + V.Exp(-a));
}
