namespace Backprop.Formulas;

/// <summary>
/// Functions of one double that .NET's <see cref="Math"/> lacks, to within about one unit in the last place. The rational
/// approximations are those of Sun's fdlibm (s_erf.c and s_expm1.c, 1993).
/// </summary>
public static class ScalarMath
{
    // erf(1) rounded to 24 bits: the approximations next to 1 give the difference from it.
    const double ErfOfOne = 8.45062911510467529297e-01;

    /// <summary>The error function 2/√π ∫₀ˣ e^(−t²) dt.</summary>
    /// <param name="x">Any number; ±∞ gives ±1, NaN gives NaN.</param>
    public static double Erf(double x)
    {
        var a = Math.Abs(x);
        if (double.IsNaN(x)) return x;
        if (a < 0.84375) return a < 1e-300 ? x * Constants.TwoOverSqrtPi : x + x * ErfSmall(x * x);
        var y = a < 1.25 ? ErfOfOne + ErfNearOne(a - 1) : a < 6 ? 1 - ErfcLarge(a) : 1;
        return Math.CopySign(y, x);
    }

    /// <summary>1 − erf(x), accurate for large x too: erfc(10) is 2.1e−45.</summary>
    /// <param name="x">Any number; −∞ gives 2, ∞ gives 0, NaN gives NaN.</param>
    public static double Erfc(double x)
    {
        var a = Math.Abs(x);
        if (double.IsNaN(x)) return x;
        if (a < 0.84375) return x < 0.25 ? 1 - (x + x * ErfSmall(x * x)) : 0.5 - (x - 0.5 + x * ErfSmall(x * x));
        if (a < 1.25) return x > 0 ? 1 - ErfOfOne - ErfNearOne(a - 1) : 1 + (ErfOfOne + ErfNearOne(a - 1));
        if (a < 28) return x > 0 ? ErfcLarge(a) : a < 6 ? 2 - ErfcLarge(a) : 2;
        return x > 0 ? 0 : 2;
    }

    /// <summary>eˣ − 1, accurate near 0.</summary>
    /// <param name="x">Any number; −∞ gives −1, ∞ gives ∞, NaN gives NaN.</param>
    public static double Expm1(double x)
    {
        if (double.IsNaN(x) || Math.Abs(x) < 1e-17) return x;
        if (x > 710) return double.PositiveInfinity;
        if (x < -40) return -1;
        // x = k ln 2 + r + c, with |r| ≤ ln 2 / 2 and c what r lost in rounding
        var k = Math.Abs(x) < 0.34657359027997264 ? 0 : Math.Round(x * 1.44269504088896338700e+00);
        var hi = x - k * 6.93147180369123816490e-01;
        var lo = k * 1.90821492927058770002e-10;
        var r = hi - lo;
        var c = hi - r - lo;
        var half = 0.5 * r;
        var h = r * half;
        var q = 1 + h * (-3.33333333333331316428e-02 + h * (1.58730158725481460165e-03 + h * (-7.93650757867487942473e-05
            + h * (4.00821782732936239552e-06 + h * -2.01099218183624371326e-07))));
        var t = 3 - q * half;
        var e = h * ((q - t) / (6 - r * t));
        if (k == 0) return r - (r * e - h);
        e = r * (e - c) - c - h; // e^(r + c) = 1 + (r − e)
        if (k == -1) return 0.5 * (r - e) - 0.5;
        if (k == 1) return r < -0.25 ? -2 * (e - (r + 0.5)) : 1 + 2 * (r - e);
        if (k is <= -2 or > 56) return Math.ScaleB(1 - (e - r), (int)k) - 1;
        var tiny = Math.ScaleB(1, -(int)k);
        return Math.ScaleB(k < 20 ? 1 - tiny - (e - r) : r - (e + tiny) + 1, (int)k);
    }

