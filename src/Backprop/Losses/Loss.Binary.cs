using System.Runtime.CompilerServices;
using Backprop.Formulas;
using Backprop.Ops;

namespace Backprop.Losses;

public static partial class Loss
{
    /// <summary>
    /// Binary cross entropy of probabilities x: −(target·ln x + (1 − target)·ln(1 − x)), the logarithms not below −100.
    /// </summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor BinaryCrossEntropy(Tensor x, Tensor target, Tensor? weight = null, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("BinaryCrossEntropy", x, target);
        var losses = Binary<BinaryCrossEntropyTerm>.Call(default, x, target);
        return Reduce(weight is null ? losses : losses * weight, reduction);
    }

    /// <summary>
    /// Binary cross entropy of σ(x), without overflow: (1 − target)·x + (1 + (p − 1)·target)·(ln(1 + e^(−|x|)) + max(−x, 0)).
    /// </summary>
    /// <param name="x">Scores.</param>
    /// <param name="target">Probabilities, of the same shape.</param>
    /// <param name="weight">How much each element counts.</param>
    /// <param name="positiveWeight">p, how much more the positive ones count.</param>
    /// <param name="reduction">What becomes of the elements' losses.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor BinaryCrossEntropyWithLogits(
        Tensor x, Tensor target, Tensor? weight = null, Tensor? positiveWeight = null, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("BinaryCrossEntropyWithLogits", x, target);
        var softplus = -x.LogSigmoid();
        var losses = (1.0 - target) * x + (positiveWeight is null ? softplus : (1.0 + (positiveWeight - 1.0) * target) * softplus);
        return Reduce(weight is null ? losses : losses * weight, reduction);
    }

    /// <summary>x where the target is 1, max(0, margin − x) where it is −1.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor HingeEmbedding(Tensor x, Tensor target, double margin = 1, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("HingeEmbedding", x, target);
        return Reduce(Tensor.Where(target.Equal(1.0), x, (margin - x).Relu()), reduction);
    }

    /// <summary>ln(1 + e^(−target·x)) with targets 1 and −1, without overflow.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor SoftMargin(Tensor x, Tensor target, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("SoftMargin", x, target);
        return Reduce(-(target * x).LogSigmoid(), reduction);
    }
}

/// <summary>
/// −(b·ln a + (1 − b)·ln(1 − a)), the logarithms not below −100;  ∂/∂a = (a − b)/max(a(1 − a), 10⁻¹²), ∂/∂b = ln(1 − a) − ln a.
/// </summary>
public readonly record struct BinaryCrossEntropyTerm : IBinary<BinaryCrossEntropyTerm>
{
    const double Lowest = -100;

    // A float32 number in every precision, as in PyTorch.
    const double Smallest = 1e-12f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : IReal<V> => -(b * V.Max(V.Log(a), Lowest) + (1 - b) * V.Max(V.Log1p(-a), Lowest));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => (a - b) / V.Max(a * (1 - a), Smallest);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => V.Max(V.Log1p(-a), Lowest) - V.Max(V.Log(a), Lowest);
}
