namespace Backprop.Losses;

public static partial class Loss
{
    /// <summary>Mean squared error: (x − target)².</summary>
    /// <exception cref="ShapeException">The shapes differ, or nothing is to have a mean.</exception>
    public static Tensor MeanSquaredError(Tensor x, Tensor target, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("MeanSquaredError", x, target);
        return Reduce("MeanSquaredError", x.SquaredDifference(target), reduction);
    }

    /// <summary>Mean absolute error: |x − target|.</summary>
    /// <exception cref="ShapeException">The shapes differ, or nothing is to have a mean.</exception>
    public static Tensor L1(Tensor x, Tensor target, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("L1", x, target);
        return Reduce("L1", (x - target).Abs(), reduction);
    }

    /// <summary>With d = x − target: d²/2β where |d| &lt; β, else |d| − β/2 (Girshick 2015).</summary>
    /// <exception cref="ShapeException">The shapes differ, or nothing is to have a mean.</exception>
    /// <exception cref="ArgumentOutOfRangeException">β is not above 0.</exception>
    public static Tensor SmoothL1(Tensor x, Tensor target, double beta = 1, LossReduction reduction = LossReduction.Mean)
    {
        Option.Positive(beta, "SmoothL1");
        return Huber("SmoothL1", x, target, beta, 1 / beta, reduction);
    }

    /// <summary>With d = x − target: d²/2 where |d| &lt; δ, else δ(|d| − δ/2) (Huber 1964).</summary>
    /// <exception cref="ShapeException">The shapes differ, or nothing is to have a mean.</exception>
    /// <exception cref="ArgumentOutOfRangeException">δ is not above 0.</exception>
    public static Tensor Huber(Tensor x, Tensor target, double delta = 1, LossReduction reduction = LossReduction.Mean)
    {
        Option.Positive(delta, "Huber");
        return Huber("Huber", x, target, delta, 1, reduction);
    }

    static Tensor Huber(string name, Tensor x, Tensor target, double bend, double scale, LossReduction reduction)
    {
        RequireSame(name, x, target);
        var size = (x - target).Abs();
        return Reduce(name, scale * Tensor.Where(size < bend, 0.5 * size.Square(), bend * (size - 0.5 * bend)), reduction);
    }

    /// <summary>
    /// Poisson regression of counts, with x the logarithm of the rate: eˣ − target·x; or with x the rate itself: x − target·ln(x + ε).
    /// </summary>
    /// <param name="x">Logarithms of rates, or rates.</param>
    /// <param name="target">Counts, of the same shape.</param>
    /// <param name="isLogarithm">Whether x is the logarithm.</param>
    /// <param name="full">Whether ln target! is added, by Stirling's formula: target·ln target − target + ln(2π·target)/2 where the target is above 1.</param>
    /// <param name="epsilon">ε, which keeps ln 0 away.</param>
    /// <param name="reduction">What becomes of the elements' losses.</param>
    /// <exception cref="ShapeException">The shapes differ, or nothing is to have a mean.</exception>
    public static Tensor PoissonNegativeLogLikelihood(
        Tensor x, Tensor target, bool isLogarithm = true, bool full = false, double epsilon = 1e-8, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("PoissonNegativeLogLikelihood", x, target);
        var losses = isLogarithm ? x.Exp() - target * x : x - target * (x + epsilon).Log();
        if (full)
        {
            var counted = target > 1.0;
            var t = Tensor.Where(counted, target, 1.0);
            losses += Tensor.Where(counted, t * t.Log() - t + 0.5 * (2 * Math.PI * t).Log(), 0.0);
        }
        return Reduce("PoissonNegativeLogLikelihood", losses, reduction);
    }

    /// <summary>Regression with a variance for each result: (ln v + (x − target)²/v)/2, v not below ε (Nix, Weigend 1994).</summary>
    /// <param name="x">Results: means.</param>
    /// <param name="target">What they should be, of the same shape.</param>
    /// <param name="variance">v; broadcast to x, as [batch, 1] for one variance an example.</param>
    /// <param name="full">Whether ln(2π)/2 is added.</param>
    /// <param name="epsilon">ε, the least v.</param>
    /// <param name="reduction">What becomes of the elements' losses.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or nothing is to have a mean.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A variance is negative; the message names its place.</exception>
    public static Tensor GaussianNegativeLogLikelihood(
        Tensor x, Tensor target, Tensor variance, bool full = false, double epsilon = 1e-6, LossReduction reduction = LossReduction.Mean)
    {
        const string name = "GaussianNegativeLogLikelihood";
        RequireSame(name, x, target);
        ArgumentNullException.ThrowIfNull(variance);
        RequireFitting(name, "a variance", variance, x.Shape);
        RequireWithin(name, "variance", variance, 0, double.PositiveInfinity, "at least 0; a network may give its logarithm, and Exp() makes it one");
        var v = variance.Clamp(min: epsilon);
        var losses = 0.5 * (v.Log() + x.SquaredDifference(target) / v);
        return Reduce(name, full ? losses + 0.5 * Math.Log(2 * Math.PI) : losses, reduction);
    }

