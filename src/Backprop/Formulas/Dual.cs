namespace Backprop.Formulas;

/// <summary>
/// A number and its derivative, carried through a formula together (forward-mode differentiation): from (x, 1) a formula
/// makes (f(x), f′(x)). It is how a formula without a slope gets one, and how the slopes that are written are checked.
/// </summary>
/// <typeparam name="V">The kind of number underneath; a dual of duals gives second derivatives.</typeparam>
/// <param name="Value">The value.</param>
/// <param name="Slope">Its derivative.</param>
public readonly record struct Dual<V>(V Value, V Slope) : IReal<Dual<V>> where V : IReal<V>
{
    static Dual<V> Flat(V value) => new(value, 0);

    static Dual<V> Chain(V value, V derivative, Dual<V> a) => new(value, derivative * a.Slope);

    /// <inheritdoc/>
    public static implicit operator Dual<V>(double value) => new(value, 0);
    /// <inheritdoc/>
    public static Dual<V> operator +(Dual<V> a, Dual<V> b) => new(a.Value + b.Value, a.Slope + b.Slope);
    /// <inheritdoc/>
    public static Dual<V> operator -(Dual<V> a, Dual<V> b) => new(a.Value - b.Value, a.Slope - b.Slope);
    /// <inheritdoc/>
    public static Dual<V> operator *(Dual<V> a, Dual<V> b) => new(a.Value * b.Value, a.Slope * b.Value + a.Value * b.Slope);
    /// <inheritdoc/>
    public static Dual<V> operator /(Dual<V> a, Dual<V> b)
    {
        var quotient = a.Value / b.Value;
        return new(quotient, (a.Slope - quotient * b.Slope) / b.Value);
    }
    /// <inheritdoc/>
    public static Dual<V> operator -(Dual<V> a) => new(-a.Value, -a.Slope);
    /// <inheritdoc/>
    public static Dual<V> operator <(Dual<V> a, Dual<V> b) => Flat(a.Value < b.Value);
    /// <inheritdoc/>
    public static Dual<V> operator <=(Dual<V> a, Dual<V> b) => Flat(a.Value <= b.Value);
    /// <inheritdoc/>
    public static Dual<V> operator >(Dual<V> a, Dual<V> b) => Flat(a.Value > b.Value);
    /// <inheritdoc/>
    public static Dual<V> operator >=(Dual<V> a, Dual<V> b) => Flat(a.Value >= b.Value);
    /// <inheritdoc/>
    public static Dual<V> Equal(Dual<V> a, Dual<V> b) => Flat(V.Equal(a.Value, b.Value));
    /// <inheritdoc/>
    public static Dual<V> And(Dual<V> p, Dual<V> q) => Flat(V.And(p.Value, q.Value));
    /// <inheritdoc/>
    public static Dual<V> Or(Dual<V> p, Dual<V> q) => Flat(V.Or(p.Value, q.Value));
    /// <inheritdoc/>
    public static Dual<V> Not(Dual<V> p) => Flat(V.Not(p.Value));
    /// <inheritdoc/>
    public static Dual<V> Where(Dual<V> condition, Dual<V> a, Dual<V> b) =>
        new(V.Where(condition.Value, a.Value, b.Value), V.Where(condition.Value, a.Slope, b.Slope));
    /// <inheritdoc/>
    public static Dual<V> Max(Dual<V> a, Dual<V> b) => new(V.Max(a.Value, b.Value), Share(a.Value > b.Value, a, b));
    /// <inheritdoc/>
    public static Dual<V> Min(Dual<V> a, Dual<V> b) => new(V.Min(a.Value, b.Value), Share(a.Value < b.Value, a, b));

    // At a tie each side gets half.
    static V Share(V first, Dual<V> a, Dual<V> b) =>
        V.Where(V.Equal(a.Value, b.Value), 0.5 * (a.Slope + b.Slope), V.Where(first, a.Slope, b.Slope));

    /// <inheritdoc/>
    public static Dual<V> Abs(Dual<V> a) =>
        Chain(V.Abs(a.Value), V.Where(a.Value > 0, 1, V.Where(a.Value < 0, -1, 0)), a);
    /// <inheritdoc/>
    public static Dual<V> Sqrt(Dual<V> a)
    {
        var root = V.Sqrt(a.Value);
        return Chain(root, 0.5 / root, a);
    }
    /// <inheritdoc/>
    public static Dual<V> Floor(Dual<V> a) => Flat(V.Floor(a.Value));
    /// <inheritdoc/>
    public static Dual<V> Ceiling(Dual<V> a) => Flat(V.Ceiling(a.Value));
    /// <inheritdoc/>
    public static Dual<V> Truncate(Dual<V> a) => Flat(V.Truncate(a.Value));
    /// <inheritdoc/>
    public static Dual<V> Round(Dual<V> a) => Flat(V.Round(a.Value));
    /// <inheritdoc/>
    public static Dual<V> Fmod(Dual<V> a, Dual<V> b) =>
        new(V.Fmod(a.Value, b.Value), a.Slope - V.Truncate(a.Value / b.Value) * b.Slope);
    /// <inheritdoc/>
    public static Dual<V> Exp(Dual<V> a)
    {
        var e = V.Exp(a.Value);
        return Chain(e, e, a);
    }
    /// <inheritdoc/>
    public static Dual<V> Exp2(Dual<V> a)
    {
        var e = V.Exp2(a.Value);
        return Chain(e, Constants.Ln2 * e, a);
    }
    /// <inheritdoc/>
    public static Dual<V> Expm1(Dual<V> a) => Chain(V.Expm1(a.Value), V.Exp(a.Value), a);
    /// <inheritdoc/>
    public static Dual<V> Log(Dual<V> a) => Chain(V.Log(a.Value), 1 / a.Value, a);
    /// <inheritdoc/>
    public static Dual<V> Log2(Dual<V> a) => Chain(V.Log2(a.Value), 1 / (Constants.Ln2 * a.Value), a);
    /// <inheritdoc/>
    public static Dual<V> Log10(Dual<V> a) => Chain(V.Log10(a.Value), 1 / (Constants.Ln10 * a.Value), a);
    /// <inheritdoc/>
    public static Dual<V> Log1p(Dual<V> a) => Chain(V.Log1p(a.Value), 1 / (1 + a.Value), a);
    /// <inheritdoc/>
    public static Dual<V> Pow(Dual<V> a, Dual<V> b)
    {
        var power = V.Pow(a.Value, b.Value);
        var byBase = V.Where(V.Equal(b.Value, 0), 0, b.Value * V.Pow(a.Value, b.Value - 1));
        var byExponent = V.Where(V.And(V.Equal(a.Value, 0), b.Value >= 0), 0, power * V.Log(a.Value));
        // A constant exponent has slope 0; its side would still be NaN for a negative base.
        return new(power, byBase * a.Slope + V.Where(V.Equal(b.Slope, 0), 0, byExponent * b.Slope));
    }
    /// <inheritdoc/>
    public static Dual<V> Sin(Dual<V> a) => Chain(V.Sin(a.Value), V.Cos(a.Value), a);
    /// <inheritdoc/>
    public static Dual<V> Cos(Dual<V> a) => Chain(V.Cos(a.Value), -V.Sin(a.Value), a);
    /// <inheritdoc/>
    public static Dual<V> Tan(Dual<V> a)
    {
        var t = V.Tan(a.Value);
        return Chain(t, 1 + t * t, a);
    }
    /// <inheritdoc/>
    public static Dual<V> Asin(Dual<V> a) => Chain(V.Asin(a.Value), 1 / V.Sqrt(1 - a.Value * a.Value), a);
    /// <inheritdoc/>
    public static Dual<V> Acos(Dual<V> a) => Chain(V.Acos(a.Value), -1 / V.Sqrt(1 - a.Value * a.Value), a);
    /// <inheritdoc/>
    public static Dual<V> Atan(Dual<V> a) => Chain(V.Atan(a.Value), 1 / (1 + a.Value * a.Value), a);
    /// <inheritdoc/>
    public static Dual<V> Atan2(Dual<V> y, Dual<V> x) =>
        new(V.Atan2(y.Value, x.Value), (y.Slope * x.Value - y.Value * x.Slope) / (x.Value * x.Value + y.Value * y.Value));
    /// <inheritdoc/>
    public static Dual<V> Sinh(Dual<V> a) => Chain(V.Sinh(a.Value), V.Cosh(a.Value), a);
    /// <inheritdoc/>
    public static Dual<V> Cosh(Dual<V> a) => Chain(V.Cosh(a.Value), V.Sinh(a.Value), a);
    /// <inheritdoc/>
    public static Dual<V> Tanh(Dual<V> a)
    {
        var t = V.Tanh(a.Value);
        return Chain(t, 1 - t * t, a);
    }
    /// <inheritdoc/>
    public static Dual<V> Asinh(Dual<V> a) => Chain(V.Asinh(a.Value), 1 / V.Sqrt(a.Value * a.Value + 1), a);
    /// <inheritdoc/>
    public static Dual<V> Acosh(Dual<V> a) => Chain(V.Acosh(a.Value), 1 / V.Sqrt(a.Value * a.Value - 1), a);
    /// <inheritdoc/>
    public static Dual<V> Atanh(Dual<V> a) => Chain(V.Atanh(a.Value), 1 / (1 - a.Value * a.Value), a);
    /// <inheritdoc/>
    public static Dual<V> Erf(Dual<V> a) => Chain(V.Erf(a.Value), Constants.TwoOverSqrtPi * V.Exp(-(a.Value * a.Value)), a);
    /// <inheritdoc/>
    public static Dual<V> Erfc(Dual<V> a) => Chain(V.Erfc(a.Value), -Constants.TwoOverSqrtPi * V.Exp(-(a.Value * a.Value)), a);
}
