namespace Backprop.Losses;

public static partial class Loss
{
    /// <summary>Mean squared error: (x − target)².</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor MeanSquaredError(Tensor x, Tensor target, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("MeanSquaredError", x, target);
        return Reduce(x.SquaredDifference(target), reduction);
    }

    /// <summary>Mean absolute error: |x − target|.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor L1(Tensor x, Tensor target, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("L1", x, target);
        return Reduce((x - target).Abs(), reduction);
    }

    /// <summary>With d = x − target: d²/2β where |d| &lt; β, else |d| − β/2 (Girshick 2015).</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">β is not above 0.</exception>
    public static Tensor SmoothL1(Tensor x, Tensor target, double beta = 1, LossReduction reduction = LossReduction.Mean)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(beta);
        return Huber("SmoothL1", x, target, beta, 1 / beta, reduction);
    }

    /// <summary>With d = x − target: d²/2 where |d| &lt; δ, else δ(|d| − δ/2) (Huber 1964).</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">δ is not above 0.</exception>
    public static Tensor Huber(Tensor x, Tensor target, double delta = 1, LossReduction reduction = LossReduction.Mean)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(delta);
        return Huber("Huber", x, target, delta, 1, reduction);
    }

    static Tensor Huber(string name, Tensor x, Tensor target, double bend, double scale, LossReduction reduction)
    {
        RequireSame(name, x, target);
        var size = (x - target).Abs();
        return Reduce(scale * Tensor.Where(size < bend, 0.5 * size.Square(), bend * (size - 0.5 * bend)), reduction);
    }

    /// <summary>Poisson regression with x the logarithm of the rate: eˣ − target·x.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor PoissonNegativeLogLikelihood(Tensor x, Tensor target, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("PoissonNegativeLogLikelihood", x, target);
        return Reduce(x.Exp() - target * x, reduction);
    }

    /// <summary>Regression with a variance for each result: (ln v + (x − target)²/v)/2, v not below ε.</summary>
    /// <exception cref="ShapeException">The shapes of results and targets differ.</exception>
    public static Tensor GaussianNegativeLogLikelihood(
        Tensor x, Tensor target, Tensor variance, double epsilon = 1e-6, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("GaussianNegativeLogLikelihood", x, target);
        var v = variance.Clamp(min: epsilon);
        return Reduce(0.5 * (v.Log() + x.SquaredDifference(target) / v), reduction);
    }

    /// <summary>
    /// Kullback-Leibler divergence of the target from x, both distributions: target·(ln target − x); a target of 0 adds 0.
    /// </summary>
    /// <param name="x">Logarithms of probabilities.</param>
    /// <param name="target">Probabilities, or their logarithms.</param>
    /// <param name="logTarget">Whether the target holds logarithms.</param>
    /// <param name="reduction">What becomes of the terms; divide the sum by the batch for the divergence proper.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor KullbackLeibler(Tensor x, Tensor target, bool logTarget = false, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("KullbackLeibler", x, target);
        if (logTarget) return Reduce(target.Exp() * (target - x), reduction);
        // The logarithm of 0 must not reach the derivative, not even times 0.
        var log = Tensor.Where(target > 0.0, target, 1.0).Log();
        return Reduce(target * log - target * x, reduction);
    }

    /// <summary>Of two scores the one that the target (1 or −1) names should be higher by a margin: max(0, margin − target·(x₁ − x₂)).</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor MarginRanking(Tensor x1, Tensor x2, Tensor target, double margin = 0, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("MarginRanking", x1, x2);
        return Reduce((margin - target * (x1 - x2)).Relu(), reduction);
    }

    /// <summary>
    /// The anchor should be nearer to the positive than to the negative by a margin: max(0, d(a, p) − d(a, n) + margin), with the
    /// distance of rows d(a, b) = (Σ|a − b + ε|ᵖ)^(1/p).
    /// </summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor TripletMargin(
        Tensor anchor, Tensor positive, Tensor negative, double margin = 1, double p = 2, double epsilon = 1e-6, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("TripletMargin", anchor, positive);
        RequireSame("TripletMargin", anchor, negative);
        Tensor Distance(Tensor b) => (anchor - b + epsilon).Norm(-1, p: p);
        return Reduce((Distance(positive) - Distance(negative) + margin).Relu(), reduction);
    }

    /// <summary>The cosine of the angle between x₁ and x₂ along an axis: x₁·x₂ / (max(‖x₁‖, ε)·max(‖x₂‖, ε)).</summary>
    /// <exception cref="ShapeException">The shapes differ, or there is no such axis.</exception>
    public static Tensor CosineSimilarity(Tensor x1, Tensor x2, int axis = 1, double epsilon = 1e-8)
    {
        RequireSame("CosineSimilarity", x1, x2);
        return (x1 * x2).Sum(axis) / (x1.Norm(axis).Clamp(min: epsilon) * x2.Norm(axis).Clamp(min: epsilon));
    }

    /// <summary>
    /// Vectors should point the same way where the target is 1, 1 − cos, and should not where it is −1, max(0, cos − margin).
    /// </summary>
    /// <param name="x1">[batch, features].</param>
    /// <param name="x2">[batch, features].</param>
    /// <param name="target">[batch], 1 or −1.</param>
    /// <param name="margin">How alike the others may be, from −1 to 1.</param>
    /// <param name="reduction">What becomes of the examples' losses.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor CosineEmbedding(Tensor x1, Tensor x2, Tensor target, double margin = 0, LossReduction reduction = LossReduction.Mean)
    {
        var cosine = CosineSimilarity(x1, x2, -1);
        RequireSame("CosineEmbedding", cosine, target);
        return Reduce(Tensor.Where(target.Equal(1.0), 1.0 - cosine, (cosine - margin).Relu()), reduction);
    }
}
