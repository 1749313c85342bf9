using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

// Rows of their own, in short passes. NaN, and infinities that make one, end up in the sum and so in all results; the largest need not mind them.
static unsafe partial class Cpu
{
    /// <summary>y = eˣ / Σ eˣ of one row.</summary>
    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    static void SoftmaxRow<R, T>(ref T from, ref T to, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        fixed (T* x = &from, y = &to)
        {
            int whole = n / R.Count * R.Count, rest = n - whole;
            var mask = Partial.Mask<R, T>(rest);
            var largest = R.Create(R.Largest(LargestOf<R, T>(x, whole, rest, mask)));
            var last = ExpOfRest<R, T>(x + whole, rest, mask, largest);
            var total = ExpTotal<R, T>(x, y, whole, last, largest);
            var share = R.Create(T.One / T.CreateTruncating(total));
            for (var i = 0; i < whole; i += R.Count) (R.Load(ref y[i], 0) * share).Store(ref y[i], 0);
            if (rest > 0) Partial.Store(last * share, y + whole, rest, mask);
        }
    }

    /// <summary>y = x − ln Σ eˣ of one row.</summary>
    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    static void LogSoftmaxRow<R, T>(ref T from, ref T to, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        fixed (T* x = &from, y = &to)
        {
            int whole = n / R.Count * R.Count, rest = n - whole;
            T most, total;
            LargestOfRows<R, T>(x, 1, n, &most);
            ExpTotalsOfRows<R, T>(x, 1, n, &most, &total);
            R logarithm = VectorMath.Log<R, T>(R.Create(total)), largest = R.Create(most);
            for (var i = 0; i < whole; i += R.Count) (R.Load(ref x[i], 0) - largest - logarithm).Store(ref y[i], 0);
            if (rest > 0) Partial.Store(Partial.Load<R, T>(x + whole, rest) - largest - logarithm, y + whole, rest);
        }
    }

    /// <summary>m = the largest x of each of some rows.</summary>
    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    static void LargestOfRows<R, T>(T* x, int rows, int n, T* m) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        int whole = n / R.Count * R.Count, rest = n - whole;
        var mask = Partial.Mask<R, T>(rest);
        for (var row = 0; row < rows; row++, x += n) m[row] = R.Largest(LargestOf<R, T>(x, whole, rest, mask));
    }

    /// <summary>s = Σ e^(x − m) of each of some rows.</summary>
    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    static void ExpTotalsOfRows<R, T>(T* x, int rows, int n, T* m, T* s) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        int whole = n / R.Count * R.Count, rest = n - whole;
        var mask = Partial.Mask<R, T>(rest);
        for (var row = 0; row < rows; row++, x += n)
        {
            var largest = R.Create(m[row]);
            s[row] = T.CreateTruncating(ExpTotal<R, T>(x, null, whole, ExpOfRest<R, T>(x + whole, rest, mask, largest), largest));
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

    // Lanes beyond the rest count as 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static R ExpOfRest<R, T>(T* x, int rest, R mask, R largest) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        rest == 0 ? R.Create(T.Zero) : Partial.Take<R, T>(VectorMath.Exp<R, T>(Partial.Load(x, rest, mask, largest) - largest), rest, mask);

    // Σ e^(x − largest) of whole registers, which y keeps if it is there, and of the rest: added up in registers over short stretches, those in double.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double ExpTotal<R, T>(T* x, T* y, int n, R ofRest, R largest) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var total = 0.0;
        var i = 0;
        do
        {
            var end = Math.Min(n, i + RegistersAtOnce * R.Count);
            R s0 = ofRest, s1 = R.Create(T.Zero);
            // Tested at its end, the loop surely runs once: only then does the JIT take the constants out of it.
            if (i + 2 * R.Count <= end)
                do
                {
                    R e0 = VectorMath.Exp<R, T>(R.Load(ref x[i], 0) - largest), e1 = VectorMath.Exp<R, T>(R.Load(ref x[i + R.Count], 0) - largest);
                    if (y != null)
                    {
                        e0.Store(ref y[i], 0);
                        e1.Store(ref y[i + R.Count], 0);
                    }
                    s0 += e0;
                    s1 += e1;
                    i += 2 * R.Count;
                }
                while (i + 2 * R.Count <= end);
            if (i < end)
            {
                var e = VectorMath.Exp<R, T>(R.Load(ref x[i], 0) - largest);
                if (y != null) e.Store(ref y[i], 0);
                s1 += e;
                i += R.Count;
            }
            total += double.CreateTruncating(R.Sum(s0 + s1));
            ofRest = R.Create(T.Zero);
        }
        while (i < n);
        return total;
    }
}
