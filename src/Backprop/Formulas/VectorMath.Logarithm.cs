using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Formulas;

public static partial class VectorMath
{
    // ln 2 in two parts, of which the first has so few digits that its product with an exponent is exact even without fusing
    const double Ln2FloatHi = 0.693145752, Ln2FloatLo = 1.42860677e-6;
    const double Ln2DoubleHi = 6.93147180369123816490e-01, Ln2DoubleLo = 1.90821492927058770002e-10;

    /// <summary>The natural logarithm of x; −∞ at 0, NaN below.</summary>
    [MethodImpl(Inline)]
    public static R Log<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var f = Mantissa<R, T>(x, out var k);
        return LogEdges<R, T>(x, Combine<R, T>(k, LogOfMantissa<R, T>(f, R.Literal(0))));
    }

    /// <summary>The logarithm of x to base 2, exact for powers of 2; −∞ at 0, NaN below.</summary>
    [MethodImpl(Inline)]
    public static R Log2<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var f = Mantissa<R, T>(x, out var k);
        return LogEdges<R, T>(x, R.MultiplyAdd(LogOfMantissa<R, T>(f, R.Literal(0)), R.Literal(Log2E), k));
    }

    /// <summary>The logarithm of x to base 10; −∞ at 0, NaN below.</summary>
    [MethodImpl(Inline)]
    public static R Log10<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        // log10 2 in two parts, as ln 2 in Combine
        var hi = R.Literal(typeof(T) == typeof(float) ? 0.301025390625 : 0.3010299956640665186569);
        var lo = R.Literal(typeof(T) == typeof(float) ? 4.60503898120e-6 : -8.5323443170571065302e-14);
        var f = Mantissa<R, T>(x, out var k);
        var y = LogOfMantissa<R, T>(f, R.Literal(0)) * R.Literal(1 / Constants.Ln10);
        return LogEdges<R, T>(x, R.MultiplyAdd(k, hi, R.MultiplyAdd(k, lo, y)));
    }

    /// <summary>ln(1 + x), accurate near 0; −∞ at −1, NaN below.</summary>
    [MethodImpl(Inline)]
    public static R Log1p<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        // u = 1 + x lost c in rounding: ln(u + c) = ln u + c / u
        var one = R.Literal(1);
        var u = x + one;
        var c = R.Select(R.Less(one, x), one - (u - x), x - (u - one));
        var f = Mantissa<R, T>(u, out var k);
        var y = LogEdges<R, T>(u, Combine<R, T>(k, LogOfMantissa<R, T>(f, c / u)));
        return R.Select(IsTiny<R, T>(R.Abs(x)), x, y);
    }

    /// <summary>The inverse of the hyperbolic sine.</summary>
    [MethodImpl(Inline)]
    public static R Asinh<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var a = R.Abs(x);
        var square = a * a;
        var one = R.Literal(1);
        var t = a + square / (one + R.Sqrt(square + one));
        return WithSign<R, T>(Log1pOrTwice<R, T>(a, t), x);
    }

    /// <summary>The inverse of the hyperbolic cosine; NaN below 1.</summary>
    [MethodImpl(Inline)]
    public static R Acosh<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var t = x - R.Literal(1);
        var y = Log1pOrTwice<R, T>(x, t + R.Sqrt(R.MultiplyAdd(t, t, t + t)));
        return R.Select(R.Less(x, R.Literal(1)), R.Literal(double.NaN), y);
    }

    /// <summary>The inverse of the hyperbolic tangent; ±∞ at ±1, NaN outside.</summary>
    [MethodImpl(Inline)]
    public static R Atanh<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var a = R.Abs(x);
        var y = Log1p<R, T>((a + a) / (R.Literal(1) - a)) * R.Literal(0.5);
        return R.Select(IsTiny<R, T>(a), x, WithSign<R, T>(y, x));
    }

    // ln(1 + t), or ln(2a) where a is so large that its square might overflow in t.
    [MethodImpl(Inline)]
    static R Log1pOrTwice<R, T>(R a, R t) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var large = R.Less(R.Literal(1e18), a);
        return Log1p<R, T>(R.Select(large, a, t)) + R.And(large, R.Literal(Constants.Ln2));
    }

    // x = 2^k (1 + f) with 1 + f in [√½, √2); the exponent field becomes a number by the digits it leaves in 2^23 or 2^52.
    [MethodImpl(Inline)]
    static R Mantissa<R, T>(R x, out R k) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            const double two23 = 8388608;
            var denormal = R.Less(x, R.Literal(1.17549435e-38));
            x = R.Select(denormal, x * R.Literal(two23), x);
            var u = R.AddBits(x, R.Bits(0x3F800000 - 0x3F3504F3));
            k = R.Or(R.ShiftRight(u, 23), R.Bits(0x4B000000));
            k -= R.Select(denormal, R.Literal(two23 + 127 + 23), R.Literal(two23 + 127));
            return R.AddBits(R.And(u, R.Bits(0x007FFFFF)), R.Bits(0x3F3504F3)) - R.Literal(1);
        }
        else
        {
            const double two52 = 4503599627370496;
            var denormal = R.Less(x, R.Literal(2.2250738585072014e-308));
            x = R.Select(denormal, x * R.Literal(two52), x);
            var u = R.AddBits(x, R.Bits(0x3FF0000000000000 - 0x3FE6A09E667F3BCD));
            k = R.Or(R.ShiftRight(u, 52), R.Bits(0x4330000000000000));
            k -= R.Select(denormal, R.Literal(two52 + 1023 + 52), R.Literal(two52 + 1023));
            return R.AddBits(R.And(u, R.Bits(0x000FFFFFFFFFFFFF)), R.Bits(0x3FE6A09E667F3BCD)) - R.Literal(1);
        }
    }

    // ln(1 + f) + extra for 1 + f in [√½, √2)
    [MethodImpl(Inline)]
    static R LogOfMantissa<R, T>(R f, R extra) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var square = f * f;
        var half = square * R.Literal(0.5);
        if (typeof(T) == typeof(float))
        {
            var p = R.MultiplyAdd(R.Literal(0.06916397345), f, -0.1179324594);
            p = R.MultiplyAdd(p, f, 0.1187421245);
            p = R.MultiplyAdd(p, f, -0.1238390406);
            p = R.MultiplyAdd(p, f, 0.1421847326);
            p = R.MultiplyAdd(p, f, -0.1666926787);
            p = R.MultiplyAdd(p, f, 0.2000223362);
            p = R.MultiplyAdd(p, f, -0.2499998639);
            p = R.MultiplyAdd(p, f, 0.3333331039);
            return f - (half - R.MultiplyAdd(p, square * f, extra));
        }
        else
        {
            // by ln((1 + s) / (1 − s)) with s = f / (2 + f); coefficients of fdlibm's e_log.c
            var s = f / (f + R.Literal(2));
            var z = s * s;
            var p = R.MultiplyAdd(R.Literal(1.479819860511658591e-01), z, 1.531383769920937332e-01);
            p = R.MultiplyAdd(p, z, 1.818357216161805012e-01);
            p = R.MultiplyAdd(p, z, 2.222219843214978396e-01);
            p = R.MultiplyAdd(p, z, 2.857142874366239149e-01);
            p = R.MultiplyAdd(p, z, 3.999999999940941908e-01);
            p = R.MultiplyAdd(p, z, 6.666666666666735130e-01);
            return f - (half - R.MultiplyAdd(s, R.MultiplyAdd(p, z, half), extra));
        }
    }

    // k ln 2 + y
    [MethodImpl(Inline)]
    static R Combine<R, T>(R k, R y) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        typeof(T) == typeof(float)
            ? R.MultiplyAdd(k, R.Literal(Ln2FloatHi), R.MultiplyAdd(k, R.Literal(Ln2FloatLo), y))
            : R.MultiplyAdd(k, R.Literal(Ln2DoubleHi), R.MultiplyAdd(k, R.Literal(Ln2DoubleLo), y));

    [MethodImpl(Inline)]
    static R LogEdges<R, T>(R x, R y) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var zero = R.Literal(0);
        y = R.Select(R.Less(zero, x), y, R.Select(R.Equal(x, zero), R.Literal(double.NegativeInfinity), R.Literal(double.NaN)));
        return R.Select(R.Less(x, R.Literal(double.PositiveInfinity)), y, x);
    }
}
