using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>Mean and mean square off it of every channel of x [batch, channels, positions], as [2, channels]. There is at least one number each.</summary>
    public static void ChannelMoments(Tensor x, int channels, int positions, Tensor moments)
    {
        if (x.DType == DType.Float32) ChannelMoments<float>(x, channels, positions, moments);
        else ChannelMoments<double>(x, channels, positions, moments);
    }

    static void ChannelMoments<T>(Tensor x, int channels, int positions, Tensor moments) where T : unmanaged, INumber<T>
    {
        var batch = x.Count / (channels * positions);
        if (positions >= LongRun)
        {
            var runs = new RunMomentsAction<T> { X = x, Sets = RunSets.OfChannels(batch, channels, positions), Result = moments };
            WithRegisters<RunMomentsAction<T>, T>(ref runs);
            return;
        }
        // Each position of each channel is a column; the columns of a channel are then put together.
        var rows = x.View([batch, channels * positions], null, x.Offset);
        var mean = new Tensor([1, channels * positions], x.DType);
        var squares = new Tensor(mean.Shape, x.DType);
        bool[] down = [true, false];
        SumOf(default(Itself), rows, null, down, mean);
        foreach (ref var m in mean.Elements<T>()) m = T.CreateTruncating(double.CreateTruncating(m) / batch);
        SumOf(default(SquareOff), rows, mean, down, squares);
        ReadOnlySpan<T> means = mean.Elements<T>(), off = squares.Elements<T>();
        for (var channel = 0; channel < channels; channel++)
        {
            var all = default(Moments);
            for (var i = channel * positions; i < (channel + 1) * positions; i++)
                all.Join(new(batch, double.CreateTruncating(means[i]), double.CreateTruncating(off[i])));
            Set<T>(moments, channel, all);
        }
    }

    /// <summary>(a − b)².</summary>
    readonly struct SquareOff : IKernel
    {
        public static int Arity => 2;
        public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => (a - b) * (a - b);
    }

    static void Set<T>(Tensor moments, int channel, Moments all) where T : unmanaged, INumber<T>
    {
        var y = moments.Elements<T>();
        y[channel] = T.CreateTruncating(all.Mean);
        y[y.Length / 2 + channel] = T.CreateTruncating(all.Squares / all.Count);
    }

    struct RunMomentsAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public Tensor X, Result;
        public RunSets Sets;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            for (var set = 0; set < Sets.Count; set++) Set<T>(Result, set, Sets.Moments<R, T>(ref X.First<T>(), set));
        }
    }

    /// <summary>
    /// Every channel of x [batch, channels, positions] brought to mean 0 and variance 1 by known moments [2, channels], then scaled and shifted:
    /// y = (x − mean) / √(variance + ε) · w + b. All are contiguous and not empty; w and b may be missing.
    /// </summary>
    public static void StandardizeChannels(Tensor x, Tensor moments, Tensor? w, Tensor? b, int channels, int positions, double epsilon, Tensor y)
    {
        if (y.DType == DType.Float32) StandardizeChannels<float>(x, moments, w, b, channels, positions, epsilon, y);
        else StandardizeChannels<double>(x, moments, w, b, channels, positions, epsilon, y);
    }

    static void StandardizeChannels<T>(Tensor x, Tensor moments, Tensor? w, Tensor? b, int channels, int positions, double epsilon, Tensor y)
        where T : unmanaged, INumber<T>
    {
        var batch = x.Count / (channels * positions);
        var scales = new Scales(centred: true, epsilon);
        if (positions >= LongRun)
        {
            var runs = new RunsAction<T> { X = x, W = w, B = b, Known = moments, Sets = RunSets.OfChannels(batch, channels, positions), Scales = scales, Y = y };
            WithRegisters<RunsAction<T>, T>(ref runs);
            return;
        }
        var wide = channels * positions;
        var columns = new Tensor([3, wide], x.DType);
        Span<T> all = columns.Elements<T>(), mean = all[..wide], scale = all.Slice(wide, wide), shift = all[(2 * wide)..];
        for (var i = 0; i < wide; i++)
        {
            var channel = i / positions;
            var (m, s) = scales.Of<T>(moments, channel);
            mean[i] = T.CreateTruncating(m);
            scale[i] = T.CreateTruncating(s * At<T>(w, channel, 1));
            shift[i] = T.CreateTruncating(At<T>(b, channel, 0));
        }
        var action = new ColumnsAction<T> { X = x, Columns = columns, Y = y };
        WithRegisters<ColumnsAction<T>, T>(ref action);
    }

    /// <summary>
    /// The derivatives of <see cref="StandardizeChannels"/>, each where there is room for it: as those of <see cref="Standardize"/>, or, where the
    /// moments are not those of x, dx = dy·w·r.
    /// </summary>
    public static void StandardizeChannelsPull(
        Tensor x, Tensor moments, Tensor? w, Tensor dy, int channels, int positions, double epsilon, bool ownMoments, Tensor? dx, Tensor? dw, Tensor? db)
    {
        if (x.DType == DType.Float32) StandardizeChannelsPull<float>(x, moments, w, dy, channels, positions, epsilon, ownMoments, dx, dw, db);
        else StandardizeChannelsPull<double>(x, moments, w, dy, channels, positions, epsilon, ownMoments, dx, dw, db);
    }

    static void StandardizeChannelsPull<T>(
        Tensor x, Tensor moments, Tensor? w, Tensor dy, int channels, int positions, double epsilon, bool ownMoments, Tensor? dx, Tensor? dw, Tensor? db)
        where T : unmanaged, INumber<T>
    {
        var scales = new Scales(centred: true, epsilon);
        if (positions >= LongRun)
        {
            var runs = new RunsPullAction<T>
            {
                X = x,
                W = w,
                Dy = dy,
                Known = moments,
                Sets = RunSets.OfChannels(x.Count / (channels * positions), channels, positions),
                Scales = scales,
                Fixed = !ownMoments,
                Dx = dx,
                Dw = dw,
                Db = db,
            };
            WithRegisters<RunsPullAction<T>, T>(ref runs);
            return;
        }
        var columns = new ColumnsPullAction<T>
        {
            X = x,
            W = w,
            Dy = dy,
            Moments = moments,
            Channels = channels,
            Positions = positions,
            Scales = scales,
            Fixed = !ownMoments,
            Dx = dx,
            Dw = dw,
            Db = db,
        };
        WithRegisters<ColumnsPullAction<T>, T>(ref columns);
    }

    struct ColumnsAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public Tensor X, Columns, Y;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var wide = Columns.Shape[1];
            ref T mean = ref Columns.First<T>(), scale = ref Unsafe.Add(ref mean, wide), shift = ref Unsafe.Add(ref scale, wide);
            for (var at = 0; at < Y.Count; at += wide)
                ScaleColumns<R, T>(ref Unsafe.Add(ref X.First<T>(), at), ref mean, ref scale, ref shift, ref Unsafe.Add(ref Y.First<T>(), at), (nuint)wide);
        }
    }

    // y = (x − mean) · scale + shift, column by column.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ScaleColumns<R, T>(ref T x, ref T mean, ref T scale, ref T shift, ref T y, nuint n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        for (; i + width <= n; i += width)
            R.MultiplyAdd(R.Load(in x, i) - R.Load(in mean, i), R.Load(in scale, i), R.Load(in shift, i)).Store(ref y, i);
        if (i < n)
            ScaleColumns<V1<T>, T>(
                ref Unsafe.Add(ref x, i), ref Unsafe.Add(ref mean, i), ref Unsafe.Add(ref scale, i), ref Unsafe.Add(ref shift, i), ref Unsafe.Add(ref y, i), n - i);
    }

    struct ColumnsPullAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public Tensor X, Dy, Moments;
        public Tensor? W, Dx, Dw, Db;
        public int Channels, Positions;
        public Scales Scales;
        public bool Fixed;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var wide = Channels * Positions;
            var columns = new Tensor([4, wide], X.DType);
            var totals = ArrayPool<double>.Shared.Rent(2 * wide);
            totals.AsSpan(0, 2 * wide).Clear();
            Span<double> sums = totals.AsSpan(0, wide), products = totals.AsSpan(wide, wide);
            var mean = columns.Elements<T>()[..wide];
            for (var i = 0; i < wide; i++) mean[i] = Unsafe.Add(ref Moments.First<T>(), i / Positions);
            if (!Fixed || (Dw ?? Db) is not null) AddUp<R>(ref mean[0], sums, products);
            Coefficients(columns, sums, products);
            if (Dx is not null) Pull<R>(columns);
            if (Dw is not null)
            {
                for (var i = 0; i < wide; i++) products[i] *= Scales.Of<T>(Moments, i / Positions).Scale;
                Together(products, Positions, Dw.Elements<T>());
            }
            if (Db is not null) Together(sums, Positions, Db.Elements<T>());
            ArrayPool<double>.Shared.Return(totals);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void AddUp<R>(ref T mean, Span<double> sums, Span<double> products) where R : struct, IRegister<R, T>
        {
            var wide = sums.Length;
            var block = ArrayPool<T>.Shared.Rent(2 * wide);
            for (var start = 0; start < X.Count; start += RowsInDouble * wide)
            {
                block.AsSpan(0, 2 * wide).Clear();
                for (var at = start; at < Math.Min(X.Count, start + RowsInDouble * wide); at += wide)
                    AddColumns<R, T>(
                        ref Unsafe.Add(ref Dy.First<T>(), at), ref Unsafe.Add(ref X.First<T>(), at), ref mean, ref block[0], ref block[wide], (nuint)wide);
                for (var i = 0; i < wide; i++) sums[i] += double.CreateTruncating(block[i]);
                for (var i = 0; i < wide; i++) products[i] += double.CreateTruncating(block[wide + i]);
            }
            ArrayPool<T>.Shared.Return(block);
        }

        // Behind the means: factor, slope and shift of every column, the same for all columns of a channel.
        readonly void Coefficients(Tensor columns, ReadOnlySpan<double> sums, ReadOnlySpan<double> products)
        {
            var wide = sums.Length;
            var all = columns.Elements<T>();
            double n = X.Count / Channels;
            for (var channel = 0; channel < Channels; channel++)
            {
                double u = 0, ud = 0, w = At<T>(W, channel, 1);
                foreach (var v in sums.Slice(channel * Positions, Positions)) u += v * w;
                foreach (var v in products.Slice(channel * Positions, Positions)) ud += v * w;
                var (mean, scale) = Scales.Of<T>(Moments, channel);
                var pull = new RowPull<T>(mean, scale);
                pull.Take(u, ud, scale, n);
                all.Slice(wide + channel * Positions, Positions).Fill(T.CreateTruncating(scale * w));
                all.Slice(2 * wide + channel * Positions, Positions).Fill(Fixed ? T.Zero : pull.Slope);
                all.Slice(3 * wide + channel * Positions, Positions).Fill(Fixed ? T.Zero : pull.Shift);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Pull<R>(Tensor columns) where R : struct, IRegister<R, T>
        {
            var wide = columns.Shape[1];
            ref T mean = ref columns.First<T>(), factor = ref Unsafe.Add(ref mean, wide), slope = ref Unsafe.Add(ref factor, wide), shift = ref Unsafe.Add(ref slope, wide);
            for (var at = 0; at < X.Count; at += wide)
            {
                ref T dy = ref Unsafe.Add(ref Dy.First<T>(), at), x = ref Unsafe.Add(ref X.First<T>(), at), dx = ref Unsafe.Add(ref Dx!.First<T>(), at);
                // Slope and shift are 0 where the moments are given: dx = (dy − 0)·factor + 0, whatever x is.
                if (Fixed) ScaleColumns<R, T>(ref dy, ref slope, ref factor, ref shift, ref dx, (nuint)wide);
                else PullColumns<R, T>(ref dy, ref x, ref mean, ref factor, ref slope, ref shift, ref dx, (nuint)wide);
            }
        }
    }

    // sums += dy and products += dy·(x − mean), column by column.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AddColumns<R, T>(ref T dy, ref T x, ref T mean, ref T sums, ref T products, nuint n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        for (; i + width <= n; i += width)
        {
            var g = R.Load(in dy, i);
            (R.Load(in sums, i) + g).Store(ref sums, i);
            R.MultiplyAdd(g, R.Load(in x, i) - R.Load(in mean, i), R.Load(in products, i)).Store(ref products, i);
        }
        if (i < n)
            AddColumns<V1<T>, T>(
                ref Unsafe.Add(ref dy, i), ref Unsafe.Add(ref x, i), ref Unsafe.Add(ref mean, i), ref Unsafe.Add(ref sums, i), ref Unsafe.Add(ref products, i), n - i);
    }

    // dx = dy·factor + (x − mean)·slope + shift, column by column.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PullColumns<R, T>(ref T dy, ref T x, ref T mean, ref T factor, ref T slope, ref T shift, ref T dx, nuint n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        for (; i + width <= n; i += width)
        {
            var d = R.MultiplyAdd(R.Load(in x, i) - R.Load(in mean, i), R.Load(in slope, i), R.Load(in shift, i));
            R.MultiplyAdd(R.Load(in dy, i), R.Load(in factor, i), d).Store(ref dx, i);
        }
        if (i < n)
            PullColumns<V1<T>, T>(
                ref Unsafe.Add(ref dy, i), ref Unsafe.Add(ref x, i), ref Unsafe.Add(ref mean, i), ref Unsafe.Add(ref factor, i),
                ref Unsafe.Add(ref slope, i), ref Unsafe.Add(ref shift, i), ref Unsafe.Add(ref dx, i), n - i);
    }
}