    /// <summary>ln(1 + x), accurate near 0.</summary>
    /// <param name="x">Any number; −1 gives −∞, below −1 NaN.</param>
    public static double Log1p(double x)
    {
        var u = 1 + x;
        if (u == 1 || !(x < double.PositiveInfinity)) return x;
        if (u <= 0) return Math.Log(u);
        // what 1 + x lost in rounding, exactly
        var lost = x > 1 ? 1 - (u - x) : x - (u - 1);
        return Math.Log(u) + lost / u;
    }

    // (erf(x) − x) / x for |x| < 0.84375; z = x².
    static double ErfSmall(double z)
    {
        var p = 1.28379167095512558561e-01 + z * (-3.25042107247001499370e-01 + z * (-2.84817495755985104766e-02
            + z * (-5.77027029648944159157e-03 + z * -2.37630166566501626084e-05)));
        var q = 1 + z * (3.97917223959155352819e-01 + z * (6.50222499887672944485e-02 + z * (5.08130628187576562776e-03
            + z * (1.32494738004321644526e-04 + z * -3.96022827877536812320e-06))));
        return p / q;
    }

    // erf(1 + s) − ErfOfOne for −0.16 < s < 0.25.
    static double ErfNearOne(double s)
    {
        var p = -2.36211856075265944077e-03 + s * (4.14856118683748331666e-01 + s * (-3.72207876035701323847e-01
            + s * (3.18346619901161753674e-01 + s * (-1.10894694282396677476e-01 + s * (3.54783043256182359371e-02
            + s * -2.16637559486879084300e-03)))));
        var q = 1 + s * (1.06420880400844228286e-01 + s * (5.40397917702171048937e-01 + s * (7.18286544141962662868e-02
            + s * (1.26171219808761642112e-01 + s * (1.36370839120290507362e-02 + s * 1.19844998467991074170e-02)))));
        return p / q;
    }

    // erfc(a) for 1.25 ≤ a < 28.
    static double ErfcLarge(double a)
    {
        var s = 1 / (a * a);
        var ratio = a < 1 / 0.35 ? ErfcMiddle(s) : ErfcFar(s);
        // a² = z² + (a − z)(a + z), of which z² is exact, because z has the upper 21 bits only
        var z = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(a) & unchecked((long)0xFFFFFFFF00000000));
        return Math.Exp(-z * z - 0.5625) * Math.Exp((z - a) * (z + a) + ratio) / a;
    }

    static double ErfcMiddle(double s)
    {
        var r = -9.86494403484714822705e-03 + s * (-6.93858572707181764372e-01 + s * (-1.05586262253232909814e+01
            + s * (-6.23753324503260060396e+01 + s * (-1.62396669462573470355e+02 + s * (-1.84605092906711035994e+02
            + s * (-8.12874355063065934246e+01 + s * -9.81432934416914548592e+00))))));
        var q = 1 + s * (1.96512716674392571292e+01 + s * (1.37657754143519042600e+02 + s * (4.34565877475229228821e+02
            + s * (6.45387271733267880336e+02 + s * (4.29008140027567833386e+02 + s * (1.08635005541779435134e+02
            + s * (6.57024977031928170135e+00 + s * -6.04244152148580987438e-02)))))));
        return r / q;
    }

    static double ErfcFar(double s)
    {
        var r = -9.86494292470009928597e-03 + s * (-7.99283237680523006574e-01 + s * (-1.77579549177547519889e+01
            + s * (-1.60636384855821916062e+02 + s * (-6.37566443368389627722e+02 + s * (-1.02509513161107724954e+03
            + s * -4.83519191608651397019e+02)))));
        var q = 1 + s * (3.03380607434824582924e+01 + s * (3.25792512996573918826e+02 + s * (1.53672958608443695994e+03
            + s * (3.19985821950859553908e+03 + s * (2.55305040643316442583e+03 + s * (4.74528541206955367215e+02
            + s * -2.24409524465858183362e+01))))));
        return r / q;
    }
}
