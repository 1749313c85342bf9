using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    // So many numbers are added up in single precision at most; the sums are put together in double.
    const int Stretch = 2048;

    /// <summary>How many numbers there are, their mean, and the sum of the squares of what they are off it.</summary>
    struct Moments(double count, double mean, double squares)
    {
        public double Count = count, Mean = mean, Squares = squares;

        /// <summary>Of numbers that are off one that lies among them, from the sums of how far and of the squares of it.</summary>
        public static Moments Around(double count, double middle, double off, double squares) =>
            new(count, middle + off / count, Math.Max(0, squares - off * off / count));

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

    // One pass. What is off a number that lies among the others can be squared and added up without the cancellation that Σx² − n·mean² suffers
    // from: if that number is the mean of s of all n, it is off their mean by at most √((n − s)/s) standard deviations.
    [MethodImpl(Registers.Kernel)]
    static Moments StretchMoments<R, T>(ref T x, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, count = (nuint)n, i = 0;
        R zero = R.Create(T.Zero), s0 = zero, s1 = zero, q0 = zero, q1 = zero;
        var middle = x;
        if (4 * width <= count)
        {
            var sum = R.Sum((R.Load(in x, 0) + R.Load(in x, width)) + (R.Load(in x, 2 * width) + R.Load(in x, 3 * width)));
            middle = sum / T.CreateTruncating(4 * R.Count);
        }
        var m = R.Create(middle);
        for (; i + 2 * width <= count; i += 2 * width)
        {
            R d0 = R.Load(in x, i) - m, d1 = R.Load(in x, i + width) - m;
            s0 += d0;
            s1 += d1;
            q0 = R.MultiplyAdd(d0, d0, q0);
            q1 = R.MultiplyAdd(d1, d1, q1);
        }
        for (; i + width <= count; i += width)
        {
            var d = R.Load(in x, i) - m;
            s0 += d;
            q0 = R.MultiplyAdd(d, d, q0);
        }
        double off = double.CreateTruncating(R.Sum(s0 + s1)), squares = double.CreateTruncating(R.Sum(q0 + q1));
        for (; i < count; i++)
        {
            var d = double.CreateTruncating(Unsafe.Add(ref x, i) - middle);
            off += d;
            squares += d * d;
        }
        return Moments.Around(n, double.CreateTruncating(middle), off, squares);
    }

    static double SquaresOf<R, T>(ref T x, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var all = 0.0;
        for (var i = 0; i < n; i += Stretch) all += StretchSquares<R, T>(ref Unsafe.Add(ref x, i), Math.Min(n - i, Stretch));
        return all;
    }

    [MethodImpl(Registers.Kernel)]
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
        var squares = double.CreateTruncating(R.Sum((q0 + q1) + (q2 + q3)));
        for (; i < count; i++)
        {
            var v = double.CreateTruncating(Unsafe.Add(ref x, i));
            squares += v * v;
        }
        return squares;
    }
}
