using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Formulas;

public static partial class VectorMath
{
    const double HalfPi = 1.57079632679489661923;

    // π/2 as a float and what that lacks.
    const double HalfPiHi = 1.57079637050628662109375, HalfPiLo = -4.371138828673793e-08;

    // Past these the reduction to a quarter turn would lose digits.
    const double FloatTurnLimit = 6400, DoubleTurnLimit = 800000;

    /// <summary>The sine of x (radians).</summary>
    [MethodImpl(Inline)]
    public static R Sin<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var a = R.Abs(x);
        if (BeyondTurns<R, T>(a)) return Each<R, T, SinOf>(x);
        var r = QuarterTurn<R, T>(a, out var t);
        var y = R.Select(LowBit<R, T>(t), CosNear0<R, T>(r), SinNear0<R, T>(r));
        return R.Xor(y, R.Xor(SignOf<R, T>(x), SecondBitAsSign<R, T>(t)));
    }

    /// <summary>The cosine of x (radians).</summary>
    [MethodImpl(Inline)]
    public static R Cos<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var a = R.Abs(x);
        if (BeyondTurns<R, T>(a)) return Each<R, T, CosOf>(x);
        var r = QuarterTurn<R, T>(a, out var t);
        var y = R.Select(LowBit<R, T>(t), SinNear0<R, T>(r), CosNear0<R, T>(r));
        return R.Xor(y, SecondBitAsSign<R, T>(R.AddBits(t, R.Bits(1))));
    }

    /// <summary>The tangent of x (radians).</summary>
    [MethodImpl(Inline)]
    public static R Tan<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var a = R.Abs(x);
        if (BeyondTurns<R, T>(a)) return Each<R, T, TanOf>(x);
        var r = QuarterTurn<R, T>(a, out var t);
        var odd = LowBit<R, T>(t);
        R y;
        if (typeof(T) == typeof(float))
        {
            // One polynomial loses less than the quotient of two (coefficients: Cephes, tanf).
            var z = r * r;
            var p = R.MultiplyAdd(R.Literal(9.38540185543e-3), z, 3.11992232697e-3);
            p = R.MultiplyAdd(p, z, 2.44301354525e-2);
            p = R.MultiplyAdd(p, z, 5.34112807005e-2);
            p = R.MultiplyAdd(p, z, 1.33387994085e-1);
            p = R.MultiplyAdd(p, z, 3.33331568548e-1);
            y = R.MultiplyAdd(p * z, r, r);
            y = R.Select(odd, R.Literal(1) / y, y);
        }
        else
        {
            var (sin, cos) = (SinNear0<R, T>(r), CosNear0<R, T>(r));
            y = R.Select(odd, cos, sin) / R.Select(odd, sin, cos);
        }
        return R.Xor(y, R.Xor(SignOf<R, T>(x), SignOf<R, T>(odd)));
    }

    /// <summary>The angle in [−π/2, π/2] whose sine is x; NaN outside [−1, 1].</summary>
    [MethodImpl(Inline)]
    public static R Asin<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (typeof(T) != typeof(float)) return Each<R, T, AsinOf>(x);
        var y = AsinParts<R, T>(R.Abs(x), out var large);
        return WithSign<R, T>(R.Select(large, R.MultiplyAdd(y, R.Literal(-2), HalfPiHi) + R.Literal(HalfPiLo), y), x);
    }

    /// <summary>The angle in [0, π] whose cosine is x; NaN outside [−1, 1].</summary>
    [MethodImpl(Inline)]
    public static R Acos<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (typeof(T) != typeof(float)) return Each<R, T, AcosOf>(x);
        var y = AsinParts<R, T>(R.Abs(x), out var large);
        var twice = y + y;
        twice = R.Select(R.Less(x, R.Literal(0)), HalfTurnLess<R, T>(twice), twice);
        return R.Select(large, twice, QuarterTurnLess<R, T>(R.Xor(y, SignOf<R, T>(x))));
    }

    /// <summary>The angle in [−π/2, π/2] whose tangent is x.</summary>
    [MethodImpl(Inline)]
    public static R Atan<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (typeof(T) != typeof(float)) return Each<R, T, AtanOf>(x);
        var a = R.Abs(x);
        var one = R.Literal(1);
        var steep = R.Less(one, a);
        var y = AtanBelow1<R, T>(R.Select(steep, one / a, a));
        return WithSign<R, T>(R.Select(steep, QuarterTurnLess<R, T>(y), y), x);
    }

    /// <summary>The angle of the point (x, y) in [−π, π].</summary>
    [MethodImpl(Inline)]
    public static R Atan2<R, T>(R y, R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (typeof(T) != typeof(float)) return Each<R, T, Atan2Of>(y, x);
        var (height, width) = (R.Abs(y), R.Abs(x));
        var (low, high) = (R.MinNative(height, width), R.MaxNative(height, width));
        // 0/0 and ∞/∞ stand for the axes and the diagonals
        var q = R.Select(R.Equal(high, R.Literal(0)), R.Literal(0), low / high);
        q = R.Select(R.Equal(low, R.Literal(double.PositiveInfinity)), R.Literal(1), q);
        var angle = AtanBelow1<R, T>(q);
        angle = R.Select(R.Less(width, height), QuarterTurnLess<R, T>(angle), angle);
        var left = R.Less(R.Or(SignOf<R, T>(x), R.Literal(1)), R.Literal(0));
        angle = WithSign<R, T>(R.Select(left, HalfTurnLess<R, T>(angle), angle), y);
        var numbers = R.And(R.Equal(x, x), R.Equal(y, y));
        return R.Select(numbers, angle, x + y);
    }

    // π/2 − a, of floats
    [MethodImpl(Inline)]
    static R QuarterTurnLess<R, T>(R a) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        R.Literal(HalfPiHi) - a + R.Literal(HalfPiLo);

    // π − a, of floats
    [MethodImpl(Inline)]
    static R HalfTurnLess<R, T>(R a) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        R.Literal(2 * HalfPiHi) - a + R.Literal(2 * HalfPiLo);

    // Also where x is NaN or infinite.
    [MethodImpl(Inline)]
    static bool BeyondTurns<R, T>(R a) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        R.Any(R.Not(R.LessOrEqual(a, R.Literal(typeof(T) == typeof(float) ? FloatTurnLimit : DoubleTurnLimit))));

    // a = n π/2 + r with |r| ≤ π/4; the low bits of t are n. π/2 comes in parts whose products with n are exact.
    [MethodImpl(Inline)]
    static R QuarterTurn<R, T>(R a, out R t) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var magic = R.Literal(typeof(T) == typeof(float) ? FloatMagic : DoubleMagic);
        t = R.MultiplyAdd(a, R.Literal(1 / HalfPi), magic);
        var n = t - magic;
        if (typeof(T) == typeof(float) && R.IsFused)
        {
            var r = R.MultiplyAdd(n, R.Literal(-HalfPiHi), a);
            r = R.MultiplyAdd(n, R.Literal(4.3711388286737929e-8), r);
            return R.MultiplyAdd(n, R.Literal(1.71512449944e-15), r);
        }
        else if (typeof(T) == typeof(float))
        {
            var r = R.MultiplyAdd(n, R.Literal(-1.5703125), a);
            r = R.MultiplyAdd(n, R.Literal(-0.0004837512969970703125), r);
            r = R.MultiplyAdd(n, R.Literal(-7.5495336204767227173e-8), r);
            return R.MultiplyAdd(n, R.Literal(-2.563344068257089603e-12), r);
        }
        else
        {
            var r = R.MultiplyAdd(n, R.Literal(-1.57079632673412561417), a);
            r = R.MultiplyAdd(n, R.Literal(-6.07710050630396597660e-11), r);
            return R.MultiplyAdd(n, R.Literal(-2.02226624879595063154e-21), r);
        }
    }

    // Mask of the odd quarter turns.
    [MethodImpl(Inline)]
    static R LowBit<R, T>(R t) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        R.SubtractBits(R.Bits(0), R.And(t, R.Bits(1)));

    // The sign of the third and fourth quarter turns.
    [MethodImpl(Inline)]
    static R SecondBitAsSign<R, T>(R t) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        SignOf<R, T>(typeof(T) == typeof(float) ? R.ShiftLeft(t, 30) : R.ShiftLeft(t, 62));

    // sin r for |r| ≤ π/4; for double with the coefficients of fdlibm's k_sin.c
    [MethodImpl(Inline)]
    static R SinNear0<R, T>(R r) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var z = r * r;
        R p;
        if (typeof(T) == typeof(float))
        {
            p = R.MultiplyAdd(R.Literal(-0.0001951463172), z, 0.008332156052);
            p = R.MultiplyAdd(p, z, -0.1666665454);
        }
        else
        {
            p = R.MultiplyAdd(R.Literal(1.58969099521155010221e-10), z, -2.50507602534068634195e-08);
            p = R.MultiplyAdd(p, z, 2.75573137070700676789e-06);
            p = R.MultiplyAdd(p, z, -1.98412698298579493134e-04);
            p = R.MultiplyAdd(p, z, 8.33333333332248946124e-03);
            p = R.MultiplyAdd(p, z, -1.66666666666666324348e-01);
        }
        return R.MultiplyAdd(p * z, r, r);
    }

    // cos r for |r| ≤ π/4; for double with the coefficients of fdlibm's k_cos.c
    [MethodImpl(Inline)]
    static R CosNear0<R, T>(R r) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var z = r * r;
        var one = R.Literal(1);
        R p;
        if (typeof(T) == typeof(float))
        {
            p = R.MultiplyAdd(R.Literal(2.443773111e-5), z, -0.001388736146);
            p = R.MultiplyAdd(p, z, 0.04166664675);
        }
        else
        {
            p = R.MultiplyAdd(R.Literal(-1.13596475577881948265e-11), z, 2.08757232129817482790e-09);
            p = R.MultiplyAdd(p, z, -2.75573143513906633035e-07);
            p = R.MultiplyAdd(p, z, 2.48015872894767294178e-05);
            p = R.MultiplyAdd(p, z, -1.38888888888741095749e-03);
            p = R.MultiplyAdd(p, z, 4.16666666666666019037e-02);
        }
        // what 1 − z/2 lost in rounding is added with the rest
        var half = z * R.Literal(0.5);
        var near = one - half;
        return near + R.MultiplyAdd(p * z, z, one - near - half);
    }

    // asin a for a ≤ ½, and asin √((1 − a)/2), which is half of acos a, for the larger
    [MethodImpl(Inline)]
    static R AsinParts<R, T>(R a, out R large) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        large = R.Less(R.Literal(0.5), a);
        var z = R.Select(large, R.MultiplyAdd(a, R.Literal(-0.5), 0.5), a * a);
        var s = R.Select(large, R.Sqrt(z), a);
        var p = R.MultiplyAdd(R.Literal(0.04216629978), z, 0.02417952076);
        p = R.MultiplyAdd(p, z, 0.04547037451);
        p = R.MultiplyAdd(p, z, 0.07495297657);
        p = R.MultiplyAdd(p, z, 0.1666675248);
        return R.MultiplyAdd(p * z, s, s);
    }

    // atan a for 0 ≤ a ≤ 1
    [MethodImpl(Inline)]
    static R AtanBelow1<R, T>(R a) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var z = a * a;
        var p = R.MultiplyAdd(R.Literal(-0.001793626197), z, 0.01091462659);
        p = R.MultiplyAdd(p, z, -0.03117788612);
        p = R.MultiplyAdd(p, z, 0.05795763544);
        p = R.MultiplyAdd(p, z, -0.0840345285);
        p = R.MultiplyAdd(p, z, 0.1095218665);
        p = R.MultiplyAdd(p, z, -0.1426424185);
        p = R.MultiplyAdd(p, z, 0.199985483);
        p = R.MultiplyAdd(p, z, -0.3333329909);
        return R.MultiplyAdd(p * z, a, a);
    }

    readonly struct SinOf : IScalar { public static double Of(double x) => Math.Sin(x); }

    readonly struct CosOf : IScalar { public static double Of(double x) => Math.Cos(x); }

    readonly struct TanOf : IScalar { public static double Of(double x) => Math.Tan(x); }

    readonly struct AsinOf : IScalar { public static double Of(double x) => Math.Asin(x); }

    readonly struct AcosOf : IScalar { public static double Of(double x) => Math.Acos(x); }

    readonly struct AtanOf : IScalar { public static double Of(double x) => Math.Atan(x); }

    readonly struct Atan2Of : IScalar2 { public static double Of(double x, double y) => Math.Atan2(x, y); }
}
