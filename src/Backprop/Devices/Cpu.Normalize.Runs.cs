using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>Sets of runs that are normalised together; a run is the positions of one channel of one batch entry, side by side in memory.</summary>
    readonly struct RunSets
    {
        public int Count { get; private init; }
        public int Runs { get; private init; }
        public int Length { get; private init; }
        int SetStep { get; init; }
        int RunStep { get; init; }
        int Groups { get; init; }
        bool ByChannel { get; init; }

        /// <summary>The channels of each group of each batch entry.</summary>
        public static RunSets OfGroups(Grouping g) => new()
        {
            Count = g.Batch * g.Groups,
            Runs = g.Channels,
            Length = g.Positions,
            SetStep = g.Length,
            RunStep = g.Positions,
            Groups = g.Groups,
        };

        /// <summary>Each channel in all batch entries.</summary>
        public static RunSets OfChannels(int batch, int channels, int positions) => new()
        {
            Count = channels,
            Runs = batch,
            Length = positions,
            SetStep = positions,
            RunStep = channels * positions,
            ByChannel = true,
        };

        /// <summary>How many numbers a set has.</summary>
        public double Numbers => (double)Runs * Length;

        /// <summary>Where a run begins.</summary>
        public nint Start(int set, int run) => (nint)set * SetStep + (nint)run * RunStep;

        /// <summary>Which channel it is of.</summary>
        public int Channel(int set, int run) => ByChannel ? set : set % Groups * Runs + run;

        public Moments Moments<R, T>(ref T x, int set) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
        {
            var all = default(Moments);
            for (var run = 0; run < Runs; run++) all.Join(MomentsOf<R, T>(ref Unsafe.Add(ref x, Start(set, run)), Length));
            return all;
        }
    }

    struct RunsAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public Tensor X, Y;
        public Tensor? W, B, Known;
        public RunSets Sets;
        public Scales Scales;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            ref T x = ref X.First<T>(), y = ref Y.First<T>();
            for (var set = 0; set < Sets.Count; set++)
            {
                var (mean, scale) = Known is null ? Scales.Of(Sets.Moments<R, T>(ref x, set)) : Scales.Of<T>(Known, set);
                for (var run = 0; run < Sets.Runs; run++)
                {
                    var channel = Sets.Channel(set, run);
                    double w = At<T>(W, channel, 1), b = At<T>(B, channel, 0);
                    var at = Sets.Start(set, run);
                    ShiftRun<R, T>(
                        ref Unsafe.Add(ref x, at), T.CreateTruncating(mean), T.CreateTruncating(scale * w), T.CreateTruncating(b),
                        ref Unsafe.Add(ref y, at), (nuint)Sets.Length);
                }
            }
        }
    }

    static double At<T>(Tensor? x, int place, double otherwise) where T : unmanaged, INumber<T> =>
        x is null ? otherwise : double.CreateTruncating(Unsafe.Add(ref x.First<T>(), place));

    // y = (x − mean) · scale + shift.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ShiftRun<R, T>(ref T x, T mean, T scale, T shift, ref T y, nuint n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        R m = R.Create(mean), s = R.Create(scale), b = R.Create(shift);
        for (; i + width <= n; i += width) R.MultiplyAdd(R.Load(in x, i) - m, s, b).Store(ref y, i);
        if (i < n) ShiftRun<V1<T>, T>(ref Unsafe.Add(ref x, i), mean, scale, shift, ref Unsafe.Add(ref y, i), n - i);
    }

    struct RunsPullAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public Tensor X, Dy;
        public Tensor? W, Known, Dx, Dw, Db;
        public RunSets Sets;
        public Scales Scales;

        /// <summary>Whether mean and scale are given from elsewhere, so that no derivative flows back through them.</summary>
        public bool Fixed;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var channels = (Dw ?? Db)?.Count ?? 0;
            double[] totals = ArrayPool<double>.Shared.Rent(2 * channels);
            Span<double> dw = totals.AsSpan(0, channels), db = totals.AsSpan(channels, channels);
            totals.AsSpan(0, 2 * channels).Clear();
            for (var set = 0; set < Sets.Count; set++)
            {
                var (mean, scale) = Known is null ? Scales.Of(Sets.Moments<R, T>(ref X.First<T>(), set)) : Scales.Of<T>(Known, set);
                var pull = new RowPull<T>(mean, scale);
                if (!Fixed || channels > 0)
                {
                    var (u, ud) = SumRuns<R>(set, pull.Mean, scale, dw, db);
                    pull.Take(u, ud, scale, Sets.Numbers);
                }
                if (Dx is not null) PullRuns<R>(set, pull, scale);
            }
            if (Dw is not null) Together(dw, 1, Dw.Elements<T>());
            if (Db is not null) Together(db, 1, Db.Elements<T>());
            ArrayPool<double>.Shared.Return(totals);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly (double U, double UD) SumRuns<R>(int set, T mean, double scale, Span<double> dw, Span<double> db) where R : struct, IRegister<R, T>
        {
            double u = 0, ud = 0;
            for (var run = 0; run < Sets.Runs; run++)
            {
                var at = Sets.Start(set, run);
                var (g, gd) = RunSums<R, T>(ref Unsafe.Add(ref Dy.First<T>(), at), ref Unsafe.Add(ref X.First<T>(), at), mean, (nuint)Sets.Length);
                var channel = Sets.Channel(set, run);
                var w = At<T>(W, channel, 1);
                u += w * g;
                ud += w * gd;
                if (dw.IsEmpty) continue;
                dw[channel] += gd * scale;
                db[channel] += g;
            }
            return (u, ud);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void PullRuns<R>(int set, RowPull<T> pull, double scale) where R : struct, IRegister<R, T>
        {
            for (var run = 0; run < Sets.Runs; run++)
            {
                var at = Sets.Start(set, run);
                ref T dy = ref Unsafe.Add(ref Dy.First<T>(), at), dx = ref Unsafe.Add(ref Dx!.First<T>(), at);
                var factor = T.CreateTruncating(scale * At<T>(W, Sets.Channel(set, run), 1));
                if (Fixed) ShiftRun<R, T>(ref dy, T.Zero, factor, T.Zero, ref dx, (nuint)Sets.Length);
                else PullRun<R, T>(ref dy, ref Unsafe.Add(ref X.First<T>(), at), pull, factor, ref dx, (nuint)Sets.Length);
            }
        }
    }

    // Σ dy and Σ dy·(x − mean).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static (double G, double GD) RunSums<R, T>(ref T dy, ref T x, T mean, nuint n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        double sum = 0, product = 0;
        R m = R.Create(mean), zero = R.Create(T.Zero);
        while (i + width <= n)
        {
            var end = Math.Min(n, i + Stretch);
            R g0 = zero, g1 = zero, p0 = zero, p1 = zero;
            for (; i + 2 * width <= end; i += 2 * width)
            {
                R a = R.Load(in dy, i), b = R.Load(in dy, i + width);
                g0 += a;
                g1 += b;
                p0 = R.MultiplyAdd(a, R.Load(in x, i) - m, p0);
                p1 = R.MultiplyAdd(b, R.Load(in x, i + width) - m, p1);
            }
            for (; i + width <= end; i += width)
            {
                var a = R.Load(in dy, i);
                g0 += a;
                p0 = R.MultiplyAdd(a, R.Load(in x, i) - m, p0);
            }
            sum += double.CreateTruncating(R.Sum(g0 + g1));
            product += double.CreateTruncating(R.Sum(p0 + p1));
        }
        if (i == n) return (sum, product);
        var (g, gd) = RunSums<V1<T>, T>(ref Unsafe.Add(ref dy, i), ref Unsafe.Add(ref x, i), mean, n - i);
        return (sum + g, product + gd);
    }

    // dx = dy·factor + d·slope + shift.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PullRun<R, T>(ref T dy, ref T x, RowPull<T> pull, T factor, ref T dx, nuint n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        R m = R.Create(pull.Mean), f = R.Create(factor), slope = R.Create(pull.Slope), shift = R.Create(pull.Shift);
        for (; i + width <= n; i += width)
            R.MultiplyAdd(R.Load(in dy, i), f, R.MultiplyAdd(R.Load(in x, i) - m, slope, shift)).Store(ref dx, i);
        if (i < n) PullRun<V1<T>, T>(ref Unsafe.Add(ref dy, i), ref Unsafe.Add(ref x, i), pull, factor, ref Unsafe.Add(ref dx, i), n - i);
    }
}
