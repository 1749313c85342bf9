using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Formulas;

/// <summary>
/// A register of numbers: the reading of a formula that fast loops use. Truths are all-ones masks, so they mean something
/// to <see cref="Where"/>, <see cref="And"/>, <see cref="Or"/> and <see cref="Not"/> only.
/// </summary>
/// <typeparam name="R">The register, as <see cref="V256{T}"/>.</typeparam>
/// <typeparam name="T">Its element, float or double; whole numbers have the arithmetic only.</typeparam>
/// <param name="V">The register.</param>
public readonly record struct Lanes<R, T>(R V) : IReal<Lanes<R, T>> where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
{
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static implicit operator Lanes<R, T>(double value) =>
        typeof(T) == typeof(float) || typeof(T) == typeof(double) ? new(R.Literal(value)) : new(R.Create(T.CreateTruncating(value)));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> operator +(Lanes<R, T> a, Lanes<R, T> b) => new(a.V + b.V);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> operator -(Lanes<R, T> a, Lanes<R, T> b) => new(a.V - b.V);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> operator *(Lanes<R, T> a, Lanes<R, T> b) => new(a.V * b.V);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> operator /(Lanes<R, T> a, Lanes<R, T> b) => new(a.V / b.V);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> operator -(Lanes<R, T> a) => new(-a.V);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> operator <(Lanes<R, T> a, Lanes<R, T> b) => new(R.Less(a.V, b.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> operator <=(Lanes<R, T> a, Lanes<R, T> b) => new(R.LessOrEqual(a.V, b.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> operator >(Lanes<R, T> a, Lanes<R, T> b) => new(R.Less(b.V, a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> operator >=(Lanes<R, T> a, Lanes<R, T> b) => new(R.LessOrEqual(b.V, a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Equal(Lanes<R, T> a, Lanes<R, T> b) => new(R.Equal(a.V, b.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> And(Lanes<R, T> p, Lanes<R, T> q) => new(R.And(p.V, q.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Or(Lanes<R, T> p, Lanes<R, T> q) => new(R.Or(p.V, q.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Not(Lanes<R, T> p) => new(R.Not(p.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static Lanes<R, T> Where(Lanes<R, T> condition, Lanes<R, T> a, Lanes<R, T> b) =>
        new(R.Select(condition.V, a.V, b.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Max(Lanes<R, T> a, Lanes<R, T> b) => new(R.Max(a.V, b.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Min(Lanes<R, T> a, Lanes<R, T> b) => new(R.Min(a.V, b.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Abs(Lanes<R, T> a) => new(R.Abs(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Sqrt(Lanes<R, T> a) => new(R.Sqrt(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Floor(Lanes<R, T> a) => new(R.Floor(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Ceiling(Lanes<R, T> a) => new(R.Ceiling(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Truncate(Lanes<R, T> a) => new(R.Truncate(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Round(Lanes<R, T> a) => new(R.Round(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Fmod(Lanes<R, T> a, Lanes<R, T> b) => new(VectorMath.Fmod<R, T>(a.V, b.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Exp(Lanes<R, T> a) => new(VectorMath.Exp<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Exp2(Lanes<R, T> a) => new(VectorMath.Exp2<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Expm1(Lanes<R, T> a) => new(VectorMath.Expm1<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Log(Lanes<R, T> a) => new(VectorMath.Log<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Log2(Lanes<R, T> a) => new(VectorMath.Log2<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Log10(Lanes<R, T> a) => new(VectorMath.Log10<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Log1p(Lanes<R, T> a) => new(VectorMath.Log1p<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Pow(Lanes<R, T> a, Lanes<R, T> b) => new(VectorMath.Pow<R, T>(a.V, b.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Sin(Lanes<R, T> a) => new(VectorMath.Sin<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Cos(Lanes<R, T> a) => new(VectorMath.Cos<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Tan(Lanes<R, T> a) => new(VectorMath.Tan<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Asin(Lanes<R, T> a) => new(VectorMath.Asin<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Acos(Lanes<R, T> a) => new(VectorMath.Acos<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Atan(Lanes<R, T> a) => new(VectorMath.Atan<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Atan2(Lanes<R, T> y, Lanes<R, T> x) => new(VectorMath.Atan2<R, T>(y.V, x.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Sinh(Lanes<R, T> a) => new(VectorMath.Sinh<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Cosh(Lanes<R, T> a) => new(VectorMath.Cosh<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Tanh(Lanes<R, T> a) => new(VectorMath.Tanh<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Asinh(Lanes<R, T> a) => new(VectorMath.Asinh<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Acosh(Lanes<R, T> a) => new(VectorMath.Acosh<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Atanh(Lanes<R, T> a) => new(VectorMath.Atanh<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Erf(Lanes<R, T> a) => new(VectorMath.Erf<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> Erfc(Lanes<R, T> a) => new(VectorMath.Erfc<R, T>(a.V));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static Lanes<R, T> NormalDistribution(Lanes<R, T> a) => new(VectorMath.NormalDistribution<R, T>(a.V));
}
