using System.Runtime.CompilerServices;
using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>
/// Gated recurrent units over a whole sequence (Cho et al. 2014, as PyTorch has them): of the input's part z and the state's part s = hₜ·Wᵀ + b,
/// each in the order r, u, n, hₜ₊₁ = (1 − u)·n + u·hₜ with r = σ(zᵣ + sᵣ), u = σ(zᵤ + sᵤ) and n = tanh(zₙ + r·sₙ).
/// Operands: z [time, batch, 3 · size], W [3 · size, size], b [3 · size], the initial state [1, batch, size] and, if they differ, the sequences'
/// lengths [batch].
/// </summary>
/// <remarks>
/// The result [1, time + 1, batch, size] holds the states from the initial one on: after step t it is y[0, t + 1]. In reverse, step t leads from
/// y[0, t + 1] to y[0, t]. A sequence takes part in the steps before its length only; at the others its state stays.
/// </remarks>
/// <param name="Reverse">Whether it runs from the end.</param>
public sealed record GruSequence(bool Reverse) : Op
{
    /// <summary>All states of the layer; bias and initial state are 0 and the sequences of equal length if left out.</summary>
    /// <exception cref="ShapeException">The operands do not fit each other.</exception>
    public static Tensor Call(Tensor z, Tensor weight, Tensor? bias = null, Tensor? initial = null, Tensor? lengths = null, bool reverse = false) =>
        Recurrence<GruFormula>.Call(new GruSequence(reverse), z, weight, bias, initial, lengths);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Recurrence<GruFormula>.Infer(this, x);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y) => (2L * x[1].Shape[1] + 1) * x[0].Count;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => Recurrence<GruFormula>.Forward(this, Reverse, x, keep: false, out _);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x, out Tensor? kept) => Recurrence<GruFormula>.Forward(this, Reverse, x, keep: true, out kept);

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => Recurrence<GruFormula>.Backward(Reverse, node, dy, dx);
}

/// <summary>
/// h′ = (1 − u)·n + u·h.  dn = dh′·(1 − u), du = dh′·(h − n) and, with q the state's part of n, dr = dn·(1 − n²)·q, each times its slope; u·dh′ goes on
/// to h, and the state's part of n gets r times what the input's part gets.
/// </summary>
readonly struct GruFormula : ICell
{
    public static int Gates => 3;
    public static int Kept => 4;
    public static int States => 1;
    public static bool PartsDiffer => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V>
    {
        V r = Gate.Sigmoid(x[0] + x[3]), u = Gate.Sigmoid(x[1] + x[4]), q = x[5], n = V.Tanh(x[2] + r * q);
        (y[0], y[1], y[2], y[3]) = (r, u, n, q);
        y[4] = (1 - u) * n + u * x[6];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pull<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V>
    {
        V r = x[0], u = x[1], n = x[2], q = x[3], before = x[4], dh = x[6];
        var dn = dh * (1 - u) * (1 - n * n);
        V dr = dn * q * r * (1 - r), du = dh * (before - n) * u * (1 - u);
        (y[0], y[1], y[2]) = (dr, du, dn * r);
        (y[3], y[4], y[5]) = (dr, du, dn);
        y[6] = dh * u;
    }
}
