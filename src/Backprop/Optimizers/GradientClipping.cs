using Backprop.Autograd;

namespace Backprop.Optimizers;

/// <summary>Keeps gradients from growing too large, between the backward pass and the optimiser's step.</summary>
public static class GradientClipping
{
    // What PyTorch adds to the norm so that nothing is divided by 0.
    const double Epsilon = 1e-6;

    /// <summary>
    /// Scales all gradients by min(1, max/(norm + 10⁻⁶)), where norm is the p-norm of all of them together (Pascanu et al. 2013), and returns the norm
    /// before. Gradients are replaced, not changed in place: whoever else holds one keeps it as it was.
    /// </summary>
    /// <param name="parameters">The parameters; those without a gradient do not count.</param>
    /// <param name="maxNorm">The largest norm that stays.</param>
    /// <param name="p">Which norm: 2, 1, any other p &gt; 0, or infinity for the largest absolute value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The largest norm is negative or NaN, or p is not positive.</exception>
    /// <exception cref="GradientException">The norm is not finite; nothing was changed.</exception>
    public static double ByNorm(IEnumerable<Tensor> parameters, double maxNorm, double p = 2)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(maxNorm >= 0)) throw new ArgumentOutOfRangeException(nameof(maxNorm), $"GradientClipping.ByNorm: the largest norm {maxNorm} is not a number ≥ 0.");
        if (!(p > 0)) throw new ArgumentOutOfRangeException(nameof(p), $"GradientClipping.ByNorm: there is no {p}-norm; p must be > 0.");
        using var off = Tape.NoGrad();
        var clipped = parameters.Where(x => x.PassingGrad is { Count: > 0 }).Distinct().ToArray();
        var norm = Together([.. clipped.Select(x => NormOf(x.PassingGrad!, p))], p);
        if (!double.IsFinite(norm)) throw new GradientException(
            $"GradientClipping.ByNorm: the gradients' norm is {norm}; nothing was changed. Tape.DetectAnomalies() finds where it comes from.");
        var factor = maxNorm / (norm + Epsilon);
        if (factor < 1)
            foreach (var x in clipped) x.Grad = x.PassingGrad! * factor;
        return norm;
    }

    static double NormOf(Tensor gradient, double p)
    {
        var norm = gradient.Norm([], p: p).As(DType.Float64).Item();
        if (double.IsFinite(norm)) return norm;
        // A power may have been too large where the norm itself is not.
        var largest = gradient.Abs().Max().As(DType.Float64).Item();
        return double.IsFinite(largest) ? largest * (gradient / largest).Norm([], p: p).As(DType.Float64).Item() : norm;
    }

    // Relative to the largest, so that no power overflows.
    static double Together(double[] norms, double p)
    {
        var largest = norms.Aggregate(0.0, Math.Max);
        return largest == 0 || double.IsInfinity(p) || !double.IsFinite(largest)
            ? largest
            : largest * Math.Pow(norms.Sum(norm => Math.Pow(norm / largest, p)), 1 / p);
    }

    /// <summary>Brings every number of every gradient into [−limit, limit].</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative or NaN.</exception>
    public static void ByValue(IEnumerable<Tensor> parameters, double limit)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(limit >= 0)) throw new ArgumentOutOfRangeException(nameof(limit), $"GradientClipping.ByValue: the limit {limit} is not a number ≥ 0.");
        using var off = Tape.NoGrad();
        foreach (var x in parameters)
            if (x.PassingGrad is { } gradient) x.Grad = gradient.Clamp(-limit, limit);
    }
}
