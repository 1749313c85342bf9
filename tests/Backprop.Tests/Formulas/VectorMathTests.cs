using System.Numerics;
using Backprop.Formulas;
using Xunit;

namespace Backprop.Tests.Formulas;

/// <summary>Every function of <see cref="VectorMath"/> for every element and width, against .NET's scalar functions.</summary>
public class VectorMathTests
{
    // Of functions of two numbers. (A last place of a double reference counts too.)
    const double FloatUlps = 2, DoubleUlps = 6;

    // The worst of every 61st float there is, rounded up; of tanh, of all floats. Without fused multiplication some are rounded once more.
    static double Allowed(string name) => name switch
    {
        "Log" or "Log1p" => 0.9,
        "Exp" or "Exp2" => 1.1,
        "Tanh" or "Acos" => 1.3,
        "Erf" or "Sinh" or "Cosh" => 1.5,
        "Sin" or "Cos" => V128<float>.IsFused ? 1.6 : 2.4,
        "Atan" => 1.6,
        "Expm1" or "Log2" or "Asinh" => 1.8,
        "Acosh" => V128<float>.IsFused ? 2 : 2.3,
        "Log10" or "Asin" or "Atanh" => 2,
        "Tan" => V128<float>.IsFused ? 2.7 : 3.3,
        // Its tail is a product of three rounded factors.
        "Erfc" => 3.4,
        _ => throw new ArgumentException(name),
    };

    delegate R Unary<R>(R x);

    delegate R Binary<R>(R x, R y);

    static Unary<R> Vector<R, T>(string name) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> => name switch
    {
        "Exp" => VectorMath.Exp<R, T>,
        "Exp2" => VectorMath.Exp2<R, T>,
        "Expm1" => VectorMath.Expm1<R, T>,
        "Log" => VectorMath.Log<R, T>,
        "Log2" => VectorMath.Log2<R, T>,
        "Log10" => VectorMath.Log10<R, T>,
        "Log1p" => VectorMath.Log1p<R, T>,
        "Sin" => VectorMath.Sin<R, T>,
        "Cos" => VectorMath.Cos<R, T>,
        "Tan" => VectorMath.Tan<R, T>,
        "Asin" => VectorMath.Asin<R, T>,
        "Acos" => VectorMath.Acos<R, T>,
        "Atan" => VectorMath.Atan<R, T>,
        "Sinh" => VectorMath.Sinh<R, T>,
        "Cosh" => VectorMath.Cosh<R, T>,
        "Tanh" => VectorMath.Tanh<R, T>,
        "Asinh" => VectorMath.Asinh<R, T>,
        "Acosh" => VectorMath.Acosh<R, T>,
        "Atanh" => VectorMath.Atanh<R, T>,
        "Erf" => VectorMath.Erf<R, T>,
        "Erfc" => VectorMath.Erfc<R, T>,
        _ => throw new ArgumentException(name),
    };

    static Func<double, double> Scalar(string name) => name switch
    {
        "Exp" => Math.Exp,
        "Exp2" => x => Math.Pow(2, x),
        "Expm1" => ScalarMath.Expm1,
        "Log" => Math.Log,
        "Log2" => Math.Log2,
        "Log10" => Math.Log10,
        "Log1p" => ScalarMath.Log1p,
        "Sin" => Math.Sin,
        "Cos" => Math.Cos,
        "Tan" => Math.Tan,
        "Asin" => Math.Asin,
        "Acos" => Math.Acos,
        "Atan" => Math.Atan,
        "Sinh" => Math.Sinh,
        "Cosh" => Math.Cosh,
        "Tanh" => Math.Tanh,
        "Asinh" => Math.Asinh,
        "Acosh" => Math.Acosh,
        "Atanh" => Math.Atanh,
        "Erf" => ScalarMath.Erf,
        "Erfc" => ScalarMath.Erfc,
        _ => throw new ArgumentException(name),
    };

