using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>y = eˣ / Σ eˣ along an axis.</summary>
    public static void Softmax(Tensor x, int axis, Tensor y) => Normalise<Shares>(x, x, axis, y);

    /// <summary>y = x − ln Σ eˣ along an axis.</summary>
    public static void LogSoftmax(Tensor x, int axis, Tensor y) => Normalise<LogShares>(x, x, axis, y);

    /// <summary>dx = y · (dy − Σ dy·y) along an axis.</summary>
    public static void SoftmaxPull(Tensor y, Tensor dy, int axis, Tensor dx) => Normalise<SharesPull>(y, dy, axis, dx);

    /// <summary>dx = dy − eʸ · Σ dy along an axis.</summary>
    public static void LogSoftmaxPull(Tensor y, Tensor dy, int axis, Tensor dx) => Normalise<LogSharesPull>(y, dy, axis, dx);

    /// <summary>What makes a line of numbers out of one or two lines and what they add up to, in a few passes over what stays in the first-level cache.</summary>
    interface ILine
    {
        /// <summary>Fills a row y of n numbers.</summary>
        static abstract void Row<R, T>(ref T a, ref T b, ref T y, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>;

        /// <summary>Fills columns y that lie side by side; m and s are working memory of one row.</summary>
        static abstract void Columns<R, T>(InColumns line, ref T a, ref T b, ref T y, ref T m, ref T s)
            where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>;
    }

    static void Normalise<N>(Tensor a, Tensor b, int axis, Tensor y) where N : struct, ILine
    {
        if (y.DType == DType.Float32) Normalise<N, float>(a, b, axis, y);
        else Normalise<N, double>(a, b, axis, y);
    }

    static void Normalise<N, T>(Tensor a, Tensor b, int axis, Tensor y) where N : struct, ILine where T : unmanaged, INumber<T>
    {
        if (y.Count == 0) return;
        var inner = 1;
        for (var i = axis + 1; i < y.Rank; i++) inner *= y.Shape[i];
        // Few columns side by side would leave the registers half empty: as rows they are faster, copying included.
        if (inner is > 1 and < 8 && y.Shape[axis] > 1)
        {
            var order = Enumerable.Range(0, y.Rank).Where(i => i != axis).Append(axis).ToArray();
            var first = Reordered(a, order).Packed();
            var rows = new Tensor(first.Shape, y.DType);
            Normalise<N, T>(first, ReferenceEquals(a, b) ? first : Reordered(b, order).Packed(), y.Rank - 1, rows);
            CopyInto(rows, Reordered(y, order), y);
            return;
        }
        a = a.Packed();
        var action = new NormaliseAction<N, T> { A = a, B = b.Packed(), Y = y, Length = y.Shape[axis], Inner = inner };
        WithRegisters<NormaliseAction<N, T>, T>(ref action);
    }

    static Tensor Reordered(Tensor x, int[] order)
    {
        var strides = x.Strides;
        return x.View(Shape.Own([.. order.Select(i => x.Shape[i])]), [.. order.Select(i => strides[i])], x.Offset);
    }

    struct NormaliseAction<N, T> : IRegisterAction<T> where N : struct, ILine where T : unmanaged, INumber<T>
    {
        public Tensor A, B, Y;
        public int Length, Inner;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var job = new NormaliseJob<N, R, T> { A = A, B = B, Y = Y, Length = Length, Inner = Inner };
            Team.Run(job.Count, ref job);
        }
    }

    /// <summary>Some rows, or columns that lie side by side, a chunk.</summary>
    struct NormaliseJob<N, R, T> : IJob where N : struct, ILine where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        // Columns, or short rows, that are done at a time.
        const int Tile = 256;

        public Tensor A, B, Y;
        public int Length, Inner;

        readonly bool HasShortRows => Inner == 1 && Length < ShortRow && Y.Count >= ShortRow * Length;

        // What is done at a time: a row, a tile of short rows, a tile of columns.
        readonly int Units => HasShortRows ? (Y.Count / Length + Tile - 1) / Tile : Y.Count / (Length * Inner) * Tiles;

        readonly int Tiles => (Inner + Tile - 1) / Tile;

        readonly int UnitsOfChunk => Chunks.Units((long)Length * (HasShortRows ? Tile : Math.Min(Inner, Tile)) * 2);

        public readonly int Count => (Units + UnitsOfChunk - 1) / UnitsOfChunk;

        public readonly void Run(int chunk)
        {
            Span<T> memory = stackalloc T[2 * Tile];
            ref var m = ref MemoryMarshal.GetReference(memory);
            ref var s = ref Unsafe.Add(ref m, Tile);
            int start = chunk * UnitsOfChunk, end = Math.Min(Units, start + UnitsOfChunk);
            if (HasShortRows)
            {
                ShortRows(start * Tile, Math.Min(Y.Count / Length, end * Tile), ref m, ref s);
                return;
            }
            for (var unit = start; unit < end; unit++)
            {
                var (line, column) = Math.DivRem(unit, Tiles);
                column *= Tile;
                var at = line * Length * Inner + column;
                ref T a = ref Unsafe.Add(ref A.First<T>(), at), b = ref Unsafe.Add(ref B.First<T>(), at), y = ref Unsafe.Add(ref Y.First<T>(), at);
                if (Inner == 1) N.Row<R, T>(ref a, ref b, ref y, Length);
                else N.Columns<R, T>(new(Length, Inner, Math.Min(Tile, Inner - column)), ref a, ref b, ref y, ref m, ref s);
            }
        }

        // Many short rows are turned into columns, a tile at a time, so that the registers hold one number of each of several rows.
        readonly void ShortRows(int row, int end, ref T m, ref T s)
        {
            Span<T> scratch = new T[3 * Length * Tile];
            ref var a = ref MemoryMarshal.GetReference(scratch);
            ref var b = ref Unsafe.Add(ref a, Length * Tile);
            ref var y = ref Unsafe.Add(ref b, Length * Tile);
            var two = !ReferenceEquals(A, B);
            for (; row < end; row += Tile)
            {
                var n = Math.Min(Tile, end - row);
                var at = (nint)row * Length;
                Transpose(ref Unsafe.Add(ref A.First<T>(), at), n, Length, ref a, Length, 1, Tile);
                if (two) Transpose(ref Unsafe.Add(ref B.First<T>(), at), n, Length, ref b, Length, 1, Tile);
                N.Columns<R, T>(new(Length, Tile, n), ref a, ref b, ref y, ref m, ref s);
                Transpose(ref y, Length, Tile, ref Unsafe.Add(ref Y.First<T>(), at), n, 1, Length);
            }
        }

        static void Transpose(ref T from, int rows, int fromStride, ref T to, int columns, int toRow, int toColumn)
        {
            for (var i = 0; i < rows; i++)
                for (var j = 0; j < columns; j++)
                    Unsafe.Add(ref to, i * toRow + j * toColumn) = Unsafe.Add(ref from, i * fromStride + j);
        }
    }

    // A row shorter than this is not worth its own passes.
    const int ShortRow = 32;

    /// <summary>Lines that lie side by side as columns.</summary>
    readonly struct InColumns(int length, int stride, int columns)
    {
        /// <summary>m = the fold of each line.</summary>
        public void Fold<F, R, T>(F fold, ref T a, ref T m)
            where F : struct, IFold where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
            new FoldReducer<F, T>(fold).Columns<R>(ref a, stride, length, ref a, MemoryMarshal.CreateSpan(ref m, columns));

        /// <summary>s = Σ kernel(a, b) of each line; b is as long as a, or one number for each line.</summary>
        public void Sum<K, R, T>(K kernel, ref T a, ref T b, bool whole, ref T s)
            where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
            SumColumns<K, R, T>(kernel, ref a, stride, length, ref b, whole ? stride : 0, MemoryMarshal.CreateSpan(ref s, columns));

        /// <summary>s = kernel(s), once for each line.</summary>
        public void PerLine<K, R, T>(K kernel, ref T s)
            where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
            MapRow<K, R, T>(kernel, ref s, ref s, nuint.MaxValue, ref s, 0, ref s, columns);

        /// <summary>y = kernel(a, b, c), elementwise; b is as long as a, or one number for each line; so is always c.</summary>
        public void Map<K, R, T>(K kernel, ref T a, ref T b, bool whole, ref T c, ref T y)
            where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
        {
            for (var row = 0; row < length; row++)
            {
                var at = (nint)row * stride;
                MapRow<K, R, T>(kernel, ref Unsafe.Add(ref a, at), ref Unsafe.Add(ref b, whole ? at : 0), nuint.MaxValue, ref c, nuint.MaxValue,
                    ref Unsafe.Add(ref y, at), columns);
            }
        }
    }

    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    static void MapRow<K, R, T>(K kernel, ref T a, ref T b, nuint advanceB, ref T c, nuint advanceC, ref T y, int n)
        where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, count = (nuint)n, i = 0;
        for (; i + width <= count; i += width)
            kernel.Run(Load<R, T>(ref a, i), Load<R, T>(ref b, i & advanceB),
                K.Arity > 2 ? Load<R, T>(ref c, i & advanceC) : default, default).V.Store(ref y, i);
        if (i == count) return;
        Span<T> tail = stackalloc T[4 * Widest];
        tail.Clear();
        for (nuint k = 0; k < count - i; k++)
        {
            tail[(int)k] = Unsafe.Add(ref a, i + k);
            tail[Widest + (int)k] = Unsafe.Add(ref b, (i + k) & advanceB);
            if (K.Arity > 2) tail[2 * Widest + (int)k] = Unsafe.Add(ref c, (i + k) & advanceC);
        }
        ref var t = ref MemoryMarshal.GetReference(tail);
        kernel.Run(Load<R, T>(ref t, 0), Load<R, T>(ref t, Widest), Load<R, T>(ref t, 2 * Widest), default).V.Store(ref t, 3 * Widest);
        tail.Slice(3 * Widest, (int)(count - i)).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref y, i), (int)(count - i)));
    }

    // y = kernel(a, b, sum) of one row.
    [SkipLocalsInit]
    static void MapWithSum<K, R, T>(ref T a, ref T b, T sum, ref T y, int n)
        where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        Span<T> lanes = stackalloc T[Widest];
        lanes.Fill(sum);
        MapRow<K, R, T>(default, ref a, ref b, nuint.MaxValue, ref MemoryMarshal.GetReference(lanes), 0, ref y, n);
    }

    readonly struct Shares : ILine
    {
        public static void Row<R, T>(ref T a, ref T b, ref T y, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
            SoftmaxRow<R, T>(ref a, ref y, n);

        public static void Columns<R, T>(InColumns line, ref T a, ref T b, ref T y, ref T m, ref T s)
            where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
        {
            line.Fold<Largest, R, T>(default, ref a, ref m);
            line.Map<ExpDifference, R, T>(default, ref a, ref m, false, ref m, ref y);
            line.Sum<Itself, R, T>(default, ref y, ref y, false, ref s);
            line.PerLine<Inverse, R, T>(default, ref s);
            line.Map<Multiplied, R, T>(default, ref y, ref s, false, ref s, ref y);
        }
    }

    readonly struct LogShares : ILine
    {
        public static void Row<R, T>(ref T a, ref T b, ref T y, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
            LogSoftmaxRow<R, T>(ref a, ref y, n);

        public static void Columns<R, T>(InColumns line, ref T a, ref T b, ref T y, ref T m, ref T s)
            where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
        {
            line.Fold<Largest, R, T>(default, ref a, ref m);
            line.Sum<ExpDifference, R, T>(default, ref a, ref m, false, ref s);
            line.PerLine<Logarithm, R, T>(default, ref s);
            line.Map<LessBoth, R, T>(default, ref a, ref m, false, ref s, ref y);
        }
    }

    readonly struct SharesPull : ILine
    {
        public static void Row<R, T>(ref T a, ref T b, ref T y, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
            MapWithSum<OffMean, R, T>(ref a, ref b, SumRow<Multiplied, R, T>(default, ref a, ref b, nuint.MaxValue, n), ref y, n);

        public static void Columns<R, T>(InColumns line, ref T a, ref T b, ref T y, ref T m, ref T s)
            where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
        {
            line.Sum<Multiplied, R, T>(default, ref a, ref b, true, ref s);
            line.Map<OffMean, R, T>(default, ref a, ref b, true, ref s, ref y);
        }
    }

    readonly struct LogSharesPull : ILine
    {
        public static void Row<R, T>(ref T a, ref T b, ref T y, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
            MapWithSum<OffShare, R, T>(ref a, ref b, SumRow<Itself, R, T>(default, ref b, ref b, nuint.MaxValue, n), ref y, n);

        public static void Columns<R, T>(InColumns line, ref T a, ref T b, ref T y, ref T m, ref T s)
            where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
        {
            line.Sum<Itself, R, T>(default, ref b, ref b, true, ref s);
            line.Map<OffShare, R, T>(default, ref a, ref b, true, ref s, ref y);
        }
    }

    readonly struct Inverse : IKernel
    {
        public static int Arity => 1;
        public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => 1 / a;
    }

    readonly struct Logarithm : IKernel
    {
        public static int Arity => 1;
        public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => V.Log(a);
    }

    readonly struct Multiplied : IKernel
    {
        public static int Arity => 2;
        public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a * b;
    }

    readonly struct LessBoth : IKernel
    {
        public static int Arity => 3;
        public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a - b - c;
    }

    /// <summary>a (b − c): a share times what flows in, off its mean.</summary>
    readonly struct OffMean : IKernel
    {
        public static int Arity => 3;
        public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a * (b - c);
    }

    /// <summary>b − eᵃ c: what flows in, less the share of it all.</summary>
    readonly struct OffShare : IKernel
    {
        public static int Arity => 3;
        public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => b - V.Exp(a) * c;
    }
}

/// <summary>eᵃ⁻ᵇ.</summary>
readonly struct ExpDifference : IKernel
{
    public static int Arity => 2;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => V.Exp(a - b);
}
