using System.Numerics;

namespace Backprop.Formulas;

/// <summary>
/// One number: the plainest reading of a formula, which the faster ones are compared with. Functions beyond arithmetic are
/// computed in double precision, so float32 results are rounded once. Truths are 1 and 0.
/// </summary>
/// <typeparam name="T">Any number type of .NET; transcendental functions make sense for float and double only.</typeparam>
/// <param name="V">The number.</param>
public readonly record struct One<T>(T V) : IReal<One<T>> where T : unmanaged, INumber<T>
{
    static bool IsWhole => typeof(T) != typeof(float) && typeof(T) != typeof(double);
    static One<T> Of(double v) => new(T.CreateTruncating(v));
    static One<T> Truth(bool v) => new(v ? T.One : T.Zero);
    static double D(One<T> a) => double.CreateTruncating(a.V);

    /// <inheritdoc/>
    public static implicit operator One<T>(double value) => Of(value);
    /// <inheritdoc/>
    public static One<T> operator +(One<T> a, One<T> b) => new(a.V + b.V);
    /// <inheritdoc/>
    public static One<T> operator -(One<T> a, One<T> b) => new(a.V - b.V);
    /// <inheritdoc/>
    public static One<T> operator *(One<T> a, One<T> b) => new(a.V * b.V);
    /// <inheritdoc/>
    public static One<T> operator /(One<T> a, One<T> b) => new(a.V / b.V);
    /// <inheritdoc/>
    public static One<T> operator -(One<T> a) => new(-a.V);
    /// <inheritdoc/>
    public static One<T> operator <(One<T> a, One<T> b) => Truth(a.V < b.V);
    /// <inheritdoc/>
    public static One<T> operator <=(One<T> a, One<T> b) => Truth(a.V <= b.V);
    /// <inheritdoc/>
    public static One<T> operator >(One<T> a, One<T> b) => Truth(a.V > b.V);
    /// <inheritdoc/>
    public static One<T> operator >=(One<T> a, One<T> b) => Truth(a.V >= b.V);
    /// <inheritdoc/>
    public static One<T> Equal(One<T> a, One<T> b) => Truth(a.V == b.V);
    /// <inheritdoc/>
    public static One<T> And(One<T> p, One<T> q) => Truth(p.V != T.Zero && q.V != T.Zero);
    /// <inheritdoc/>
    public static One<T> Or(One<T> p, One<T> q) => Truth(p.V != T.Zero || q.V != T.Zero);
    /// <inheritdoc/>
    public static One<T> Not(One<T> p) => Truth(p.V == T.Zero);
    /// <inheritdoc/>
    public static One<T> Where(One<T> condition, One<T> a, One<T> b) => condition.V != T.Zero ? a : b;
    /// <inheritdoc/>
    public static One<T> Max(One<T> a, One<T> b) => new(T.Max(a.V, b.V));
    /// <inheritdoc/>
    public static One<T> Min(One<T> a, One<T> b) => new(T.Min(a.V, b.V));
    /// <inheritdoc/>
    public static One<T> Abs(One<T> a) => T.IsNegative(a.V) ? new(-a.V) : a;
    /// <inheritdoc/>
    public static One<T> Sqrt(One<T> a) => Of(Math.Sqrt(D(a)));
    /// <inheritdoc/>
    public static One<T> Floor(One<T> a) => Of(Math.Floor(D(a)));
    /// <inheritdoc/>
    public static One<T> Ceiling(One<T> a) => Of(Math.Ceiling(D(a)));
    /// <inheritdoc/>
    public static One<T> Truncate(One<T> a) => Of(Math.Truncate(D(a)));
    /// <inheritdoc/>
    public static One<T> Round(One<T> a) => Of(Math.Round(D(a), MidpointRounding.ToEven));
    /// <inheritdoc/>
    public static One<T> Fmod(One<T> a, One<T> b) =>
        // Processors refuse the smallest whole number modulo −1, for its quotient has no place.
        IsWhole && b.V + T.One == T.Zero ? new(T.Zero) : new(a.V % b.V);
    /// <inheritdoc/>
    public static One<T> Exp(One<T> a) => Of(Math.Exp(D(a)));
    /// <inheritdoc/>
    public static One<T> Exp2(One<T> a) => Of(Math.Pow(2, D(a)));
    /// <inheritdoc/>
    public static One<T> Expm1(One<T> a) => Of(ScalarMath.Expm1(D(a)));
    /// <inheritdoc/>
    public static One<T> Log(One<T> a) => Of(Math.Log(D(a)));
    /// <inheritdoc/>
    public static One<T> Log2(One<T> a) => Of(Math.Log2(D(a)));
    /// <inheritdoc/>
    public static One<T> Log10(One<T> a) => Of(Math.Log10(D(a)));
    /// <inheritdoc/>
    public static One<T> Log1p(One<T> a) => Of(ScalarMath.Log1p(D(a)));
    /// <inheritdoc/>
    public static One<T> Pow(One<T> a, One<T> b) => Of(Math.Pow(D(a), D(b)));
    /// <inheritdoc/>
    public static One<T> Sin(One<T> a) => Of(Math.Sin(D(a)));
    /// <inheritdoc/>
    public static One<T> Cos(One<T> a) => Of(Math.Cos(D(a)));
    /// <inheritdoc/>
    public static One<T> Tan(One<T> a) => Of(Math.Tan(D(a)));
    /// <inheritdoc/>
    public static One<T> Asin(One<T> a) => Of(Math.Asin(D(a)));
    /// <inheritdoc/>
    public static One<T> Acos(One<T> a) => Of(Math.Acos(D(a)));
    /// <inheritdoc/>
    public static One<T> Atan(One<T> a) => Of(Math.Atan(D(a)));
    /// <inheritdoc/>
    public static One<T> Atan2(One<T> y, One<T> x) => Of(Math.Atan2(D(y), D(x)));
    /// <inheritdoc/>
    public static One<T> Sinh(One<T> a) => Of(Math.Sinh(D(a)));
    /// <inheritdoc/>
    public static One<T> Cosh(One<T> a) => Of(Math.Cosh(D(a)));
    /// <inheritdoc/>
    public static One<T> Tanh(One<T> a) => Of(Math.Tanh(D(a)));
    /// <inheritdoc/>
    public static One<T> Asinh(One<T> a) => Of(Math.Asinh(D(a)));
    /// <inheritdoc/>
    public static One<T> Acosh(One<T> a) => Of(Math.Acosh(D(a)));
    /// <inheritdoc/>
    public static One<T> Atanh(One<T> a) => Of(Math.Atanh(D(a)));
    /// <inheritdoc/>
    public static One<T> Erf(One<T> a) => Of(ScalarMath.Erf(D(a)));
    /// <inheritdoc/>
    public static One<T> Erfc(One<T> a) => Of(ScalarMath.Erfc(D(a)));
}