    public static TheoryData<string> Names =>
    [
        "Exp", "Exp2", "Expm1", "Log", "Log2", "Log10", "Log1p", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan",
        "Sinh", "Cosh", "Tanh", "Asinh", "Acosh", "Atanh", "Erf", "Erfc",
    ];

    [Theory, MemberData(nameof(Names))]
    public void Floats_agree_with_double_precision_over_the_whole_range(string name)
    {
        var x = Floats(name);
        var expected = Array.ConvertAll(x, v => Scalar(name)(v));
        Near(name, x, expected, Map<V128<float>, float>(Vector<V128<float>, float>(name), x), Allowed(name));
        Near(name, x, expected, Map<V256<float>, float>(Vector<V256<float>, float>(name), x), Allowed(name));
        Near(name, x, expected, Map<V512<float>, float>(Vector<V512<float>, float>(name), x), Allowed(name));
    }

    [Theory, MemberData(nameof(Names))]
    public void Doubles_agree_with_scalar_functions_over_the_whole_range(string name)
    {
        var x = Doubles();
        var expected = Array.ConvertAll(x, v => Scalar(name)(v));
        Near(name, x, expected, Map<V128<double>, double>(Vector<V128<double>, double>(name), x), DoubleUlps);
        Near(name, x, expected, Map<V256<double>, double>(Vector<V256<double>, double>(name), x), DoubleUlps);
        Near(name, x, expected, Map<V512<double>, double>(Vector<V512<double>, double>(name), x), DoubleUlps);
    }

