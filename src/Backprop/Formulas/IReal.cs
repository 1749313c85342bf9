namespace Backprop.Formulas;

/// <summary>
/// The arithmetic a formula may use. One text of a formula is read as one number (<see cref="One{T}"/>), a register of
/// numbers (<see cref="Lanes{R, T}"/>), a number with its derivative (<see cref="Dual{V}"/>), a whole tensor
/// (<see cref="Tensor"/>) or source text (<see cref="Source"/>).
/// </summary>
/// <remarks>
/// Comparisons return a <em>truth</em>, which is meant for <see cref="Where"/>, <see cref="And"/>, <see cref="Or"/> and
/// <see cref="Not"/> only. Literals convert: <c>1 / (1 + V.Exp(-x))</c>.
/// </remarks>
/// <typeparam name="V">The kind of number itself.</typeparam>
public interface IReal<V> where V : IReal<V>
{
    /// <summary>The constant <paramref name="value"/>.</summary>
    static abstract implicit operator V(double value);

    /// <summary>a + b.</summary>
    static abstract V operator +(V a, V b);

    /// <summary>a − b.</summary>
    static abstract V operator -(V a, V b);

    /// <summary>a · b.</summary>
    static abstract V operator *(V a, V b);

    /// <summary>a / b.</summary>
    static abstract V operator /(V a, V b);

    /// <summary>−a.</summary>
    static abstract V operator -(V a);

    /// <summary>Truth of a &lt; b; false where either is NaN.</summary>
    static abstract V operator <(V a, V b);

    /// <summary>Truth of a ≤ b; false where either is NaN.</summary>
    static abstract V operator <=(V a, V b);

    /// <summary>Truth of a &gt; b; false where either is NaN.</summary>
    static abstract V operator >(V a, V b);

    /// <summary>Truth of a ≥ b; false where either is NaN.</summary>
    static abstract V operator >=(V a, V b);

    /// <summary>Truth of a = b; false where either is NaN.</summary>
    static abstract V Equal(V a, V b);

    /// <summary>Truth of p and q.</summary>
    static abstract V And(V p, V q);

    /// <summary>Truth of p or q.</summary>
    static abstract V Or(V p, V q);

    /// <summary>Truth of not p.</summary>
    static abstract V Not(V p);

    /// <summary>a where the condition holds, b elsewhere; the side not taken has no influence, not even as NaN.</summary>
    static abstract V Where(V condition, V a, V b);

    /// <summary>The larger of a and b; NaN if either is.</summary>
    static abstract V Max(V a, V b);

    /// <summary>The smaller of a and b; NaN if either is.</summary>
    static abstract V Min(V a, V b);

    /// <summary>|a|.</summary>
    static abstract V Abs(V a);

    /// <summary>√a.</summary>
    static abstract V Sqrt(V a);

    /// <summary>The largest whole number ≤ a.</summary>
    static abstract V Floor(V a);

    /// <summary>The smallest whole number ≥ a.</summary>
    static abstract V Ceiling(V a);

    /// <summary>a without its fraction.</summary>
    static abstract V Truncate(V a);

    /// <summary>The nearest whole number, halves to even.</summary>
    static abstract V Round(V a);

    /// <summary>The exact remainder of a / b, of the sign of a, as C#'s %.</summary>
    static abstract V Fmod(V a, V b);

    /// <summary>eᵃ.</summary>
    static abstract V Exp(V a);

    /// <summary>2ᵃ.</summary>
    static abstract V Exp2(V a);

    /// <summary>eᵃ − 1, accurate near 0.</summary>
    static abstract V Expm1(V a);

    /// <summary>The natural logarithm of a.</summary>
    static abstract V Log(V a);

    /// <summary>The logarithm of a to base 2.</summary>
    static abstract V Log2(V a);

    /// <summary>The logarithm of a to base 10.</summary>
    static abstract V Log10(V a);

    /// <summary>ln(1 + a), accurate near 0.</summary>
    static abstract V Log1p(V a);

    /// <summary>aᵇ.</summary>
    static abstract V Pow(V a, V b);

    /// <summary>The sine of a (radians).</summary>
    static abstract V Sin(V a);

    /// <summary>The cosine of a (radians).</summary>
    static abstract V Cos(V a);

    /// <summary>The tangent of a (radians).</summary>
    static abstract V Tan(V a);

    /// <summary>The angle in [−π/2, π/2] whose sine is a.</summary>
    static abstract V Asin(V a);

    /// <summary>The angle in [0, π] whose cosine is a.</summary>
    static abstract V Acos(V a);

    /// <summary>The angle in (−π/2, π/2) whose tangent is a.</summary>
    static abstract V Atan(V a);

    /// <summary>The angle of the point (x, y) in [−π, π].</summary>
    static abstract V Atan2(V y, V x);

    /// <summary>The hyperbolic sine of a.</summary>
    static abstract V Sinh(V a);

    /// <summary>The hyperbolic cosine of a.</summary>
    static abstract V Cosh(V a);

    /// <summary>The hyperbolic tangent of a.</summary>
    static abstract V Tanh(V a);

    /// <summary>The inverse of <see cref="Sinh"/>.</summary>
    static abstract V Asinh(V a);

    /// <summary>The inverse of <see cref="Cosh"/>; NaN below 1.</summary>
    static abstract V Acosh(V a);

    /// <summary>The inverse of <see cref="Tanh"/>; NaN outside [−1, 1].</summary>
    static abstract V Atanh(V a);

    /// <summary>The error function 2/√π ∫₀ᵃ e^(−t²) dt.</summary>
    static abstract V Erf(V a);

    /// <summary>1 − erf(a), accurate for large a.</summary>
    static abstract V Erfc(V a);

    /// <summary>The normal distribution function Φ(a) = (1 + erf(a/√2)) / 2.</summary>
    static virtual V NormalDistribution(V a) => 0.5 * (1 + V.Erf(Constants.OneOverSqrt2 * a));
}