    /// <summary>
    /// Kullback-Leibler divergence of the target from x, both distributions: target·(ln target − x); a target of 0 adds 0.
    /// </summary>
    /// <param name="x">Logarithms of probabilities.</param>
    /// <param name="target">Probabilities, or their logarithms.</param>
    /// <param name="logTarget">Whether the target holds logarithms.</param>
    /// <param name="reduction">What becomes of the terms; divide the sum by the batch for the divergence proper.</param>
    /// <exception cref="ShapeException">The shapes differ, or nothing is to have a mean.</exception>
    public static Tensor KullbackLeibler(Tensor x, Tensor target, bool logTarget = false, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("KullbackLeibler", x, target);
        if (logTarget) return Reduce("KullbackLeibler", target.Exp() * (target - x), reduction);
        // The logarithm of 0 must not reach the derivative, not even times 0.
        var log = Tensor.Where(target > 0.0, target, 1.0).Log();
        return Reduce("KullbackLeibler", target * log - target * x, reduction);
    }

    /// <summary>Of two scores the one that the target (1 or −1) names should be higher by a margin: max(0, margin − target·(x₁ − x₂)).</summary>
    /// <exception cref="ShapeException">The shapes differ, or nothing is to have a mean.</exception>
    public static Tensor MarginRanking(Tensor x1, Tensor x2, Tensor target, double margin = 0, LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("MarginRanking", x1, x2, "first scores", "second scores");
        RequireSame("MarginRanking", x1, target);
        return Reduce("MarginRanking", (margin - target * (x1 - x2)).Relu(), reduction);
    }

    /// <summary>
    /// The anchor should be nearer to the positive than to the negative by a margin: max(0, d(a, p) − d(a, n) + margin), with the
    /// distance of rows d(a, b) = (Σ|a − b + ε|ᵖ)^(1/p).
    /// </summary>
    /// <param name="anchor">[batch, features]; [features] for a single triple.</param>
    /// <param name="positive">What should be near, of the same shape.</param>
    /// <param name="negative">What should be far, of the same shape.</param>
    /// <param name="margin">By how much.</param>
    /// <param name="p">Which norm the distance is, above 0.</param>
    /// <param name="epsilon">ε, which keeps the norm's derivative finite where two are equal.</param>
    /// <param name="swap">Whether the negative's distance is that from the positive where it is nearer to it (Balntas et al. 2016).</param>
    /// <param name="reduction">What becomes of the triples' losses.</param>
    /// <exception cref="ShapeException">The shapes differ, or nothing is to have a mean.</exception>
    /// <exception cref="ArgumentOutOfRangeException">p is not above 0.</exception>
    public static Tensor TripletMargin(
        Tensor anchor, Tensor positive, Tensor negative, double margin = 1, double p = 2, double epsilon = 1e-6, bool swap = false,
        LossReduction reduction = LossReduction.Mean)
    {
        RequireSame("TripletMargin", anchor, positive, "anchors", "positives");
        RequireSame("TripletMargin", anchor, negative, "anchors", "negatives");
        if (anchor.Rank == 0) throw new ShapeException("TripletMargin: single numbers have no features; operands are [batch, features].");
        if (!(p > 0)) throw new ArgumentOutOfRangeException(nameof(p), FormattableString.Invariant($"TripletMargin: there is no {p}-norm; p must be > 0."));
        Tensor Distance(Tensor a, Tensor b) => (a - b + epsilon).Norm(-1, p: p);
        var far = Distance(anchor, negative);
        if (swap) far = far.Minimum(Distance(positive, negative));
        return Reduce("TripletMargin", (Distance(anchor, positive) - far + margin).Relu(), reduction);
    }

    /// <summary>The cosine of the angle between x₁ and x₂ along an axis: x₁·x₂ / (max(‖x₁‖, ε)·max(‖x₂‖, ε)).</summary>
    /// <exception cref="ShapeException">The shapes differ, or there is no such axis.</exception>
    public static Tensor CosineSimilarity(Tensor x1, Tensor x2, int axis = 1, double epsilon = 1e-8)
    {
        RequireSame("CosineSimilarity", x1, x2, "first vectors", "second vectors");
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
    /// <exception cref="ShapeException">The shapes differ, or nothing is to have a mean.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is neither 1 nor −1.</exception>
    public static Tensor CosineEmbedding(Tensor x1, Tensor x2, Tensor target, double margin = 0, LossReduction reduction = LossReduction.Mean)
    {
        var cosine = CosineSimilarity(x1, x2, -1);
        RequireSame("CosineEmbedding", cosine, target, "cosines");
        RequireSigns("CosineEmbedding", target);
        return Reduce("CosineEmbedding", Tensor.Where(target.Equal(1.0), 1.0 - cosine, (cosine - margin).Relu()), reduction);
    }
}
