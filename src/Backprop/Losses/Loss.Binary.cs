using System.Runtime.CompilerServices;
using Backprop.Formulas;
using Backprop.Ops;

namespace Backprop.Losses;

public static partial class Loss
{
    /// <summary>
    /// Binary cross entropy of probabilities x: −(target·ln x + (1 − target)·ln(1 − x)), the logarithms not below −100.
    /// </summary>
    /// <param name="x">Probabilities.</param>
    /// <param name="target">Probabilities, of the same shape: 0 and 1 where it is known.</param>
    /// <param name="weight">How much each element counts; broadcast to x.</param>
    /// <param name="reduction">What becomes of the elements' losses.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or nothing is to have a mean.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An x is no probability; the message names its place.</exception>
    public static Tensor BinaryCrossEntropy(Tensor x, Tensor target, Tensor? weight = null, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("BinaryCrossEntropy", x, target);
        RequireFitting("BinaryCrossEntropy", "a weight", weight, x.Shape);
        RequireWithin("BinaryCrossEntropy", "probability", x, 0, 1, "within [0, 1]; for scores there is BinaryCrossEntropyWithLogits");
        var losses = Binary<BinaryCrossEntropyTerm>.Call(default, x, target);
        return Reduce("BinaryCrossEntropy", weight is null ? losses : losses * weight, reduction);
    }

    /// <summary>
    /// Binary cross entropy of σ(x), without overflow: (1 − target)·x + (1 + (p − 1)·target)·(ln(1 + e^(−|x|)) + max(−x, 0)).
    /// </summary>
    /// <param name="x">Scores.</param>
    /// <param name="target">Probabilities, of the same shape.</param>
    /// <param name="weight">How much each element counts; broadcast to x.</param>
    /// <param name="positiveWeight">p, how much more the positive ones count; broadcast to x.</param>
    /// <param name="reduction">What becomes of the elements' losses.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or nothing is to have a mean.</exception>
    public static Tensor BinaryCrossEntropyWithLogits(
        Tensor x, Tensor target, Tensor? weight = null, Tensor? positiveWeight = null, LossReduction reduction = LossReduction.Mean)
    {
        const string name = "BinaryCrossEntropyWithLogits";
        RequireSame(name, x, target);
        RequireFitting(name, "a weight", weight, x.Shape);
        RequireFitting(name, "a weight of the positive ones", positiveWeight, x.Shape);
        var softplus = -x.LogSigmoid();
        var losses = (1.0 - target) * x + (positiveWeight is null ? softplus : (1.0 + (positiveWeight - 1.0) * target) * softplus);
        return Reduce(name, weight is null ? losses : losses * weight, reduction);
    }

    /// <summary>
    /// max(0, margin − target·x), of support vector machines (Cortes, Vapnik 1995): the score x should be above the margin where the target is 1, below its
    /// negative where it is −1.
    /// </summary>
    /// <param name="x">Scores.</param>
    /// <param name="target">1 and −1, of the same shape.</param>
    /// <param name="margin">How far from 0 a score should be.</param>
    /// <param name="reduction">What becomes of the elements' losses.</param>
    /// <exception cref="ShapeException">The shapes differ, or nothing is to have a mean.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is neither 1 nor −1.</exception>
    public static Tensor Hinge(Tensor x, Tensor target, double margin = 1, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("Hinge", x, target);
        RequireSigns("Hinge", target);
        return Reduce("Hinge", (margin - target * x).Relu(), reduction);
    }

    /// <summary>x, a distance, where the target is 1; max(0, margin − x) where it is −1.</summary>
    /// <param name="x">Distances.</param>
    /// <param name="target">1 and −1, of the same shape.</param>
    /// <param name="margin">How far apart those should be whose target is −1.</param>
    /// <param name="reduction">What becomes of the elements' losses.</param>
    /// <exception cref="ShapeException">The shapes differ, or nothing is to have a mean.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is neither 1 nor −1.</exception>
    public static Tensor HingeEmbedding(Tensor x, Tensor target, double margin = 1, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("HingeEmbedding", x, target);
        RequireSigns("HingeEmbedding", target);
        return Reduce("HingeEmbedding", Tensor.Where(target.Equal(1.0), x, (margin - x).Relu()), reduction);
    }

    /// <summary>ln(1 + e^(−target·x)) with targets 1 and −1, without overflow.</summary>
    /// <exception cref="ShapeException">The shapes differ, or nothing is to have a mean.</exception>
    public static Tensor SoftMargin(Tensor x, Tensor target, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("SoftMargin", x, target);
        return Reduce("SoftMargin", -(target * x).LogSigmoid(), reduction);
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
