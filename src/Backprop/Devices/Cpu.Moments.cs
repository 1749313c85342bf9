using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    // So many numbers stay in the first-level cache while they are gone over twice.
    const int Stretch = 2048;

    /// <summary>How many numbers there are, their mean, and the sum of the squares of what they are off it.</summary>
    struct Moments(double count, double mean, double squares)
    {
        public double Count = count, Mean = mean, Squares = squares;

        /// <summary>Takes further numbers in (Chan, Golub, LeVeque 1979): nothing is cancelled as it would be in Σx² − n·mean².</summary>
        public void Join(Moments other)
        {
            if (other.Count == 0) return;
            var all = Count + other.Count;
            var apart = other.Mean - Mean;
            Squares += other.Squares + apart * apart * (Count * other.Count / all);
            Mean += apart * (other.Count / all);
            Count = all;
        }
    }

    static Moments MomentsOf<R, T>(ref T x, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var all = StretchMoments<R, T>(ref x, Math.Min(n, Stretch));
        for (var i = Stretch; i < n; i += Stretch) all.Join(StretchMoments<R, T>(ref Unsafe.Add(ref x, i), Math.Min(n - i, Stretch)));
        return all;
    }

    // Two passes: the mean, then what is off it. What the mean's rounding leaves is found on the way and taken off again.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static Moments StretchMoments<R, T>(ref T x, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, count = (nuint)n, i = 0;
        R zero = R.Create(T.Zero), s0 = zero, s1 = zero, s2 = zero, s3 = zero;
        for (; i + 4 * width <= count; i += 4 * width)
        {
            s0 += R.Load(in x, i);
            s1 += R.Load(in x, i + width);
            s2 += R.Load(in x, i + 2 * width);
            s3 += R.Load(in x, i + 3 * width);
        }
        for (; i + width <= count; i += width) s0 += R.Load(in x, i);
        var sum = Across<R, T>((s0 + s1) + (s2 + s3));
        for (; i < count; i++) sum += double.CreateTruncating(Unsafe.Add(ref x, i));

        var middle = T.CreateTruncating(sum / n);
        var m = R.Create(middle);
        R q0 = zero, q1 = zero, q2 = zero, q3 = zero;
        (s0, s1, s2, s3, i) = (zero, zero, zero, zero, 0);
        for (; i + 4 * width <= count; i += 4 * width)
        {
            R d0 = R.Load(in x, i) - m, d1 = R.Load(in x, i + width) - m, d2 = R.Load(in x, i + 2 * width) - m, d3 = R.Load(in x, i + 3 * width) - m;
            s0 += d0;
            s1 += d1;
            s2 += d2;
            s3 += d3;
            q0 = R.MultiplyAdd(d0, d0, q0);
            q1 = R.MultiplyAdd(d1, d1, q1);
            q2 = R.MultiplyAdd(d2, d2, q2);
            q3 = R.MultiplyAdd(d3, d3, q3);
        }
        for (; i + width <= count; i += width)
        {
            var d = R.Load(in x, i) - m;
            s0 += d;
            q0 = R.MultiplyAdd(d, d, q0);
        }
        double off = Across<R, T>((s0 + s1) + (s2 + s3)), squares = Across<R, T>((q0 + q1) + (q2 + q3));
        for (; i < count; i++)
        {
            var d = double.CreateTruncating(Unsafe.Add(ref x, i) - middle);
            off += d;
            squares += d * d;
        }
        return new(n, double.CreateTruncating(middle) + off / n, Math.Max(0, squares - off * off / n));
    }

    static double SquaresOf<R, T>(ref T x, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var all = 0.0;
        for (var i = 0; i < n; i += Stretch) all += StretchSquares<R, T>(ref Unsafe.Add(ref x, i), Math.Min(n - i, Stretch));
        return all;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static double StretchSquares<R, T>(ref T x, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, count = (nuint)n, i = 0;
        R q0 = R.Create(T.Zero), q1 = q0, q2 = q0, q3 = q0;
        for (; i + 4 * width <= count; i += 4 * width)
        {
            R x0 = R.Load(in x, i), x1 = R.Load(in x, i + width), x2 = R.Load(in x, i + 2 * width), x3 = R.Load(in x, i + 3 * width);
            q0 = R.MultiplyAdd(x0, x0, q0);
            q1 = R.MultiplyAdd(x1, x1, q1);
            q2 = R.MultiplyAdd(x2, x2, q2);
            q3 = R.MultiplyAdd(x3, x3, q3);
        }
        for (; i + width <= count; i += width)
        {
            var v = R.Load(in x, i);
            q0 = R.MultiplyAdd(v, v, q0);
        }
        var squares = Across<R, T>((q0 + q1) + (q2 + q3));
        for (; i < count; i++)
        {
            var v = double.CreateTruncating(Unsafe.Add(ref x, i));
            squares += v * v;
        }
        return squares;
    }

    /// <summary>The sum of a register's numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double Across<R, T>(R v) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (R.Count == 1) return double.CreateTruncating(v[0]);
        Lanes16<T> lanes = default;
        ref var l = ref Unsafe.As<Lanes16<T>, T>(ref lanes);
        v.Store(ref l, 0);
        // Halves in pairs: the additions depend less on each other.
        double even = 0, odd = 0;
        for (var i = 0; i < R.Count; i += 2)
        {
            even += double.CreateTruncating(Unsafe.Add(ref l, i));
            odd += double.CreateTruncating(Unsafe.Add(ref l, i + 1));
        }
        return even + odd;
    }

    [InlineArray(Widest)]
    struct Lanes16<T> where T : unmanaged
    {
        T first;
    }
}
