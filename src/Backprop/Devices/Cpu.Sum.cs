using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    // Numbers are added up in registers in short runs, the runs in double, so that the error does not grow with the length.
    const int RegistersAtOnce = 64;
    const int RowsAtOnce = 16;
    const int RowsInDouble = 256;

    /// <summary>y = Σ x over the marked axes: whole numbers and bools of any type as int64, floats in their own.</summary>
    public static void Sum(Tensor x, bool[] reduced, Tensor y)
    {
        if (!y.DType.IsFloat())
        {
            var whole = new SumWhole { Rows = AsRows(x, reduced, out var length), Length = length, Y = y };
            x.DType.Dispatch(ref whole);
            return;
        }
        x = WithoutRepeats(x, reduced, out var times);
        SumOf(default(Itself), x, null, reduced, y);
        if (times == 1) return;
        if (y.DType == DType.Float32) Scale(y.Elements<float>(), times);
        else Scale(y.Elements<double>(), times);
    }

    /// <summary>
    /// y = Σ kernel(x, m) over the marked axes, where m, if the kernel asks for it, holds one number for each result. All are float32
    /// or all float64; m is contiguous.
    /// </summary>
    public static void SumOf<K>(K kernel, Tensor x, Tensor? m, bool[] reduced, Tensor y) where K : struct, IKernel
    {
        if (x.Count == 0) y.Bytes().Clear();
        else if (x.Count >= ManyNumbers && SumByParts(kernel, x, m, reduced, y)) return;
        else if (y.DType == DType.Float32) SumOf<K, float>(kernel, x, m, reduced, y);
        else SumOf<K, double>(kernel, x, m, reduced, y);
    }

    static void SumOf<K, T>(K kernel, Tensor x, Tensor? m, bool[] reduced, Tensor y) where K : struct, IKernel where T : unmanaged, INumber<T>
    {
        var action = new ReduceAction<SumReducer<K, T>, SumReducer<Itself, T>, T>
        {
            First = new(kernel),
            Next = default,
            X = x,
            M = m,
            Reduced = reduced,
            Y = y,
        };
        WithRegisters<ReduceAction<SumReducer<K, T>, SumReducer<Itself, T>, T>, T>(ref action);
    }

    // What an axis only repeats (stride 0, as the gradient of a sum does) is added once and multiplied.
    static Tensor WithoutRepeats(Tensor x, bool[] reduced, out long times)
    {
        times = 1;
        if (x.IsContiguous || x.Count == 0) return x;
        var sizes = x.Shape.ToArray();
        var strides = x.Strides;
        for (var i = 0; i < sizes.Length; i++)
        {
            if (!reduced[i] || strides[i] != 0) continue;
            times *= sizes[i];
            sizes[i] = 1;
        }
        return times == 1 ? x : x.View(Shape.Own(sizes), strides, x.Offset);
    }

    static void Scale<T>(Span<T> y, long times) where T : unmanaged, INumber<T>
    {
        for (var i = 0; i < y.Length; i++) y[i] = T.CreateTruncating(double.CreateTruncating(y[i]) * times);
    }

    struct SumWhole : ITypedAction
    {
        public Tensor Rows, Y;
        public int Length;

        public readonly void Run<T>() where T : unmanaged, INumber<T>
        {
            var rows = Rows.Elements<T>();
            var y = Y.Elements<long>();
            for (var i = 0; i < y.Length; i++)
            {
                var sum = 0L;
                foreach (var v in rows.Slice(i * Length, Length)) sum += long.CreateTruncating(v);
                y[i] = sum;
            }
        }
    }

    /// <summary>The number itself.</summary>
    readonly struct Itself : IKernel
    {
        public static int Arity => 1;
        public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a;
    }

    readonly struct SumReducer<K, T>(K kernel) : IReducer<T> where K : struct, IKernel where T : unmanaged, INumber<T>
    {
        public T Row<R>(ref T x, ref T m, int n) where R : struct, IRegister<R, T> => SumRow<K, R, T>(kernel, ref x, ref m, 0, n);

        public void Columns<R>(ref T x, int stride, int length, ref T m, Span<T> y) where R : struct, IRegister<R, T> =>
            SumColumns<K, R, T>(kernel, ref x, stride, length, ref m, 0, y);
    }

    /// <summary>
    /// Σ kernel(x[i], m[i]) over a row of n numbers; <paramref name="advance"/> is all ones where m is a row as well, and 0 where it is
    /// one number repeated over a register.
    /// </summary>
    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    static double TotalRow<K, R, T>(K kernel, ref T x, ref T m, nuint advance, int n)
        where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var total = 0.0;
        if (typeof(K) == typeof(Itself) && n < 16)
        {
            for (var i = 0; i < n; i++) total += double.CreateTruncating(Unsafe.Add(ref x, i));
            return total;
        }
        Span<T> lanes = stackalloc T[Widest];
        ref var l = ref MemoryMarshal.GetReference(lanes);
        nuint width = (nuint)R.Count, block = RegistersAtOnce * width;
        for (nuint start = 0; start < (nuint)n; start += block)
        {
            nuint i = start, end = Math.Min((nuint)n, start + block);
            var s0 = new Lanes<R, T>(R.Create(T.Zero));
            Lanes<R, T> s1 = s0, s2 = s0, s3 = s0;
            for (; i + 4 * width <= end; i += 4 * width)
            {
                s0 += At<K, R, T>(kernel, ref x, ref m, advance, i);
                s1 += At<K, R, T>(kernel, ref x, ref m, advance, i + width);
                s2 += At<K, R, T>(kernel, ref x, ref m, advance, i + 2 * width);
                s3 += At<K, R, T>(kernel, ref x, ref m, advance, i + 3 * width);
            }
            for (; i + width <= end; i += width) s0 += At<K, R, T>(kernel, ref x, ref m, advance, i);
            ((s0 + s1) + (s2 + s3)).V.Store(ref l, 0);
            total += Total(lanes[..R.Count]);
            if (i == end) continue;
            Rest<K, R, T>(kernel, ref x, ref m, advance, i, (int)(end - i)).V.Store(ref l, 0);
            total += Total(lanes[..(int)(end - i)]);
        }
        return total;
    }

    static T SumRow<K, R, T>(K kernel, ref T x, ref T m, nuint advance, int n)
        where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        T.CreateTruncating(TotalRow<K, R, T>(kernel, ref x, ref m, advance, n));

    static double Total<T>(ReadOnlySpan<T> values) where T : unmanaged, INumber<T>
    {
        var total = 0.0;
        foreach (var v in values) total += double.CreateTruncating(v);
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes<R, T> At<K, R, T>(K kernel, ref T x, ref T m, nuint advance, nuint i)
        where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        kernel.Run(Load<R, T>(ref x, i), K.Arity > 1 ? Load<R, T>(ref m, i & advance) : default, default, default);

    // The last numbers, fewer than a register holds, go through the same vector code.
    static Lanes<R, T> Rest<K, R, T>(K kernel, ref T x, ref T m, nuint advance, nuint from, int n)
        where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        Span<T> tail = stackalloc T[2 * Widest];
        tail.Clear();
        for (var k = 0; k < n; k++)
        {
            tail[k] = Unsafe.Add(ref x, from + (nuint)k);
            if (K.Arity > 1) tail[Widest + k] = Unsafe.Add(ref m, (from + (nuint)k) & advance);
        }
        ref var t = ref MemoryMarshal.GetReference(tail);
        return At<K, R, T>(kernel, ref t, ref Unsafe.Add(ref t, Widest), nuint.MaxValue, 0);
    }

    /// <summary>
    /// y[i] = Σ kernel(x[i], m[i]) down columns of the given length that lie side by side, the next row a stride further; m's next row
    /// is <paramref name="mStride"/> further (0: one row serves all).
    /// </summary>
    static void SumColumns<K, R, T>(K kernel, ref T x, int stride, int length, ref T m, int mStride, Span<T> y)
        where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        Span<double> totals = stackalloc double[ColumnTile];
        for (var start = 0; start < y.Length; start += ColumnTile)
        {
            var columns = Math.Min(ColumnTile, y.Length - start);
            TotalColumns<K, R, T>(kernel, ref Unsafe.Add(ref x, start), stride, length, ref Unsafe.Add(ref m, K.Arity > 1 ? start : 0), mStride,
                columns, totals);
            for (var i = 0; i < columns; i++) y[start + i] = T.CreateTruncating(totals[i]);
        }
    }

    // Columns whose sums are kept at a time, in the first-level cache.
    const int ColumnTile = 512;

    // The same in double for one tile of columns at most; there is room for a whole tile.
    static void TotalColumns<K, R, T>(K kernel, ref T x, int stride, int length, ref T m, int mStride, int columns, Span<double> totals)
        where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        Span<T> sums = stackalloc T[ColumnTile];
        totals.Clear();
        // Few columns without gaps: several rows are taken as one wide row, and their sums put together at the end.
        var together = typeof(K) == typeof(Itself) && stride == columns && columns <= 32 && length >= 16 ? 128 / columns : 1;
        if (together == 1)
        {
            AddRows<K, R, T>(kernel, ref x, stride, length, ref m, mStride, sums[..columns], totals);
            return;
        }
        var wide = together * columns;
        AddRows<K, R, T>(kernel, ref x, wide, length / together, ref m, 0, sums[..wide], totals);
        var rest = length % together;
        AddRows<K, R, T>(kernel, ref Unsafe.Add(ref x, (nint)(length - rest) * stride), stride, 1, ref m, 0, sums[..(rest * stride)], totals);
        for (var i = columns; i < wide; i++) totals[i % columns] += totals[i];
    }

    static void AddRows<K, R, T>(K kernel, ref T x, int stride, int rows, ref T m, int mStride, Span<T> sums, Span<double> totals)
        where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        for (var start = 0; start < rows; start += RowsInDouble)
        {
            sums.Clear();
            var end = Math.Min(rows, start + RowsInDouble);
            for (var row = start; row < end; row += RowsAtOnce)
                AddFewRows<K, R, T>(kernel, ref Unsafe.Add(ref x, (nint)row * stride), stride, Math.Min(RowsAtOnce, end - row),
                    ref Unsafe.Add(ref m, (nint)row * mStride), mStride, sums);
            for (var i = 0; i < sums.Length; i++) totals[i] += double.CreateTruncating(sums[i]);
        }
    }

    [MethodImpl(Registers.Kernel)]
    static void AddFewRows<K, R, T>(K kernel, ref T x, int stride, int rows, ref T m, int mStride, Span<T> sums)
        where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        ref var to = ref MemoryMarshal.GetReference(sums);
        nuint width = (nuint)R.Count, n = (nuint)sums.Length, i = 0;
        var zero = new Lanes<R, T>(R.Create(T.Zero));
        for (; i + width <= n; i += width)
        {
            var sum = zero;
            ref var p = ref x;
            ref var q = ref m;
            for (var row = 0; row < rows; row++)
            {
                sum += At<K, R, T>(kernel, ref p, ref q, nuint.MaxValue, i);
                p = ref Unsafe.Add(ref p, stride);
                q = ref Unsafe.Add(ref q, mStride);
            }
            (Load<R, T>(ref to, i) + sum).V.Store(ref to, i);
        }
        if (i == n) return;
        var last = zero;
        for (var row = 0; row < rows; row++)
            last += Rest<K, R, T>(kernel, ref Unsafe.Add(ref x, (nint)row * stride), ref Unsafe.Add(ref m, (nint)row * mStride),
                nuint.MaxValue, i, (int)(n - i));
        Span<T> tail = stackalloc T[Widest];
        last.V.Store(ref MemoryMarshal.GetReference(tail), 0);
        for (var k = i; k < n; k++) Unsafe.Add(ref to, k) += tail[(int)(k - i)];
    }
}
