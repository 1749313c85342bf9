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

        int SetsOfChunk => Devices.Chunks.Units(2L * Runs * Length);

        /// <summary>How many chunks of sets there are for the threads to share.</summary>
        public int Chunks => (Count + SetsOfChunk - 1) / SetsOfChunk;

        /// <summary>The first set of a chunk, and the one after its last.</summary>
        public (int First, int End) OfChunk(int chunk) => (chunk * SetsOfChunk, Math.Min(Count, (chunk + 1) * SetsOfChunk));

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

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var job = new RunsJob<R, T> { Of = this };
            Team.Run(Sets.Chunks, ref job);
        }
    }

    struct RunsJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        public RunsAction<T> Of;

        [MethodImpl(Registers.Kernel)]
        public readonly void Run(int chunk)
        {
            ref T x = ref Of.X.First<T>(), y = ref Of.Y.First<T>();
            var sets = Of.Sets;
            var (set, end) = sets.OfChunk(chunk);
            for (; set < end; set++)
            {
                var (mean, scale) = Of.Known is null ? Of.Scales.Of(sets.Moments<R, T>(ref x, set)) : Of.Scales.Of<T>(Of.Known, set);
                for (var run = 0; run < sets.Runs; run++)
                {
                    var channel = sets.Channel(set, run);
                    double w = At<T>(Of.W, channel, 1), b = At<T>(Of.B, channel, 0);
                    var at = sets.Start(set, run);
                    ShiftRun<R, T>(
                        ref Unsafe.Add(ref x, at), T.CreateTruncating(mean), T.CreateTruncating(scale * w), T.CreateTruncating(b),
                        ref Unsafe.Add(ref y, at), (nuint)sets.Length);
                }
            }
        }
    }

    static double At<T>(Tensor? x, int place, double otherwise) where T : unmanaged, INumber<T> =>
        x is null ? otherwise : double.CreateTruncating(Unsafe.Add(ref x.First<T>(), place));

    // y = (x − mean) · scale + shift.
    [MethodImpl(Registers.Kernel)]
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
            var job = new RunsPullJob<R, T> { Of = this };
            if ((Dw ?? Db) is null)
            {
                Team.Run(Sets.Chunks, ref job);
                return;
            }
            // Each run has its own sums; those of a channel are then added in the sets' order.
            var sums = new Tensor([2, Sets.Count * Sets.Runs], DType.Float64);
            job.Sums = sums;
            Team.Run(Sets.Chunks, ref job);
            var all = sums.Elements<double>();
            Together(all[..(all.Length / 2)], Dw);
            Together(all[(all.Length / 2)..], Db);
        }

        readonly void Together(ReadOnlySpan<double> sums, Tensor? y)
        {
            if (y is null) return;
            var totals = ArrayPool<double>.Shared.Rent(y.Count);
            totals.AsSpan(0, y.Count).Clear();
            for (var set = 0; set < Sets.Count; set++)
                for (var run = 0; run < Sets.Runs; run++) totals[Sets.Channel(set, run)] += sums[set * Sets.Runs + run];
            Cpu.Together(totals.AsSpan(0, y.Count), 1, y.Elements<T>());
            ArrayPool<double>.Shared.Return(totals);
        }
    }

    struct RunsPullJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        public RunsPullAction<T> Of;

        /// <summary>Σ dy·x̂ and Σ dy of each run of each set, if they are wanted.</summary>
        public Tensor? Sums;

        public readonly void Run(int chunk)
        {
            var (set, end) = Of.Sets.OfChunk(chunk);
            for (; set < end; set++)
            {
                var (mean, scale) = Of.Known is null
                    ? Of.Scales.Of(Of.Sets.Moments<R, T>(ref Of.X.First<T>(), set)) : Of.Scales.Of<T>(Of.Known, set);
                var pull = new RowPull<T>(mean, scale);
                if (!Of.Fixed || Sums is not null)
                {
                    var (u, ud) = SumRuns(set, pull.Mean, scale);
                    pull.Take(u, ud, scale, Of.Sets.Numbers);
                }
                if (Of.Dx is not null) PullRuns(set, pull, scale, Of.Dx);
            }
        }

        [MethodImpl(Registers.Kernel)]
        readonly (double U, double UD) SumRuns(int set, T mean, double scale)
        {
            var sets = Of.Sets;
            var sums = Sums is null ? default : Sums.Elements<double>();
            double u = 0, ud = 0;
            for (var run = 0; run < sets.Runs; run++)
            {
                var at = sets.Start(set, run);
                var (g, gd) = RunSums<R, T>(ref Unsafe.Add(ref Of.Dy.First<T>(), at), ref Unsafe.Add(ref Of.X.First<T>(), at), mean, (nuint)sets.Length);
                var w = At<T>(Of.W, sets.Channel(set, run), 1);
                u += w * g;
                ud += w * gd;
                if (sums.IsEmpty) continue;
                sums[set * sets.Runs + run] = gd * scale;
                sums[sums.Length / 2 + set * sets.Runs + run] = g;
            }
            return (u, ud);
        }

        [MethodImpl(Registers.Kernel)]
        readonly void PullRuns(int set, RowPull<T> pull, double scale, Tensor to)
        {
            var sets = Of.Sets;
            for (var run = 0; run < sets.Runs; run++)
            {
                var at = sets.Start(set, run);
                ref T dy = ref Unsafe.Add(ref Of.Dy.First<T>(), at), dx = ref Unsafe.Add(ref to.First<T>(), at);
                var factor = T.CreateTruncating(scale * At<T>(Of.W, sets.Channel(set, run), 1));
                if (Of.Fixed) ShiftRun<R, T>(ref dy, T.Zero, factor, T.Zero, ref dx, (nuint)sets.Length);
                else PullRun<R, T>(ref dy, ref Unsafe.Add(ref Of.X.First<T>(), at), pull, factor, ref dx, (nuint)sets.Length);
            }
        }
    }

    // Σ dy and Σ dy·(x − mean).
    [MethodImpl(Registers.Kernel)]
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
    [MethodImpl(Registers.Kernel)]
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
