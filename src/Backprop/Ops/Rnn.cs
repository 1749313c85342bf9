using System.Runtime.CompilerServices;
using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>
/// A plain recurrent layer over a whole sequence: hₜ₊₁ = f(zₜ + hₜ·Wᵀ + b) with f = tanh or ReLU, where zₜ is the input's part (Elman 1990).
/// Operands: z [time, batch, size], W [size, size], b [size], the initial state [1, batch, size] and, if they differ, the sequences' lengths [batch].
/// </summary>
/// <remarks>
/// The result [1, time + 1, batch, size] holds the states from the initial one on: after step t it is y[0, t + 1]. In reverse, step t leads from
/// y[0, t + 1] to y[0, t]. A sequence takes part in the steps before its length only; at the others its state stays.
/// </remarks>
/// <param name="Nonlinearity">f.</param>
/// <param name="Reverse">Whether it runs from the end.</param>
public sealed record RnnSequence(RnnNonlinearity Nonlinearity, bool Reverse) : Op
{
    /// <summary>All states of the layer; bias and initial state are 0 and the sequences of equal length if left out.</summary>
    /// <exception cref="ShapeException">The operands do not fit each other.</exception>
    public static Tensor Call(Tensor z, Tensor weight, Tensor? bias = null, Tensor? initial = null, Tensor? lengths = null,
        RnnNonlinearity nonlinearity = RnnNonlinearity.Tanh, bool reverse = false) =>
        Recurrence<RnnFormula<Tanh>>.Call(new RnnSequence(nonlinearity, reverse), z, weight, bias, initial, lengths);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Recurrence<RnnFormula<Tanh>>.Infer(this, x);

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y) => (2L * x[1].Shape[1] + 1) * x[0].Count;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => Forward(x, keep: false, out _);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x, out Tensor? kept) => Forward(x, keep: true, out kept);

    Tensor Forward(ReadOnlySpan<Tensor> x, bool keep, out Tensor? kept) => Nonlinearity == RnnNonlinearity.Tanh
        ? Recurrence<RnnFormula<Tanh>>.Forward(this, Reverse, x, keep, out kept)
        : Recurrence<RnnFormula<Relu>>.Forward(this, Reverse, x, keep, out kept);

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        if (Nonlinearity == RnnNonlinearity.Tanh) Recurrence<RnnFormula<Tanh>>.Backward(Reverse, node, dy, dx);
        else Recurrence<RnnFormula<Relu>>.Backward(Reverse, node, dy, dx);
    }
}

/// <summary>h′ = f(a), a = z + s, where s is the state's part;  da = dh′·f′(a).</summary>
/// <typeparam name="F">f.</typeparam>
readonly struct RnnFormula<F> : ICell where F : struct, IFormula<F>
{
    public static int Gates => 1;
    public static int Kept => 1;
    public static int States => 1;
    public static bool PartsDiffer => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V>
    {
        var a = x[0] + x[1];
        y[0] = a;
        y[1] = default(F).Value(a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pull<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V>
    {
        V a = x[0], h = x[2], dh = x[3];
        y[0] = F.Pull(default, dh, a, h);
        y[1] = 0;
    }
}
