using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>A tensor seen as [batch, groups, channels of a group, positions].</summary>
readonly record struct Grouping(int Batch, int Groups, int Channels, int Positions)
{
    /// <summary>How many channels there are in all groups.</summary>
    public int AllChannels => Groups * Channels;

    /// <summary>How many numbers a group of one batch entry has.</summary>
    public int Length => Channels * Positions;
}

static partial class Cpu
{
    // From this length on, the positions of one channel are worth loops of their own; shorter ones get weights repeated for each position.
    const int LongRun = 32;

    /// <summary>
    /// Every group of every batch entry brought to mean 0 (if centred) and mean square 1, then scaled and shifted channel by channel:
    /// y = (x − mean) / √(mean square + ε) · w + b. All are contiguous and not empty; w and b have one number for each channel, or are missing.
    /// </summary>
    public static void Standardize(Tensor x, Tensor? w, Tensor? b, Grouping grouping, bool centred, double epsilon, Tensor y)
    {
        if (y.DType == DType.Float32) Standardize<float>(x, w, b, grouping, centred, epsilon, y);
        else Standardize<double>(x, w, b, grouping, centred, epsilon, y);
    }

    static void Standardize<T>(Tensor x, Tensor? w, Tensor? b, Grouping grouping, bool centred, double epsilon, Tensor y)
        where T : unmanaged, INumber<T>
    {
        var each = new Scales(centred, epsilon);
        if (grouping.Positions >= LongRun)
        {
            var runs = new RunsAction<T> { X = x, W = w, B = b, Sets = RunSets.OfGroups(grouping), Scales = each, Y = y };
            WithRegisters<RunsAction<T>, T>(ref runs);
            return;
        }
        var period = (w ?? b) is null ? 1 : grouping.Groups;
        var rows = new RowsAction<T>
        {
            X = x,
            W = EachPosition(w, grouping, period, T.One),
            B = EachPosition(b, grouping, period, T.Zero),
            Length = grouping.Length,
            Period = period,
            Scales = each,
            Y = y,
        };
        WithRegisters<RowsAction<T>, T>(ref rows);
    }

    /// <summary>
    /// The derivatives of <see cref="Standardize"/>, each where there is room for it. With d = x − mean, r = 1/√(mean square + ε), u = dy·w:
    /// dx = r·(u − mean(u) − d·r²·mean(u·d)), dw = Σ dy·d·r, db = Σ dy; mean(u) is left out if not centred.
    /// </summary>
    public static void StandardizePull(
        Tensor x, Tensor? w, Tensor dy, Grouping grouping, bool centred, double epsilon, Tensor? dx, Tensor? dw, Tensor? db)
    {
        if (x.DType == DType.Float32) StandardizePull<float>(x, w, dy, grouping, centred, epsilon, dx, dw, db);
        else StandardizePull<double>(x, w, dy, grouping, centred, epsilon, dx, dw, db);
    }

    static void StandardizePull<T>(
        Tensor x, Tensor? w, Tensor dy, Grouping grouping, bool centred, double epsilon, Tensor? dx, Tensor? dw, Tensor? db)
        where T : unmanaged, INumber<T>
    {
        var each = new Scales(centred, epsilon);
        if (grouping.Positions >= LongRun)
        {
            var runs = new RunsPullAction<T> { X = x, W = w, Dy = dy, Sets = RunSets.OfGroups(grouping), Scales = each, Dx = dx, Dw = dw, Db = db };
            WithRegisters<RunsPullAction<T>, T>(ref runs);
            return;
        }
        var period = (w ?? dw ?? db) is null ? 1 : grouping.Groups;
        var rows = new RowsPullAction<T>
        {
            X = x,
            W = EachPosition(w, grouping, period, T.One),
            Dy = dy,
            Length = grouping.Length,
            Positions = grouping.Positions,
            Period = period,
            Scales = each,
            Dx = dx,
            Dw = dw,
            Db = db,
        };
        WithRegisters<RowsPullAction<T>, T>(ref rows);
    }

    // One number for each position of every group.
    static Tensor EachPosition<T>(Tensor? channels, Grouping grouping, int groups, T otherwise) where T : unmanaged
    {
        if (channels is not null && grouping.Positions == 1) return channels;
        var y = new Tensor([groups * grouping.Channels, grouping.Positions], DTypes.Of<T>());
        if (channels is null) y.Elements<T>().Fill(otherwise);
        else Copy(channels.View([channels.Count, 1], null, channels.Offset), y);
        return y;
    }

