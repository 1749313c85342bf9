using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Formulas;

public static partial class VectorMath
{
    // Adding 1.5·2^(digits − 1) rounds to a whole number n and leaves n in the low bits. A bias added to it makes those bits
    // the exponent field of a power of two: shifted up, they are 2^n.
    const double FloatMagic = 12582912, DoubleMagic = 6755399441055744;
    const double Log2E = 1.44269504088896340736;

    /// <summary>eˣ.</summary>
    [MethodImpl(Inline)]
    public static R Exp<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        // native Min and Max return their second operand if that is NaN
        x = typeof(T) == typeof(float)
            ? R.MinNative(R.Literal(89), R.MaxNative(R.Literal(-104), x))
            : R.MinNative(R.Literal(710), R.MaxNative(R.Literal(-746), x));
        var r = Reduce<R, T>(x, 254, 2046, out var t);
        return Scale<R, T>(Expm1Near0<R, T>(r) + R.Literal(1), t);
    }

    /// <summary>2ˣ; exact for whole numbers.</summary>
    [MethodImpl(Inline)]
    public static R Exp2<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        x = typeof(T) == typeof(float)
            ? R.MinNative(R.Literal(129), R.MaxNative(R.Literal(-151), x))
            : R.MinNative(R.Literal(1025), R.MaxNative(R.Literal(-1076), x));
        var magic = R.Literal(typeof(T) == typeof(float) ? FloatMagic + 254 : DoubleMagic + 2046);
        var t = x + magic;
        var r = (x - (t - magic)) * R.Literal(Constants.Ln2);
        return Scale<R, T>(Expm1Near0<R, T>(r) + R.Literal(1), t);
    }

    /// <summary>eˣ − 1, accurate near 0.</summary>
    [MethodImpl(Inline)]
    public static R Expm1<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        R.Select(IsTiny<R, T>(R.Abs(x)), x, R.Literal(4) * QuarterExpm1<R, T>(x));

    /// <summary>The hyperbolic sine of x.</summary>
    [MethodImpl(Inline)]
    public static R Sinh<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        // u = e^|x| − 1 gives sinh |x| = (u + u / (u + 1)) / 2
        var a = R.Abs(x);
        var q = QuarterExpm1<R, T>(a);
        var half = q + q;
        // 2q may overflow where q does not, and then the quotient is 0
        var y = half + q / (half + R.Literal(0.5));
        if (typeof(T) != typeof(float)) return R.Select(IsTiny<R, T>(a), x, WithSign<R, T>(y, x));
        // Below 1 the series x + x³/6 + … loses no digits to a quotient (coefficients: Cephes, sinhf).
        var z = x * x;
        var p = R.MultiplyAdd(R.Literal(2.03721912945e-4), z, 8.33028376239e-3);
        p = R.MultiplyAdd(p, z, 1.66667160211e-1);
        return R.Select(R.Less(a, R.Literal(1)), R.MultiplyAdd(p * z, x, x), WithSign<R, T>(y, x));
    }

    /// <summary>The hyperbolic cosine of x.</summary>
    [MethodImpl(Inline)]
    public static R Cosh<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var p = QuarterExpParts<R, T>(R.Abs(x), out var s);
        var quarter = R.MultiplyAdd(p, s, s);
        return R.MultiplyAdd(quarter, R.Literal(2), R.Literal(0.125) / quarter);
    }

    /// <summary>The hyperbolic tangent of x.</summary>
    [MethodImpl(Inline)]
    public static R Tanh<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        // u = e^(2|x|) − 1 gives tanh |x| = u / (u + 2)
        var a = R.Abs(x);
        var q = QuarterExpm1<R, T>(a + a);
        if (typeof(T) != typeof(float)) return R.Select(IsTiny<R, T>(a), x, WithSign<R, T>(q / (q + R.Literal(0.5)), x));
        // 1 − 2/(e^(2|x|) + 1) halves what an error of the exponential does; below 0.65, where both are off by 1.3 ulp at most, a polynomial (coefficients: Cephes, tanhf).
        var large = R.Literal(1) - R.Literal(0.5) / (q + R.Literal(0.5));
        var z = x * x;
        var p = R.MultiplyAdd(R.Literal(-5.70498872745e-3), z, 2.06390887954e-2);
        p = R.MultiplyAdd(p, z, -5.37397155531e-2);
        p = R.MultiplyAdd(p, z, 1.33314422036e-1);
        p = R.MultiplyAdd(p, z, -3.33332819422e-1);
        // Of the magnitude, so that −0 stays −0.
        return WithSign<R, T>(R.Select(R.Less(a, R.Literal(0.65)), R.MultiplyAdd(p * z, a, a), large), x);
    }

    // Where f(x) = x to the last digit, and quartering might lose digits of denormal numbers.
    [MethodImpl(Inline)]
    static R IsTiny<R, T>(R magnitude) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        R.Less(magnitude, R.Literal(1e-18));

    // (eˣ − 1) / 4. The quarter keeps 2ⁿ finite wherever half of eˣ is, as sinh needs.
    [MethodImpl(Inline)]
    static R QuarterExpm1<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var p = QuarterExpParts<R, T>(x, out var s);
        return R.MultiplyAdd(p, s, s - R.Literal(0.25));
    }

    // eˣ / 4 = s (1 + p)
    [MethodImpl(Inline)]
    static R QuarterExpParts<R, T>(R x, out R s) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        x = typeof(T) == typeof(float)
            ? R.MinNative(R.Literal(89.5), R.MaxNative(R.Literal(-30), x))
            : R.MinNative(R.Literal(710.5), R.MaxNative(R.Literal(-45), x));
        var r = Reduce<R, T>(x, 125, 1021, out var t);
        s = PowerOf2<R, T>(t);
        return Expm1Near0<R, T>(r);
    }

    // x = n ln 2 + r with |r| ≤ ln 2 / 2; the low bits of t are n + bias.
    [MethodImpl(Inline)]
    static R Reduce<R, T>(R x, double floatBias, double doubleBias, out R t)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            var magic = R.Literal(FloatMagic + floatBias);
            t = R.MultiplyAdd(x, R.Literal(Log2E), magic);
            var n = t - magic;
            return R.MultiplyAdd(n, R.Literal(-Ln2FloatLo), R.MultiplyAdd(n, R.Literal(-Ln2FloatHi), x));
        }
        else
        {
            var magic = R.Literal(DoubleMagic + doubleBias);
            t = R.MultiplyAdd(x, R.Literal(Log2E), magic);
            var n = t - magic;
            return R.MultiplyAdd(n, R.Literal(-Ln2DoubleLo), R.MultiplyAdd(n, R.Literal(-Ln2DoubleHi), x));
        }
    }

    // eʳ − 1 for |r| ≤ ln 2 / 2
    [MethodImpl(Inline)]
    static R Expm1Near0<R, T>(R r) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        R p;
        if (typeof(T) == typeof(float))
        {
            // Halves that do not wait for each other.
            var square = r * r;
            var upper = R.MultiplyAdd(R.Literal(0.001394664461), square, R.MultiplyAdd(R.Literal(0.008366698113), r, 0.04166627956));
            p = R.MultiplyAdd(upper, square, R.MultiplyAdd(R.Literal(0.1666654218), r, 0.5000000062));
            return R.MultiplyAdd(p, square, r);
        }
        else
        {
            p = R.MultiplyAdd(R.Literal(2.51146827009032835e-8), r, 2.76265463315098361e-7);
            p = R.MultiplyAdd(p, r, 2.75572273541386681e-6);
            p = R.MultiplyAdd(p, r, 0.0000248015039387824882);
            p = R.MultiplyAdd(p, r, 0.000198412699036196872);
            p = R.MultiplyAdd(p, r, 0.00138888889327528911);
            p = R.MultiplyAdd(p, r, 0.00833333333331436536);
            p = R.MultiplyAdd(p, r, 0.0416666666665726844);
            p = R.MultiplyAdd(p, r, 0.166666666666666863);
            p = R.MultiplyAdd(p, r, 0.50000000000000056);
        }
        return R.MultiplyAdd(p, r * r, r);
    }

    // The power of two whose exponent field is in the low bits of t. (The JIT takes a count for constant only where it stands.)
    [MethodImpl(Inline)]
    static R PowerOf2<R, T>(R t) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        typeof(T) == typeof(float) ? R.ShiftLeft(t, 23) : R.ShiftLeft(t, 52);

    // p · 2ⁿ, also where the result is denormal or overflows; the low bits of t are n + twice the exponent's bias.
    [MethodImpl(Inline)]
    static R Scale<R, T>(R p, R t) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (Avx512F.IsSupported && typeof(R) == typeof(V512<float>))
        {
            var n = Unsafe.BitCast<R, Vector512<float>>(t - R.Literal(FloatMagic + 254));
            return Unsafe.BitCast<Vector512<float>, R>(Avx512F.Scale(Unsafe.BitCast<R, Vector512<float>>(p), n));
        }
        if (Avx512F.IsSupported && typeof(R) == typeof(V512<double>))
        {
            var n = Unsafe.BitCast<R, Vector512<double>>(t - R.Literal(DoubleMagic + 2046));
            return Unsafe.BitCast<Vector512<double>, R>(Avx512F.Scale(Unsafe.BitCast<R, Vector512<double>>(p), n));
        }
        // In two steps: 2ⁿ alone may be denormal or overflow.
        var h = R.ShiftRight(t, 1);
        return p * PowerOf2<R, T>(h) * PowerOf2<R, T>(R.SubtractBits(t, h));
    }
}