    /// <summary>Φ is one short function for GELU's sake: the smaller its value, the more ulp off.</summary>
    [Fact]
    public void The_normal_distribution_is_accurate_where_it_counts()
    {
        float[] x = [.. Enumerable.Range(0, 200_000).Select(i => (i - 100_000) * 1.3e-4f), .. Enumerable.Repeat(-12.5f, 16)];
        new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-40f, -0f }.CopyTo(x);
        foreach (var y in new[]
        {
            Map<V128<float>, float>(VectorMath.NormalDistribution<V128<float>, float>, x),
            Map<V256<float>, float>(VectorMath.NormalDistribution<V256<float>, float>, x),
            Map<V512<float>, float>(VectorMath.NormalDistribution<V512<float>, float>, x),
        })
        {
            Assert.Equal(0, y[^1]);
            for (var i = 0; i < x.Length; i++)
            {
                var expected = ScalarMath.Erfc(-x[i] / Math.Sqrt(2)) / 2;
                var relative = x[i] switch { >= -1 => 3e-7, >= -3 => 1.5e-6, >= -5 => 3e-6, >= -6 => 5e-5, _ => 1 };
                Assert.True(double.IsNaN(expected) ? float.IsNaN(y[i]) : Math.Abs(y[i] - expected) <= Math.Min(1e-7, relative * expected) + 1e-45, $"Φ({x[i]}) = {y[i]}, not {expected}");
            }
        }
        double[] z = [.. Enumerable.Range(0, 2000).Select(i => (i - 1000) * 0.01)];
        var d = Map<V256<double>, double>(VectorMath.NormalDistribution<V256<double>, double>, z);
        for (var i = 0; i < z.Length; i++) Assert.Equal(ScalarMath.Erfc(-z[i] / Math.Sqrt(2)) / 2, d[i], 3e-16);
    }

    [Theory, InlineData("Pow"), InlineData("Atan2"), InlineData("Fmod")]
    public void Functions_of_two_numbers_agree_with_scalar_ones(string name)
    {
        TwoNumbers<V128<float>, float>(name, FloatUlps);
        TwoNumbers<V256<float>, float>(name, FloatUlps);
        TwoNumbers<V512<float>, float>(name, FloatUlps);
        TwoNumbers<V128<double>, double>(name, DoubleUlps);
        TwoNumbers<V256<double>, double>(name, DoubleUlps);
        TwoNumbers<V512<double>, double>(name, DoubleUlps);
    }

    [Fact]
    public void Scalar_functions_hit_known_values()
    {
        // 20 digits of mpmath
        Assert.Equal(0.52049987781304653768, ScalarMath.Erf(0.5), 2e-16);
        Assert.Equal(0.99532226501895273416, ScalarMath.Erf(2), 2e-16);
        Assert.Equal(0.28884436634648486840, ScalarMath.Erfc(0.75), 1e-16);
        Assert.Equal(2.0884875837625447570e-45, ScalarMath.Erfc(10), 1e-59);
        Assert.Equal(1.0000000000500000000e-10, ScalarMath.Expm1(1e-10), 1e-25);
        Assert.Equal(-0.63212055882855767840, ScalarMath.Expm1(-1), 2e-16);
        Assert.Equal(9.9999999995000000000e-11, ScalarMath.Log1p(1e-10), 1e-25);
        Assert.Equal(0.69314718055994530942, ScalarMath.Log1p(1), 2e-16);
    }

    [Theory, InlineData(1), InlineData(3), InlineData(-7.25), InlineData(40000.5)]
    public void A_register_does_arithmetic_lane_by_lane(double value)
    {
        Arithmetic<V128<float>, float>((float)value);
        Arithmetic<V256<double>, double>(value);
        Arithmetic<V512<int>, int>((int)value);
        Arithmetic<V256<long>, long>((long)value);
    }

    [Fact]
    public void Max_and_min_keep_NaN_from_either_side()
    {
        var (nan, one) = (V256<float>.Literal(double.NaN), V256<float>.Literal(1));
        Assert.True(float.IsNaN(V256<float>.Max(nan, one)[3]) && float.IsNaN(V256<float>.Max(one, nan)[3]));
        Assert.True(float.IsNaN(V256<float>.Min(nan, one)[3]) && float.IsNaN(V256<float>.Min(one, nan)[3]));
        Assert.True(float.IsNaN(V256<float>.MaxNative(one, nan)[3]) && float.IsNaN(V256<float>.MinNative(one, nan)[3]));
    }

    [Fact]
    public void Lanes_read_a_formula_as_one_number_does()
    {
        for (var x = -3.0; x < 3; x += 0.37)
        {
            var expected = Mixed(new One<double>(x)).V;
            Assert.Equal(expected, Mixed(new Lanes<V256<double>, double>(V256<double>.Literal(x))).V[2], 1e-14);
            Assert.Equal(expected, Mixed(new Lanes<V512<float>, float>(V512<float>.Literal(x))).V[2], 1e-6);
        }
    }

    static V Mixed<V>(V x) where V : IReal<V> =>
        V.Where(V.And(x > -1, V.Not(x >= 2)), V.Max(x, 0.5) * V.Exp(-x) + V.Floor(x), V.Where(V.Or(x < -2, x <= -2), V.Abs(x), x / 3 - 1));

    static void Arithmetic<R, T>(T value) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var (two, four) = (T.CreateChecked(2), T.CreateChecked(4));
        var (a, b) = (R.Create(value), R.Create(two));
        for (var i = 0; i < R.Count; i++)
        {
            Assert.Equal(value + two, (a + b)[i]);
            Assert.Equal(value - two, (a - b)[i]);
            Assert.Equal(value * two, (a * b)[i]);
            Assert.Equal(value / two, (a / b)[i]);
            Assert.Equal(-value, (-a)[i]);
            Assert.Equal(T.Abs(value), R.Abs(a)[i]);
            Assert.Equal(T.Max(value, two), R.Max(a, b)[i]);
            Assert.Equal(value < two ? value : four, R.Select(R.Less(a, b), a, R.Create(four))[i]);
        }
    }

    static void TwoNumbers<R, T>(string name, double ulps)
        where R : struct, IRegister<R, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Binary<R> function = name switch
        {
            "Pow" => VectorMath.Pow<R, T>,
            "Atan2" => VectorMath.Atan2<R, T>,
            _ => VectorMath.Fmod<R, T>,
        };
        Func<double, double, double> reference = name switch { "Pow" => Math.Pow, "Atan2" => Math.Atan2, _ => (a, b) => a % b };
        var (x, y) = Pairs<T>();
        var got = new T[x.Length];
        for (var i = 0; i < x.Length; i += R.Count)
            function(R.Load(in x[0], (nuint)i), R.Load(in y[0], (nuint)i)).Store(ref got[0], (nuint)i);
        var expected = x.Zip(y, (a, b) => reference(double.CreateChecked(a), double.CreateChecked(b))).ToArray();
        Near(name, x, expected, got, ulps);
    }

    static readonly double[] special =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e30, -1e30, 1e-30, -1e-30,
    ];

    static (T[] X, T[] Y) Pairs<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<T> x = [], y = [];
        foreach (var a in special)
        {
            foreach (var b in special)
            {
                x.Add(T.CreateChecked(a));
                y.Add(T.CreateChecked(b));
            }
        }
        var random = new Random(3);
        while (x.Count % 64 != 0 || x.Count < 4000)
        {
            x.Add(T.CreateChecked((random.NextDouble() - 0.3) * 20));
            y.Add(T.CreateChecked(random.Next(3) == 0 ? random.Next(-9, 9) : (random.NextDouble() - 0.5) * 20));
        }
        return (x.ToArray(), y.ToArray());
    }

    // Every float that is a whole number of steps from 0 in the order of their bits, and the special ones.
    static float[] Floats(string name)
    {
        const int count = 1 << 17;
        var x = new float[count];
        for (uint i = 0; i < count; i++) x[i] = BitConverter.UInt32BitsToSingle(i * (uint.MaxValue / count) + (uint)name.Length);
        Span<float> edges = [float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, 88.7f, -103.9f, 127.99f, -149.5f, 10.05f];
        edges.CopyTo(x);
        for (var i = 0; i < special.Length; i++) x[100 + i] = (float)special[i];
        return x;
    }

    static double[] Doubles()
    {
        var random = new Random(5);
        var x = new double[8192];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = (i % 5) switch
            {
                0 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
                1 => (random.NextDouble() - 0.5) * 20,
                2 => (random.NextDouble() - 0.5) * 1500,
                3 => 1 + (random.NextDouble() - 0.5) * Math.Pow(10, -15 * random.NextDouble()),
                _ => (random.NextDouble() - 0.5) * Math.Pow(10, -300 * random.NextDouble()),
            };
        }
        Span<double> edges = [double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, 709.7, -745.1, 1023.9, -1074.5, 26.5];
        edges.CopyTo(x);
        special.CopyTo(x, 100);
        return x;
    }

    static T[] Map<R, T>(Unary<R> function, T[] x) where R : struct, IRegister<R, T> where T : unmanaged
    {
        // Registers are written whole.
        Assert.Equal(0, x.Length % R.Count);
        var y = new T[x.Length];
        for (nuint i = 0; i < (nuint)x.Length; i += (nuint)R.Count) function(R.Load(in x[0], i)).Store(ref y[0], i);
        return y;
    }

    static void Near<T>(string name, T[] x, double[] expected, T[] got, double ulps) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
        {
            var want = T.CreateChecked(expected[i]);
            if (want.Equals(got[i]) && T.IsNegative(want) == T.IsNegative(got[i]) || T.IsNaN(want) && T.IsNaN(got[i])) continue;
            var ulp = double.CreateChecked(T.BitIncrement(T.Abs(want)) - T.Abs(want));
            var off = Math.Abs(double.CreateChecked(got[i]) - expected[i]) / ulp;
            Assert.True(off <= ulps, $"{name}({x[i]:R}) = {got[i]:R}, but {want:R} was expected ({typeof(T).Name}, {off:F1} ulp)");
        }
    }
}