    /// <summary>What a group is measured by.</summary>
    readonly struct Scales(bool centred, double epsilon)
    {
        public bool Centred => centred;

        /// <summary>The mean, or 0 if not centred, and 1/√(mean square of what is off it + ε).</summary>
        public (double Mean, double Scale) Of<R, T>(ref T x, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
        {
            if (!centred) return (0, 1 / Math.Sqrt(SquaresOf<R, T>(ref x, n) / n + epsilon));
            return Of(MomentsOf<R, T>(ref x, n));
        }

        public (double Mean, double Scale) Of(Moments moments) => (moments.Mean, 1 / Math.Sqrt(moments.Squares / moments.Count + epsilon));

        /// <summary>From means and variances known before, [2, channels].</summary>
        public (double Mean, double Scale) Of<T>(Tensor known, int channel) where T : unmanaged, INumber<T> =>
            (At<T>(known, channel, 0), 1 / Math.Sqrt(At<T>(known, known.Count / 2 + channel, 0) + epsilon));
    }

    struct RowsAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public Tensor X, W, B, Y;
        public int Length, Period;
        public Scales Scales;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            ref T x = ref X.First<T>(), y = ref Y.First<T>(), w = ref W.First<T>(), b = ref B.First<T>();
            int rows = Y.Count / Length, row = 0;
            var n = (nuint)Length;
            for (; row + 2 <= rows && Period == 1; row += 2)
            {
                var first = new RowScale<T>(Scales.Of<R, T>(ref x, Length));
                var second = new RowScale<T>(Scales.Of<R, T>(ref Unsafe.Add(ref x, Length), Length));
                ScaleTwoRows<R, T>(ref x, first, second, n, ref w, ref b, ref y, n);
                x = ref Unsafe.Add(ref x, 2 * Length);
                y = ref Unsafe.Add(ref y, 2 * Length);
            }
            for (; row < rows; row++)
            {
                var at = row % Period * Length;
                ScaleRow<R, T>(ref x, new(Scales.Of<R, T>(ref x, Length)), ref Unsafe.Add(ref w, at), ref Unsafe.Add(ref b, at), ref y, n);
                x = ref Unsafe.Add(ref x, Length);
                y = ref Unsafe.Add(ref y, Length);
            }
        }
    }

    /// <summary>What a row is brought to mean 0 and mean square 1 with.</summary>
    readonly struct RowScale<T>((double Mean, double Scale) of) where T : unmanaged, INumber<T>
    {
        public readonly T Mean = T.CreateTruncating(of.Mean), Scale = T.CreateTruncating(of.Scale);
    }

    // y = (x − mean) · scale · w + b.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ScaleRow<R, T>(ref T x, RowScale<T> row, ref T w, ref T b, ref T y, nuint n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        R m = R.Create(row.Mean), s = R.Create(row.Scale);
        for (; i + width <= n; i += width)
            R.MultiplyAdd((R.Load(in x, i) - m) * s, R.Load(in w, i), R.Load(in b, i)).Store(ref y, i);
        if (i < n)
            ScaleRow<V1<T>, T>(ref Unsafe.Add(ref x, i), row, ref Unsafe.Add(ref w, i), ref Unsafe.Add(ref b, i), ref Unsafe.Add(ref y, i), n - i);
    }

    // The same for two rows, the second a stride behind the first, so that w and b are loaded once for both.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ScaleTwoRows<R, T>(ref T x, RowScale<T> first, RowScale<T> second, nuint stride, ref T w, ref T b, ref T y, nuint n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        R m0 = R.Create(first.Mean), s0 = R.Create(first.Scale), m1 = R.Create(second.Mean), s1 = R.Create(second.Scale);
        for (; i + width <= n; i += width)
        {
            R weight = R.Load(in w, i), bias = R.Load(in b, i);
            R.MultiplyAdd((R.Load(in x, i) - m0) * s0, weight, bias).Store(ref y, i);
            R.MultiplyAdd((R.Load(in x, i + stride) - m1) * s1, weight, bias).Store(ref y, i + stride);
        }
        if (i < n)
            ScaleTwoRows<V1<T>, T>(
                ref Unsafe.Add(ref x, i), first, second, stride, ref Unsafe.Add(ref w, i), ref Unsafe.Add(ref b, i), ref Unsafe.Add(ref y, i), n - i);
    }

    struct RowsPullAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public Tensor X, W, Dy;
        public Tensor? Dx, Dw, Db;
        public int Length, Positions, Period;
        public Scales Scales;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var rows = X.Count / Length;
            if ((Dw ?? Db) is null)
            {
                Rows<R>(0, rows, default, default);
                return;
            }
            // The parameters' derivatives are added up in registers over blocks of rows, the blocks in double.
            var wide = Period * Length;
            var sums = ArrayPool<T>.Shared.Rent(2 * wide);
            var totals = ArrayPool<double>.Shared.Rent(2 * wide);
            Span<T> dw = sums.AsSpan(0, wide), db = sums.AsSpan(wide, wide);
            Span<double> totalW = totals.AsSpan(0, wide), totalB = totals.AsSpan(wide, wide);
            totals.AsSpan(0, 2 * wide).Clear();
            for (var start = 0; start < rows; start += RowsInDouble)
            {
                sums.AsSpan(0, 2 * wide).Clear();
                Rows<R>(start, Math.Min(rows, start + RowsInDouble), dw, db);
                for (var i = 0; i < wide; i++) totalW[i] += double.CreateTruncating(dw[i]);
                for (var i = 0; i < wide; i++) totalB[i] += double.CreateTruncating(db[i]);
            }
            if (Dw is not null) Together(totalW, Positions, Dw.Elements<T>());
            if (Db is not null) Together(totalB, Positions, Db.Elements<T>());
            ArrayPool<T>.Shared.Return(sums);
            ArrayPool<double>.Shared.Return(totals);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Rows<R>(int from, int to, Span<T> dw, Span<T> db) where R : struct, IRegister<R, T>
        {
            var unused = Dx is null ? ArrayPool<T>.Shared.Rent(2 * Length) : null;
            var n = (nuint)Length;
            var row = from;
            // Two rows at once share what they add to the parameters' derivatives.
            for (; row + 2 <= to && Period == 1 && !dw.IsEmpty; row += 2)
            {
                var start = (nint)row * Length;
                ref T x = ref Unsafe.Add(ref X.First<T>(), start), dy = ref Unsafe.Add(ref Dy.First<T>(), start), w = ref W.First<T>();
                ref var dx = ref Dx is null ? ref unused![0] : ref Unsafe.Add(ref Dx.First<T>(), start);
                var first = Pull<R>(ref x, ref dy, ref w);
                var second = Pull<R>(ref Unsafe.Add(ref x, Length), ref Unsafe.Add(ref dy, Length), ref w);
                PullTwoRows<R, T>(ref dy, ref w, ref x, first, second, n, ref dx, ref dw[0], ref db[0], n);
            }
            for (; row < to; row++)
            {
                var start = (nint)row * Length;
                var at = row % Period * Length;
                ref T x = ref Unsafe.Add(ref X.First<T>(), start), dy = ref Unsafe.Add(ref Dy.First<T>(), start), w = ref Unsafe.Add(ref W.First<T>(), at);
                ref var dx = ref Dx is null ? ref unused![0] : ref Unsafe.Add(ref Dx.First<T>(), start);
                var pull = Pull<R>(ref x, ref dy, ref w);
                if (dw.IsEmpty) PullRow<R, T>(ref dy, ref w, ref x, pull, ref dx, n);
                else PullRow<R, T>(ref dy, ref w, ref x, pull, ref dx, ref dw[at], ref db[at], n);
            }
            if (unused is not null) ArrayPool<T>.Shared.Return(unused);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly RowPull<T> Pull<R>(ref T x, ref T dy, ref T w) where R : struct, IRegister<R, T>
        {
            var (mean, scale) = Scales.Of<R, T>(ref x, Length);
            var pull = new RowPull<T>(mean, scale);
            var (u, ud) = PullSums<R, T>(ref dy, ref w, ref x, pull.Mean, (nuint)Length);
            pull.Take(Scales.Centred ? u : 0, ud, scale, Length);
            return pull;
        }
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
