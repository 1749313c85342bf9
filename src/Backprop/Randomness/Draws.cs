using System.Runtime.CompilerServices;

namespace Backprop.Randomness;

/// <summary>How one element is made from the random words at its own place in the stream.</summary>
/// <typeparam name="T">The type of the element.</typeparam>
internal interface IDraw<T>
{
    /// <summary>How many words of the stream an element takes: 1 or 2.</summary>
    static abstract int Words { get; }

    /// <summary>The element whose words stand at <paramref name="position"/>; <paramref name="high"/> is 0 for draws of one word.</summary>
    T Value(uint low, uint high, long position);
}

/// <summary>Words as fractions. Every step is exact in binary, so that no platform can round it differently.</summary>
/// <remarks>The casts to signed numbers change no value: conversions from those are single instructions.</remarks>
internal static class Fraction
{
    /// <summary>The upper 24 bits as a number in [0, 1).</summary>
    internal static float Single(uint word) => (int)(word >> 8) * (1f / (1 << 24));

    /// <summary>The upper 53 bits as a number in [0, 1).</summary>
    internal static double Double(ulong word) => (long)(word >> 11) * (1.0 / (1L << 53));

    /// <summary>All 32 bits as the middle of their interval, in (0, 1) and symmetric about 1/2.</summary>
    internal static double Middle(uint word) => (word + 0.5) * (1.0 / (1L << 32));

    /// <summary>The upper 52 bits as the middle of their interval, in (0, 1) and symmetric about 1/2.</summary>
    internal static double Middle(ulong word) => ((long)(word >> 12) + 0.5) * (1.0 / (1L << 52));

    /// <summary>Two words as one.</summary>
    internal static ulong Join(uint low, uint high) => low | (ulong)high << 32;
}

/// <summary>low + u·(high − low), u uniform in [0, 1) with 24 bits.</summary>
internal readonly struct UniformSingle(float low, float high) : IDraw<float>
{
    readonly float low = low, width = high - low;
    // The sum can round up to the bound that it must stay below.
    readonly float last = float.BitDecrement(high);

    public static int Words => 1;

    public float Value(uint low, uint high, long position)
    {
        var value = this.low + Fraction.Single(low) * width;
        return value < last ? value : last;
    }
}

/// <summary>low + u·(high − low), u uniform in [0, 1) with 53 bits.</summary>
internal readonly struct UniformDouble(double low, double high) : IDraw<double>
{
    readonly double low = low, width = high - low;
    readonly double last = double.BitDecrement(high);

    public static int Words => 2;

    public double Value(uint low, uint high, long position)
    {
        var value = this.low + Fraction.Double(Fraction.Join(low, high)) * width;
        return value < last ? value : last;
    }
}

/// <summary>mean + deviation·z, z standard normal from 32 bits: |z| &lt; 6.4.</summary>
internal readonly struct NormalSingle(double mean, double deviation) : IDraw<float>
{
    public static int Words => 1;
    public float Value(uint low, uint high, long position) => (float)(mean + deviation * Gaussian.Quantile(Fraction.Middle(low)));
}

/// <summary>mean + deviation·z, z standard normal from 52 bits: |z| &lt; 8.3.</summary>
internal readonly struct NormalDouble(double mean, double deviation) : IDraw<double>
{
    public static int Words => 2;
    public double Value(uint low, uint high, long position) =>
        mean + deviation * Gaussian.Quantile(Fraction.Middle(Fraction.Join(low, high)));
}

/// <summary>
/// A whole number in [low, low + range), each as probable as any other: the upper half of word · range, where a few words
/// are refused so that each number keeps the same share of them.
/// </summary>
/// <remarks>
/// Lemire, <i>Fast Random Integer Generation in an Interval</i>, 2019. A refused word is replaced by the one at the same
/// place of the next stream, so that refusals move no other element.
/// </remarks>
internal readonly struct Integer(long low, ulong range, ulong key) : IDraw<long>
{
    readonly ulong refused = (0 - range) % range;

    public static int Words => 2;

    public long Value(uint low, uint high, long position)
    {
        var upper = Math.BigMul(Fraction.Join(low, high), range, out var lower);
        return Base + (long)(lower >= refused ? upper : Retry(position));
    }

    long Base => low;

    ulong Retry(long position)
    {
        Span<uint> words = stackalloc uint[2];
        for (ulong stream = 1; ; stream++)
        {
            Philox.Words(key, stream, position, words);
            var upper = Math.BigMul(Fraction.Join(words[0], words[1]), range, out var lower);
            if (lower >= refused) return upper;
        }
    }
}

/// <summary>The first of two values with a probability, a multiple of 2⁻³², else the second.</summary>
internal readonly struct OneOfTwo<T>(double probability, T first, T second) : IDraw<T>
{
    readonly ulong below = (ulong)(probability * (1L << 32));

    public static int Words => 1;

    public T Value(uint low, uint high, long position) => low < below ? first : second;
}

/// <summary>The standard normal distribution, with + − · / √ alone: the same bits on every platform.</summary>
internal static class Gaussian
{
    /// <summary>The z below which a standard normal variable lies with the probability p in (0, 1); relative error about 1e-16.</summary>
    /// <remarks>
    /// Wichura, <i>Algorithm AS 241: The Percentage Points of the Normal Distribution</i>, Applied Statistics 37, 1988 (PPND16).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double Quantile(double p)
    {
        var q = p - 0.5;
        if (Math.Abs(q) > 0.425) return Tail(p, q);
        var r = 0.180625 - q * q;
        return q
            * Polynomial(r,
                3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
                4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3)
            / Polynomial(r,
                1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
                2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3);
    }

    static double Tail(double p, double q)
    {
        var r = Math.Sqrt(-Log(Math.Min(p, 1 - p)));
        var z = r <= 5 ? Near(r - 1.6) : Far(r - 5);
        return q < 0 ? -z : z;
    }

    static double Near(double r) =>
        Polynomial(r,
            1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
            1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4)
        / Polynomial(r,
            1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
            1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9);

    static double Far(double r) =>
        Polynomial(r,
            6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
            2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7)
        / Polynomial(r,
            1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
            7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double Polynomial(double x, double c0, double c1, double c2, double c3, double c4, double c5, double c6, double c7) =>
        ((((((c7 * x + c6) * x + c5) * x + c4) * x + c3) * x + c2) * x + c1) * x + c0;

    /// <summary>
    /// ln x of a normal number: x = m·2ᵉ with m in [√½, √2), and ln m = 2 artanh s = 2(s + s³/3 + s⁵/5 + …), s = (m − 1)/(m + 1).
    /// <c>Math.Log</c> belongs to the platform's C library and may differ in the last bit.
    /// </summary>
    internal static double Log(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) - 1023;
        var m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            exponent++;
        }
        var s = (m - 1) / (m + 1);
        var t = s * s;
        // |s| < 0.1716, so that the first term left out, t¹¹/23, is below half a unit of the last place.
        var series = 1.0 / 21;
        for (var odd = 19; odd >= 3; odd -= 2) series = series * t + 1.0 / odd;
        return exponent * 0.6931471805599453 + (2 * s + 2 * s * t * series);
    }
}
