using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static unsafe partial class Cpu
{
    /// <summary>y = eˣ / Σ eˣ of one row.</summary>
    /// <remarks>NaN, and infinities that make one, end up in the sum and so in all of y; the largest need not mind them.</remarks>
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void SoftmaxRow<R, T>(ref T from, ref T to, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        fixed (T* x = &from, y = &to)
        {
            int whole = n / R.Count * R.Count, rest = n - whole;
            var mask = Partial.Mask<R, T>(rest);
            var largest = R.Create(R.Largest(LargestOf<R, T>(x, whole, rest, mask)));
            var total = ExpSumRow<R, T>(ref *x, largest[0], ref *y, (nuint)whole);
            R last = default;
            if (rest > 0)
            {
                last = Partial.Take<R, T>(VectorMath.Exp<R, T>(Partial.Load(x + whole, rest, mask, largest) - largest), rest, mask);
                total += double.CreateTruncating(R.Sum(last));
            }
            var share = R.Create(T.One / T.CreateTruncating(total));
            for (var i = 0; i < whole; i += R.Count) (R.Load(ref y[i], 0) * share).Store(ref y[i], 0);
            if (rest > 0) Partial.Store(last * share, y + whole, rest, mask);
        }
    }

    // Four at a time, so that none waits for the one before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static R LargestOf<R, T>(T* x, int whole, int rest, R mask) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        R m0 = R.Create(*x), m1 = m0, m2 = m0, m3 = m0;
        var i = 0;
        for (; i <= whole - 4 * R.Count; i += 4 * R.Count)
        {
            m0 = R.MaxNative(m0, R.Load(ref x[i], 0));
            m1 = R.MaxNative(m1, R.Load(ref x[i + R.Count], 0));
            m2 = R.MaxNative(m2, R.Load(ref x[i + 2 * R.Count], 0));
            m3 = R.MaxNative(m3, R.Load(ref x[i + 3 * R.Count], 0));
        }
        for (; i < whole; i += R.Count) m1 = R.MaxNative(m1, R.Load(ref x[i], 0));
        if (rest > 0) m2 = R.MaxNative(m2, Partial.Load(x + whole, rest, mask, m3));
        return R.MaxNative(R.MaxNative(m0, m1), R.MaxNative(m2, m3));
    }
}
