using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Formulas;

public static partial class VectorMath
{
    /// <summary>The error function 2/√π ∫₀ˣ e^(−t²) dt.</summary>
    [MethodImpl(Inline)]
    public static R Erf<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var a = R.Abs(x);
        var large = typeof(T) == typeof(float) ? ErfLargeFloat<R, T>(a) : ErfLargeDouble<R, T>(a);
        var small = ErfSmall<R, T>(x);
        var split = R.Literal(typeof(T) == typeof(float) ? 0.9273 : 1);
        return R.Select(R.Less(a, split), small, WithSign<R, T>(large, x));
    }

    /// <summary>1 − erf(x), accurate for large x too: to 3.4 ulp in float32, 3 in float64.</summary>
    [MethodImpl(Inline)]
    public static R Erfc<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        // past the limit the result is 0 whatever a is
        var a = R.MinNative(R.Literal(typeof(T) == typeof(float) ? 10.5 : 27.5), R.Abs(x));
        var square = a * a;
        var r = Reduce<R, T>(-square, 254, 2046, out var t) - SquareError<R, T>(a, square);
        var y = ErfcScaled<R, T>(a);
        y = Scale<R, T>(R.MultiplyAdd(Expm1Near0<R, T>(r), y, y), t);
        y = R.Select(R.Less(x, R.Literal(0)), R.Literal(2) - y, y);
        return R.Select(R.Less(a, R.Literal(0.5)), R.Literal(1) - ErfSmall<R, T>(x), y);
    }

    /// <summary>
    /// The normal distribution function Φ(x) = erfc(−x/√2) / 2. In float32 it is off by 1e-7 at most, and of itself by 1.5e-6 down to x = −3 and by 3e-6 down to −5; further down
    /// its magnitude is right until it vanishes below −12.
    /// </summary>
    [MethodImpl(Inline)]
    public static R NormalDistribution<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (typeof(T) != typeof(float)) return R.MultiplyAdd(R.Literal(0.5), Erf<R, T>(R.Literal(Constants.OneOverSqrt2) * x), 0.5);
        // Φ(−a) = e^(a·p(a)) / 2 for a ≥ 0, with p of even and of odd powers apart: neither waits for the other.
        var a = R.MinNative(R.Literal(12.5), R.Abs(x));
        var z = a * a;
        var even = R.MultiplyAdd(R.Literal(4.630389457e-7), z, 4.470816272e-5);
        var odd = R.MultiplyAdd(R.Literal(-1.48635953e-8), z, -6.178091787e-6);
        even = R.MultiplyAdd(even, z, -5.749726061e-5);
        odd = R.MultiplyAdd(odd, z, -1.65557974e-4);
        even = R.MultiplyAdd(even, z, -0.03639225131);
        odd = R.MultiplyAdd(odd, z, 0.004882850028);
        even = R.MultiplyAdd(even, z, -0.7978857929);
        odd = R.MultiplyAdd(odd, z, -0.3182951626);
        var r = Reduce<R, T>(R.MultiplyAdd(odd, a, even) * a, 254, 2046, out var t);
        var below = Scale<R, T>(R.MultiplyAdd(Expm1Near0<R, T>(r), R.Literal(0.5), 0.5), t);
        return R.Select(R.Less(x, R.Literal(0)), below, R.Literal(1) - below);
    }

    // erf(x) for |x| < 1 (float: 0.9274): x + x·p(x²)
    [MethodImpl(Inline)]
    static R ErfSmall<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var z = x * x;
        R p;
        if (typeof(T) == typeof(float))
        {
            p = R.MultiplyAdd(R.Literal(-0.0005965799047), z, 0.004988306723);
            p = R.MultiplyAdd(p, z, -0.02676332966);
            p = R.MultiplyAdd(p, z, 0.1128172673);
            p = R.MultiplyAdd(p, z, -0.3761248529);
            p = R.MultiplyAdd(p, z, 0.1283791483);
        }
        else
        {
            p = R.MultiplyAdd(R.Literal(-7.77946978125370611e-10), z, 1.37109812467885671e-8);
            p = R.MultiplyAdd(p, z, -1.62063139977727579e-7);
            p = R.MultiplyAdd(p, z, 1.64471316092453496e-6);
            p = R.MultiplyAdd(p, z, -0.0000149247123057401173);
            p = R.MultiplyAdd(p, z, 0.000120552935771355849);
            p = R.MultiplyAdd(p, z, -0.000854832592932397837);
            p = R.MultiplyAdd(p, z, 0.00522397760611871182);
            p = R.MultiplyAdd(p, z, -0.026866170643111502);
            p = R.MultiplyAdd(p, z, 0.11283791670944185);
            p = R.MultiplyAdd(p, z, -0.376126389031835195);
            p = R.MultiplyAdd(p, z, 0.128379167095512566);
        }
        return R.MultiplyAdd(p, x, x);
    }

    // erf(a) for a > 0.92, by 1 − e^(a·p(a)) with a·p(a) = ln erfc(a)
    [MethodImpl(Inline)]
    static R ErfLargeFloat<R, T>(R a) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        a = R.MinNative(R.Literal(4), a);
        // Halves that do not wait for each other.
        var square = a * a;
        var p = R.MultiplyAdd(R.MultiplyAdd(R.Literal(0.0002139848468), a, -0.003214954859), square, R.MultiplyAdd(R.Literal(0.02288996206), a, -0.1052618401));
        p = R.MultiplyAdd(p, square, R.MultiplyAdd(R.Literal(-0.6357183174), a, -1.12851436));
        var r = Reduce<R, T>(p * a, 127, 1023, out var t);
        var s = PowerOf2<R, T>(t);
        return R.Literal(1) - R.MultiplyAdd(Expm1Near0<R, T>(r), s, s);
    }

    // erf(a) for a ≥ 1: the error of a² does not matter in 1 − erfc(a)
    [MethodImpl(Inline)]
    static R ErfLargeDouble<R, T>(R a) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        a = R.MinNative(R.Literal(6.5), a);
        var r = Reduce<R, T>(-(a * a), 127, 1023, out var t);
        var s = PowerOf2<R, T>(t) * ErfcScaled<R, T>(a);
        return R.Literal(1) - R.MultiplyAdd(Expm1Near0<R, T>(r), s, s);
    }

    // e^(a²) erfc(a) for a ≥ 0: times 1 + 2a it is smooth in q = (a − K) / (a + K), with K = 2 for float and 3 for double.
    [MethodImpl(Inline)]
    static R ErfcScaled<R, T>(R a) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var k = R.Literal(typeof(T) == typeof(float) ? 2 : 3);
        var q = (a - k) / (a + k);
        R p;
        if (typeof(T) == typeof(float))
        {
            p = R.MultiplyAdd(R.Literal(-0.0003994483), q, -0.001228000273);
            p = R.MultiplyAdd(p, q, 0.0013133099);
            p = R.MultiplyAdd(p, q, 0.008630096331);
            p = R.MultiplyAdd(p, q, -0.00806014344);
            p = R.MultiplyAdd(p, q, -0.05420388394);
            p = R.MultiplyAdd(p, q, 0.1640554256);
            p = R.MultiplyAdd(p, q, -0.1660314609);
            p = R.MultiplyAdd(p, q, -0.09276398503);
            p = R.MultiplyAdd(p, q, 1.276978394);
        }
        else
        {
            p = ErfcScaledUpper<R, T>(q);
            p = R.MultiplyAdd(p, q, -0.000105159635020165664);
            p = R.MultiplyAdd(p, q, -0.000779831976234832198);
            p = R.MultiplyAdd(p, q, 0.00188869033929305355);
            p = R.MultiplyAdd(p, q, 0.00252939178107318816);
            p = R.MultiplyAdd(p, q, -0.0237705149171268785);
            p = R.MultiplyAdd(p, q, 0.0683080273462715861);
            p = R.MultiplyAdd(p, q, -0.11927366341537498);
            p = R.MultiplyAdd(p, q, 0.129645158702691379);
            p = R.MultiplyAdd(p, q, -0.0475622943534494986);
            p = R.MultiplyAdd(p, q, -0.135621106124580556);
            p = R.MultiplyAdd(p, q, 1.25300805826972965);
        }
        return p / R.MultiplyAdd(a, R.Literal(2), 1);
    }

    [MethodImpl(Inline)]
    static R ErfcScaledUpper<R, T>(R q) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var p = R.MultiplyAdd(R.Literal(-3.94838431789329443e-9), q, -7.90175535895683426e-9);
        p = R.MultiplyAdd(p, q, 3.24085192807033639e-8);
        p = R.MultiplyAdd(p, q, 8.98969885259982362e-8);
        p = R.MultiplyAdd(p, q, -1.31063629878483913e-7);
        p = R.MultiplyAdd(p, q, -6.02240760173286939e-7);
        p = R.MultiplyAdd(p, q, 3.49658212172840507e-7);
        p = R.MultiplyAdd(p, q, 3.46182266144210765e-6);
        p = R.MultiplyAdd(p, q, -7.28383745868713486e-7);
        p = R.MultiplyAdd(p, q, -0.0000200955809511963928);
        p = R.MultiplyAdd(p, q, 4.94859733589604864e-6);
        return R.MultiplyAdd(p, q, 0.00012509783095447811);
    }
}
