using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// x [batch, channels, positions] with few positions as columns, one for each position of each channel, cut into tiles of whole channels. All rows of a
    /// tile are one chunk, so no sum is of more than one chunk.
    /// </summary>
    readonly record struct ColumnTiles(int Rows, int Channels, int Positions)
    {
        /// <summary>Columns that a tile has at most, its working memory lying on the stack.</summary>
        public const int Most = 512;

        public int Wide => Channels * Positions;

        public int Count => (Channels + Step - 1) / Step;

        // Tiles of about one size, whole cache lines wide where channels are columns.
        int Step
        {
            get
            {
                var columns = Math.Clamp(Chunks.Elements / 2 / Rows, 64, Most);
                var tiles = (Wide + columns - 1) / columns;
                var channels = (Channels + tiles - 1) / tiles;
                return Math.Min(Positions == 1 ? (channels + Widest - 1) / Widest * Widest : channels, Most / Positions);
            }
        }

        /// <summary>The first channel of a tile, and how many it has.</summary>
        public (int First, int Count) this[int tile] => (tile * Step, Math.Min(Step, Channels - tile * Step));
    }

    struct ColumnMomentsAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public Tensor X, Result;
        public ColumnTiles Tiles;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var job = new ColumnMomentsJob<R, T> { Of = this };
            Team.Run(Tiles.Count, ref job);
        }
    }

    struct ColumnMomentsJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        public ColumnMomentsAction<T> Of;

        [SkipLocalsInit]
        public readonly void Run(int chunk)
        {
            var tiles = Of.Tiles;
            var (first, count) = tiles[chunk];
            var n = count * tiles.Positions;
            Span<T> memory = stackalloc T[3 * n];
            Span<T> middle = memory[..n], off = memory.Slice(n, n), squares = memory[(2 * n)..];
            Span<Moments> all = stackalloc Moments[n];
            all.Clear();
            for (var row = 0; row < tiles.Rows; row += RowsInDouble)
            {
                var rows = Math.Min(RowsInDouble, tiles.Rows - row);
                ref var x = ref Unsafe.Add(ref Of.X.First<T>(), (nint)row * tiles.Wide + first * tiles.Positions);
                Middle(ref x, tiles.Wide, rows, middle);
                off.Clear();
                squares.Clear();
                for (var i = 0; i < rows; i += RowsAtOnce)
                    AddMoments<R, T>(ref Unsafe.Add(ref x, (nint)i * tiles.Wide), tiles.Wide, Math.Min(RowsAtOnce, rows - i),
                        ref middle[0], ref off[0], ref squares[0], (nuint)n);
                for (var i = 0; i < n; i++)
                    all[i].Join(Moments.Around(rows, double.CreateTruncating(middle[i]), double.CreateTruncating(off[i]), double.CreateTruncating(squares[i])));
            }
            for (var channel = 0; channel < count; channel++)
            {
                var together = default(Moments);
                foreach (var column in all.Slice(channel * tiles.Positions, tiles.Positions)) together.Join(column);
                Set<T>(Of.Result, first + channel, together);
            }
        }
    }

    // The mean of the first rows: what is off a number that lies among the others can be squared and added up without cancellation.
    static void Middle<T>(ref T x, int stride, int rows, Span<T> middle) where T : unmanaged, INumber<T>
    {
        rows = Math.Min(rows, 8);
        MemoryMarshal.CreateReadOnlySpan(ref x, middle.Length).CopyTo(middle);
        for (var row = 1; row < rows; row++)
        {
            ref var from = ref Unsafe.Add(ref x, (nint)row * stride);
            for (var i = 0; i < middle.Length; i++) middle[i] += Unsafe.Add(ref from, i);
        }
        var share = T.One / T.CreateTruncating(rows);
        for (var i = 0; i < middle.Length; i++) middle[i] *= share;
    }

    // off += Σ (x − middle), squares += Σ (x − middle)² of a few rows, column by column.
    [MethodImpl(Registers.Kernel)]
    static void AddMoments<R, T>(ref T x, int stride, int rows, ref T middle, ref T off, ref T squares, nuint n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        for (; i + width <= n; i += width)
        {
            R m = R.Load(in middle, i), s = R.Load(in off, i), q = R.Load(in squares, i);
            ref var p = ref x;
            for (var row = 0; row < rows; row++)
            {
                var d = R.Load(in p, i) - m;
                s += d;
                q = R.MultiplyAdd(d, d, q);
                p = ref Unsafe.Add(ref p, stride);
            }
            s.Store(ref off, i);
            q.Store(ref squares, i);
        }
        if (i < n)
            AddMoments<V1<T>, T>(
                ref Unsafe.Add(ref x, i), stride, rows, ref Unsafe.Add(ref middle, i), ref Unsafe.Add(ref off, i), ref Unsafe.Add(ref squares, i), n - i);
    }

    struct ColumnsAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public Tensor X, Moments, Y;
        public Tensor? W, B;
        public ColumnTiles Tiles;
        public Scales Scales;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var job = new ColumnsJob<R, T> { Of = this };
            Team.Run(Tiles.Count, ref job);
        }
    }

    struct ColumnsJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        public ColumnsAction<T> Of;

        [SkipLocalsInit]
        public readonly void Run(int chunk)
        {
            var tiles = Of.Tiles;
            var (first, count) = tiles[chunk];
            var n = count * tiles.Positions;
            Span<T> memory = stackalloc T[3 * n];
            Span<T> mean = memory[..n], scale = memory.Slice(n, n), shift = memory[(2 * n)..];
            for (var i = 0; i < count; i++)
            {
                var (m, s) = Of.Scales.Of<T>(Of.Moments, first + i);
                mean.Slice(i * tiles.Positions, tiles.Positions).Fill(T.CreateTruncating(m));
                scale.Slice(i * tiles.Positions, tiles.Positions).Fill(T.CreateTruncating(s * At<T>(Of.W, first + i, 1)));
                shift.Slice(i * tiles.Positions, tiles.Positions).Fill(T.CreateTruncating(At<T>(Of.B, first + i, 0)));
            }
            var at = (nint)first * tiles.Positions;
            for (var row = 0; row < tiles.Rows; row++, at += tiles.Wide)
                ScaleColumns<R, T>(
                    ref Unsafe.Add(ref Of.X.First<T>(), at), ref mean[0], ref scale[0], ref shift[0], ref Unsafe.Add(ref Of.Y.First<T>(), at), (nuint)n);
        }
    }

    // y = (x − mean) · scale + shift, column by column.
    [MethodImpl(Registers.Kernel)]
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
        public ColumnTiles Tiles;
        public Scales Scales;
        public bool Fixed;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var job = new ColumnsPullJob<R, T> { Of = this };
            Team.Run(Tiles.Count, ref job);
        }
    }

    struct ColumnsPullJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        public ColumnsPullAction<T> Of;

        [SkipLocalsInit]
        public readonly void Run(int chunk)
        {
            var tiles = Of.Tiles;
            var (first, count) = tiles[chunk];
            var n = count * tiles.Positions;
            Span<T> memory = stackalloc T[4 * n];
            Span<double> sums = stackalloc double[2 * n];
            var mean = memory[..n];
            for (var i = 0; i < n; i++) mean[i] = Unsafe.Add(ref Of.Moments.First<T>(), first + i / tiles.Positions);
            sums.Clear();
            if (!Of.Fixed || (Of.Dw ?? Of.Db) is not null) AddUp(first, n, memory, sums);
            Coefficients(first, count, memory, sums);
            if (Of.Dx is not null) Pull(first, n, memory, Of.Dx);
        }

        // Σ dy and Σ dy·(x − mean) of every column, added up in registers over some rows and those sums in double.
        readonly void AddUp(int first, int n, Span<T> memory, Span<double> sums)
        {
            var tiles = Of.Tiles;
            Span<T> flow = memory.Slice(n, n), product = memory.Slice(2 * n, n);
            for (var start = 0; start < tiles.Rows; start += RowsInDouble)
            {
                var end = Math.Min(tiles.Rows, start + RowsInDouble);
                flow.Clear();
                product.Clear();
                for (var row = start; row < end; row += RowsAtOnce)
                {
                    var at = (nint)row * tiles.Wide + first * tiles.Positions;
                    AddColumns<R, T>(ref Unsafe.Add(ref Of.Dy.First<T>(), at), ref Unsafe.Add(ref Of.X.First<T>(), at), tiles.Wide,
                        Math.Min(RowsAtOnce, end - row), ref memory[0], ref flow[0], ref product[0], (nuint)n);
                }
                for (var i = 0; i < n; i++) sums[i] += double.CreateTruncating(flow[i]);
                for (var i = 0; i < n; i++) sums[n + i] += double.CreateTruncating(product[i]);
            }
        }

        // Behind the means: factor, slope and shift of every column, the same for all columns of a channel; and the parameters' derivatives.
        readonly void Coefficients(int first, int count, Span<T> memory, ReadOnlySpan<double> sums)
        {
            int positions = Of.Tiles.Positions, wide = count * positions;
            var n = (double)Of.Tiles.Rows * positions;
            for (var i = 0; i < count; i++)
            {
                double flow = 0, product = 0, w = At<T>(Of.W, first + i, 1);
                foreach (var v in sums.Slice(i * positions, positions)) flow += v;
                foreach (var v in sums.Slice(wide + i * positions, positions)) product += v;
                var (mean, scale) = Of.Scales.Of<T>(Of.Moments, first + i);
                var pull = new RowPull<T>(mean, scale);
                pull.Take(flow * w, product * w, scale, n);
                memory.Slice(wide + i * positions, positions).Fill(T.CreateTruncating(scale * w));
                memory.Slice(2 * wide + i * positions, positions).Fill(Of.Fixed ? T.Zero : pull.Slope);
                memory.Slice(3 * wide + i * positions, positions).Fill(Of.Fixed ? T.Zero : pull.Shift);
                if (Of.Dw is not null) Of.Dw.Elements<T>()[first + i] = T.CreateTruncating(product * scale);
                if (Of.Db is not null) Of.Db.Elements<T>()[first + i] = T.CreateTruncating(flow);
            }
        }

        [MethodImpl(Registers.Kernel)]
        readonly void Pull(int first, int n, Span<T> memory, Tensor to)
        {
            ref T mean = ref memory[0], factor = ref memory[n], slope = ref memory[2 * n], shift = ref memory[3 * n];
            var at = (nint)first * Of.Tiles.Positions;
            for (var row = 0; row < Of.Tiles.Rows; row++, at += Of.Tiles.Wide)
            {
                ref T dy = ref Unsafe.Add(ref Of.Dy.First<T>(), at), x = ref Unsafe.Add(ref Of.X.First<T>(), at), dx = ref Unsafe.Add(ref to.First<T>(), at);
                // Slope and shift are 0 where the moments are given: dx = (dy − 0)·factor + 0, whatever x is.
                if (Of.Fixed) ScaleColumns<R, T>(ref dy, ref slope, ref factor, ref shift, ref dx, (nuint)n);
                else PullColumns<R, T>(ref dy, ref x, ref mean, ref factor, ref slope, ref shift, ref dx, (nuint)n);
            }
        }
    }

    // sums += Σ dy and products += Σ dy·(x − mean) of a few rows, column by column.
    [MethodImpl(Registers.Kernel)]
    static void AddColumns<R, T>(ref T dy, ref T x, int stride, int rows, ref T mean, ref T sums, ref T products, nuint n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, i = 0;
        for (; i + width <= n; i += width)
        {
            R m = R.Load(in mean, i), s = R.Load(in sums, i), p = R.Load(in products, i);
            ref T a = ref dy, b = ref x;
            for (var row = 0; row < rows; row++)
            {
                var g = R.Load(in a, i);
                s += g;
                p = R.MultiplyAdd(g, R.Load(in b, i) - m, p);
                a = ref Unsafe.Add(ref a, stride);
                b = ref Unsafe.Add(ref b, stride);
            }
            s.Store(ref sums, i);
            p.Store(ref products, i);
        }
        if (i < n)
            AddColumns<V1<T>, T>(ref Unsafe.Add(ref dy, i), ref Unsafe.Add(ref x, i), stride, rows,
                ref Unsafe.Add(ref mean, i), ref Unsafe.Add(ref sums, i), ref Unsafe.Add(ref products, i), n - i);
    }

    // dx = dy·factor + (x − mean)·slope + shift, column by column.
    [MethodImpl(Registers.Kernel)]
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
