using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    struct RowsPullAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public Tensor X, W, Dy;
        public Tensor? Dx, Dw, Db;
        public int Length, Positions, Period;
        public Scales Scales;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var job = new RowsPullJob<R, T> { Of = this };
            if ((Dw ?? Db) is null)
            {
                Team.Run(job.Count, ref job);
                return;
            }
            // The parameters' derivatives are added up in registers over some rows, those sums in double and in the rows' order.
            var wide = Period * Length;
            var sums = new Tensor([job.Count, 2 * wide], DTypes.Of<T>());
            job.Sums = sums;
            Team.Run(job.Count, ref job);
            var totals = ArrayPool<double>.Shared.Rent(2 * wide);
            Add(sums.Elements<T>(), totals.AsSpan(0, 2 * wide));
            if (Dw is not null) Together(totals.AsSpan(0, wide), Positions, Dw.Elements<T>());
            if (Db is not null) Together(totals.AsSpan(wide, wide), Positions, Db.Elements<T>());
            ArrayPool<double>.Shared.Return(totals);
        }
    }

    struct RowsPullJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        public RowsPullAction<T> Of;

        /// <summary>Σ dy·x̂ and Σ dy of the rows of each chunk, if they are wanted.</summary>
        public Tensor? Sums;

        readonly int Rows => Of.X.Count / Of.Length;

        // Sums of few rows would cost more than the rows.
        readonly int Step => Even(Math.Max(Math.Min(Chunks.Units(2L * Of.Length), RowsInDouble), Math.Max(16, 4 * Of.Period)));

        public readonly int Count => (Rows + Step - 1) / Step;

        [MethodImpl(Registers.Kernel)]
        public readonly void Run(int chunk)
        {
            int length = Of.Length, row = chunk * Step, end = Math.Min(Rows, row + Step), wide = Of.Period * length;
            var unused = Of.Dx is null ? ArrayPool<T>.Shared.Rent(2 * length) : null;
            var sums = Sums is null ? default : Sums.Elements<T>().Slice(2 * wide * chunk, 2 * wide);
            sums.Clear();
            var n = (nuint)length;
            // Two rows at once share what they add to the parameters' derivatives.
            for (; row + 2 <= end && Of.Period == 1 && Sums is not null; row += 2)
            {
                var start = (nint)row * length;
                ref T x = ref Unsafe.Add(ref Of.X.First<T>(), start), dy = ref Unsafe.Add(ref Of.Dy.First<T>(), start), w = ref Of.W.First<T>();
                ref var dx = ref Of.Dx is null ? ref unused![0] : ref Unsafe.Add(ref Of.Dx.First<T>(), start);
                var first = Pull(ref x, ref dy, ref w);
                var second = Pull(ref Unsafe.Add(ref x, length), ref Unsafe.Add(ref dy, length), ref w);
                PullTwoRows<R, T>(ref dy, ref w, ref x, first, second, n, ref dx, ref sums[0], ref sums[wide], n);
            }
            for (; row < end; row++)
            {
                var start = (nint)row * length;
                var at = row % Of.Period * length;
                ref T x = ref Unsafe.Add(ref Of.X.First<T>(), start), dy = ref Unsafe.Add(ref Of.Dy.First<T>(), start), w = ref Unsafe.Add(ref Of.W.First<T>(), at);
                ref var dx = ref Of.Dx is null ? ref unused![0] : ref Unsafe.Add(ref Of.Dx.First<T>(), start);
                var pull = Pull(ref x, ref dy, ref w);
                if (Sums is null) PullRow<R, T>(ref dy, ref w, ref x, pull, ref dx, n);
                else PullRow<R, T>(ref dy, ref w, ref x, pull, ref dx, ref sums[at], ref sums[wide + at], n);
            }
            if (unused is not null) ArrayPool<T>.Shared.Return(unused);
        }

        [MethodImpl(Registers.Kernel)]
        readonly RowPull<T> Pull(ref T x, ref T dy, ref T w)
        {
            var (mean, scale) = Of.Scales.Of<R, T>(ref x, Of.Length);
            var pull = new RowPull<T>(mean, scale);
            var (u, ud) = PullSums<R, T>(ref dy, ref w, ref x, pull.Mean, (nuint)Of.Length);
            pull.Take(Of.Scales.Centred ? u : 0, ud, scale, Of.Length);
            return pull;
        }
    }

    // Rows of sums added to totals of their own, in order.
    static void Add<T>(ReadOnlySpan<T> sums, Span<double> totals) where T : unmanaged, INumber<T>
    {
        totals.Clear();
        for (; !sums.IsEmpty; sums = sums[totals.Length..])
        {
            var i = typeof(T) == typeof(float) ? AddWide(MemoryMarshal.Cast<T, float>(sums[..totals.Length]), totals) : 0;
            for (; i < totals.Length; i++) totals[i] += double.CreateTruncating(sums[i]);
        }
    }

    // Register by register, as far as they fill them.
    static int AddWide(ReadOnlySpan<float> sums, Span<double> totals)
    {
        var from = MemoryMarshal.Cast<float, Vector<float>>(sums);
        var to = MemoryMarshal.Cast<double, Vector<double>>(totals);
        for (var k = 0; k < from.Length; k++)
        {
            Vector.Widen(from[k], out var low, out var high);
            to[2 * k] += low;
            to[2 * k + 1] += high;
        }
        return from.Length * Vector<float>.Count;
    }

    // Sums over the positions of each channel.
    static void Together<T>(ReadOnlySpan<double> totals, int positions, Span<T> y) where T : unmanaged, INumber<T>
    {
        for (var i = 0; i < y.Length; i++)
        {
            var sum = 0.0;
            foreach (var total in totals.Slice(i * positions, positions)) sum += total;
            y[i] = T.CreateTruncating(sum);
        }
    }

    /// <summary>What the derivative of a row is made with: dx = u·scale + d·slope + shift.</summary>
    struct RowPull<T>(double mean, double scale) where T : unmanaged, INumber<T>
    {
        public readonly T Mean = T.CreateTruncating(mean), Scale = T.CreateTruncating(scale);
        public T Slope, Shift;

        /// <summary>Takes Σu and Σu·d in.</summary>
        public void Take(double u, double ud, double scale, double n)
        {
            Slope = T.CreateTruncating(-ud * scale * scale * scale / n);
            Shift = T.CreateTruncating(-u * scale / n);
        }
    }

    // Σ u and Σ u·d, with u = dy·w and d = x − mean.
    [MethodImpl(Registers.Kernel)]
    static (double U, double UD) PullSums<R, T>(ref T dy, ref T w, ref T x, T mean, nuint n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        double sum = 0, product = 0;
        R m = R.Create(mean), zero = R.Create(T.Zero);
        while (i + width <= n)
        {
            var end = Math.Min(n, i + Stretch);
            R u0 = zero, u1 = zero, p0 = zero, p1 = zero;
            for (; i + 2 * width <= end; i += 2 * width)
            {
                R a = R.Load(in dy, i) * R.Load(in w, i), b = R.Load(in dy, i + width) * R.Load(in w, i + width);
                u0 += a;
                u1 += b;
                p0 = R.MultiplyAdd(a, R.Load(in x, i) - m, p0);
                p1 = R.MultiplyAdd(b, R.Load(in x, i + width) - m, p1);
            }
            for (; i + width <= end; i += width)
            {
                var a = R.Load(in dy, i) * R.Load(in w, i);
                u0 += a;
                p0 = R.MultiplyAdd(a, R.Load(in x, i) - m, p0);
            }
            sum += double.CreateTruncating(R.Sum(u0 + u1));
            product += double.CreateTruncating(R.Sum(p0 + p1));
        }
        if (i == n) return (sum, product);
        var (u, ud) = PullSums<V1<T>, T>(ref Unsafe.Add(ref dy, i), ref Unsafe.Add(ref w, i), ref Unsafe.Add(ref x, i), mean, n - i);
        return (sum + u, product + ud);
    }

    [MethodImpl(Registers.Kernel)]
    static void PullRow<R, T>(ref T dy, ref T w, ref T x, RowPull<T> pull, ref T dx, nuint n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        R m = R.Create(pull.Mean), r = R.Create(pull.Scale), slope = R.Create(pull.Slope), shift = R.Create(pull.Shift);
        for (; i + width <= n; i += width)
            R.MultiplyAdd(R.Load(in dy, i) * R.Load(in w, i), r, R.MultiplyAdd(R.Load(in x, i) - m, slope, shift)).Store(ref dx, i);
        if (i < n)
            PullRow<V1<T>, T>(ref Unsafe.Add(ref dy, i), ref Unsafe.Add(ref w, i), ref Unsafe.Add(ref x, i), pull, ref Unsafe.Add(ref dx, i), n - i);
    }

    // The same, and dw += dy·d·scale, db += dy.
    [MethodImpl(Registers.Kernel)]
    static void PullRow<R, T>(ref T dy, ref T w, ref T x, RowPull<T> pull, ref T dx, ref T dw, ref T db, nuint n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        R m = R.Create(pull.Mean), r = R.Create(pull.Scale), slope = R.Create(pull.Slope), shift = R.Create(pull.Shift);
        for (; i + width <= n; i += width)
        {
            R g = R.Load(in dy, i), d = R.Load(in x, i) - m;
            R.MultiplyAdd(g * R.Load(in w, i), r, R.MultiplyAdd(d, slope, shift)).Store(ref dx, i);
            R.MultiplyAdd(g, d * r, R.Load(in dw, i)).Store(ref dw, i);
            (R.Load(in db, i) + g).Store(ref db, i);
        }
        if (i < n)
            PullRow<V1<T>, T>(
                ref Unsafe.Add(ref dy, i), ref Unsafe.Add(ref w, i), ref Unsafe.Add(ref x, i), pull,
                ref Unsafe.Add(ref dx, i), ref Unsafe.Add(ref dw, i), ref Unsafe.Add(ref db, i), n - i);
    }

    // The same for two rows, the second a stride behind the first.
    [MethodImpl(Registers.Kernel)]
    static void PullTwoRows<R, T>(
        ref T dy, ref T w, ref T x, in RowPull<T> first, in RowPull<T> second, nuint stride, ref T dx, ref T dw, ref T db, nuint n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        R m0 = R.Create(first.Mean), r0 = R.Create(first.Scale), slope0 = R.Create(first.Slope), shift0 = R.Create(first.Shift);
        R m1 = R.Create(second.Mean), r1 = R.Create(second.Scale), slope1 = R.Create(second.Slope), shift1 = R.Create(second.Shift);
        for (; i + width <= n; i += width)
        {
            R weight = R.Load(in w, i), g0 = R.Load(in dy, i), d0 = R.Load(in x, i) - m0, g1 = R.Load(in dy, i + stride), d1 = R.Load(in x, i + stride) - m1;
            R.MultiplyAdd(g0 * weight, r0, R.MultiplyAdd(d0, slope0, shift0)).Store(ref dx, i);
            R.MultiplyAdd(g1 * weight, r1, R.MultiplyAdd(d1, slope1, shift1)).Store(ref dx, i + stride);
            R.MultiplyAdd(g1, d1 * r1, R.MultiplyAdd(g0, d0 * r0, R.Load(in dw, i))).Store(ref dw, i);
            ((R.Load(in db, i) + g0) + g1).Store(ref db, i);
        }
        if (i < n)
            PullTwoRows<V1<T>, T>(
                ref Unsafe.Add(ref dy, i), ref Unsafe.Add(ref w, i), ref Unsafe.Add(ref x, i), first, second, stride,
                ref Unsafe.Add(ref dx, i), ref Unsafe.Add(ref dw, i), ref Unsafe.Add(ref db, i), n - i);
    }
}
