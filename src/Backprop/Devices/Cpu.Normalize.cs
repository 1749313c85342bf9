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

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var job = new RowsJob<R, T> { Of = this };
            Team.Run(job.Count, ref job);
        }
    }

    /// <summary>A few rows a chunk, an even number of them.</summary>
    struct RowsJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        public RowsAction<T> Of;

        readonly int Rows => Of.Y.Count / Of.Length;

        readonly int Step => Even(Chunks.Units(2L * Of.Length));

        public readonly int Count => (Rows + Step - 1) / Step;

        [MethodImpl(Registers.Kernel)]
        public readonly void Run(int chunk)
        {
            var length = Of.Length;
            int row = chunk * Step, rows = Math.Min(Rows, row + Step);
            var start = (nint)row * length;
            ref T x = ref Unsafe.Add(ref Of.X.First<T>(), start), y = ref Unsafe.Add(ref Of.Y.First<T>(), start);
            ref T w = ref Of.W.First<T>(), b = ref Of.B.First<T>();
            var n = (nuint)length;
            for (; row + 2 <= rows && Of.Period == 1; row += 2)
            {
                var first = new RowScale<T>(Of.Scales.Of<R, T>(ref x, length));
                var second = new RowScale<T>(Of.Scales.Of<R, T>(ref Unsafe.Add(ref x, length), length));
                ScaleTwoRows<R, T>(ref x, first, second, n, ref w, ref b, ref y, n);
                x = ref Unsafe.Add(ref x, 2 * length);
                y = ref Unsafe.Add(ref y, 2 * length);
            }
            for (; row < rows; row++)
            {
                var at = row % Of.Period * length;
                ScaleRow<R, T>(ref x, new(Of.Scales.Of<R, T>(ref x, length)), ref Unsafe.Add(ref w, at), ref Unsafe.Add(ref b, at), ref y, n);
                x = ref Unsafe.Add(ref x, length);
                y = ref Unsafe.Add(ref y, length);
            }
        }
    }

    static int Even(int count) => (count + 1) & ~1;

    /// <summary>What a row is brought to mean 0 and mean square 1 with.</summary>
    readonly struct RowScale<T>((double Mean, double Scale) of) where T : unmanaged, INumber<T>
    {
        public readonly T Mean = T.CreateTruncating(of.Mean), Scale = T.CreateTruncating(of.Scale);
    }

    // y = (x − mean) · scale · w + b.
    [MethodImpl(Registers.Kernel)]
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
    [MethodImpl(Registers.Kernel)]
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
}
