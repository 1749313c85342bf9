using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// y = the fold of x over the marked axes by a step that may be taken in any order (maximum, minimum, product). There is at least
    /// one element to fold; y has x's element type and, up to axes of size 1, the kept axes.
    /// </summary>
    public static void Fold<F>(F fold, Tensor x, bool[] reduced, Tensor y) where F : struct, IFold
    {
        switch (y.DType)
        {
            case DType.Float32: Fold<F, float>(fold, x, reduced, y); break;
            case DType.Float64: Fold<F, double>(fold, x, reduced, y); break;
            case DType.Int64: Fold<F, long>(fold, x, reduced, y); break;
            case DType.Int32: Fold<F, int>(fold, x, reduced, y); break;
            case DType.Int16: Fold<F, short>(fold, x, reduced, y); break;
            case DType.Int8: Fold<F, sbyte>(fold, x, reduced, y); break;
            default: Fold<F, byte>(fold, x, reduced, y); break;
        }
    }

    static void Fold<F, T>(F fold, Tensor x, bool[] reduced, Tensor y) where F : struct, IFold where T : unmanaged, INumber<T>
    {
        var reducer = new FoldReducer<F, T>(fold);
        var action = new ReduceAction<FoldReducer<F, T>, FoldReducer<F, T>, T> { First = reducer, Next = reducer, X = x, Reduced = reduced, Y = y };
        WithRegisters<ReduceAction<FoldReducer<F, T>, FoldReducer<F, T>, T>, T>(ref action);
    }

    /// <summary>Runs <paramref name="action"/> with the widest registers the machine has.</summary>
    static void WithRegisters<A, T>(ref A action) where A : struct, IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        if (Vector512.IsHardwareAccelerated) action.Run<V512<T>>();
        else if (Vector256.IsHardwareAccelerated) action.Run<V256<T>>();
        else action.Run<V128<T>>();
    }

    interface IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        void Run<R>() where R : struct, IRegister<R, T>;
    }

    /// <summary>How numbers that lie in a row, or under each other, become one.</summary>
    interface IReducer<T> where T : unmanaged, INumber<T>
    {
        /// <summary>One number of a row of n; the one that <paramref name="m"/> holds, repeated over a register, belongs to the row.</summary>
        T Row<R>(ref T x, ref T m, int n) where R : struct, IRegister<R, T>;

        /// <summary>
        /// y[i] of the column x[i], x[stride + i], … of the given length, for every column; m[i] belongs to the column.
        /// </summary>
        void Columns<R>(ref T x, int stride, int length, ref T m, Span<T> y) where R : struct, IRegister<R, T>;
    }

    /// <summary>
    /// Reduces x as it lies in memory, without copying where it has no gaps: neighbouring axes count as one; trailing axes are
    /// rows, leading or middle ones columns. Several groups of axes go one after the other, the last first.
    /// </summary>
    struct ReduceAction<A, B, T> : IRegisterAction<T>
        where A : struct, IReducer<T> where B : struct, IReducer<T> where T : unmanaged, INumber<T>
    {
        public A First;
        public B Next;
        public Tensor X, Y;
        public Tensor? M;
        public bool[] Reduced;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            if (Y.Count == 0) return;
            var (x, sizes, reduced) = Groups(X, Reduced);
            var last = Array.LastIndexOf(reduced, true);
            if (Array.IndexOf(reduced, true) == last)
            {
                Group<R>(x, sizes, last, M, Y);
                return;
            }
            var partial = new Tensor(Shape.Own(sizes).With(last, 1), Y.DType);
            Group<R>(x, sizes, last, Spread(partial.Shape, reduced), partial);
            new ReduceAction<B, B, T> { First = Next, Next = Next, X = partial, Reduced = reduced, Y = Y }.Run<R>();
        }

        // The numbers that belong to results, repeated for the partial results of each.
        readonly Tensor? Spread(Shape partial, bool[] reduced)
        {
            if (M is null) return null;
            var sizes = partial.ToArray();
            for (var i = 0; i < sizes.Length; i++)
                if (reduced[i]) sizes[i] = 1;
            var m = new Tensor(partial, M.DType);
            Copy(M.View(Shape.Own(sizes), null, M.Offset), m);
            return m;
        }

        readonly void Group<R>(Tensor x, int[] sizes, int group, Tensor? m, Tensor y) where R : struct, IRegister<R, T>
        {
            var length = group < 0 ? 1 : sizes[group];
            var inner = 1;
            for (var i = group + 1; i < sizes.Length && group >= 0; i++) inner *= sizes[i];
            if (inner == 1)
            {
                var rows = new RowsJob<A, R, T> { Reducer = First, X = x, M = m, Y = y, Length = length, RowsOfChunk = Chunks.Units(length) };
                Team.Run((y.Count + rows.RowsOfChunk - 1) / rows.RowsOfChunk, ref rows);
                return;
            }
            var columns = new ColumnsJob<A, R, T> { Reducer = First, X = x, M = m, Y = y, Length = length, Inner = inner };
            Team.Run(columns.Count, ref columns);
        }
    }

    /// <summary>Rows that are reduced to a number each, some of them a chunk.</summary>
    struct RowsJob<A, R, T> : IJob where A : struct, IReducer<T> where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        public A Reducer;
        public Tensor X, Y;
        public Tensor? M;
        public int Length, RowsOfChunk;

        public readonly void Run(int chunk)
        {
            Span<T> own = stackalloc T[Widest];
            var y = Y.Elements<T>();
            ReadOnlySpan<T> m = M is null ? default : M.Elements<T>();
            var first = chunk * RowsOfChunk;
            var end = first + Math.Min(RowsOfChunk, y.Length - first);
            for (var i = first; i < end; i++)
            {
                if (!m.IsEmpty) own[..R.Count].Fill(m[i]);
                y[i] = Reducer.Row<R>(ref Unsafe.Add(ref X.First<T>(), (nint)i * Length), ref MemoryMarshal.GetReference(own), Length);
            }
        }
    }

    /// <summary>Columns that are reduced to a number each, some of those that lie side by side a chunk.</summary>
    struct ColumnsJob<A, R, T> : IJob where A : struct, IReducer<T> where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        // Sums of so many columns are kept at a time.
        const int Tile = 512;

        public A Reducer;
        public Tensor X, Y;
        public Tensor? M;
        public int Length, Inner;

        readonly int ColumnsOfChunk => Inner <= Tile ? Inner : Math.Min(Inner, (Chunks.Units(Length) + Tile - 1) / Tile * Tile);

        readonly int ChunksOfGroup => (Inner + ColumnsOfChunk - 1) / ColumnsOfChunk;

        readonly int GroupsOfChunk => ChunksOfGroup > 1 ? 1 : Chunks.Units((long)Length * Inner);

        readonly int GroupCount => Y.Count / Inner;

        public readonly int Count => (GroupCount + GroupsOfChunk - 1) / GroupsOfChunk * ChunksOfGroup;

        public readonly void Run(int chunk)
        {
            var (group, part) = Math.DivRem(chunk, ChunksOfGroup);
            group *= GroupsOfChunk;
            for (var end = group + Math.Min(GroupsOfChunk, GroupCount - group); group < end; group++)
                Columns(group * Inner, part * ColumnsOfChunk);
        }

        readonly void Columns(int start, int column)
        {
            Span<T> none = stackalloc T[1];
            ReadOnlySpan<T> m = M is null ? none : M.Elements<T>()[(start + column)..];
            Reducer.Columns<R>(ref Unsafe.Add(ref X.First<T>(), (nint)start * Length + column), Inner, Length,
                ref MemoryMarshal.GetReference(m), Y.Elements<T>().Slice(start + column, Math.Min(ColumnsOfChunk, Inner - column)));
        }
    }

    /// <summary>
    /// An operand without gaps, its axes put together into groups that are alternately kept and reduced. A view whose axes are only
    /// in another order is taken as it lies, as long as the kept ones stay in theirs.
    /// </summary>
    static (Tensor X, int[] Sizes, bool[] Reduced) Groups(Tensor x, bool[] reduced)
    {
        if (!x.IsContiguous) x = InMemoryOrder(x, ref reduced);
        var sizes = new List<int>(x.Rank);
        var flags = new List<bool>(x.Rank);
        for (var i = 0; i < x.Rank; i++)
        {
            var size = x.Shape[i];
            if (size == 1) continue;
            if (flags.Count > 0 && flags[^1] == reduced[i]) sizes[^1] *= size;
            else
            {
                sizes.Add(size);
                flags.Add(reduced[i]);
            }
        }
        return (x, sizes.ToArray(), flags.ToArray());
    }

    static Tensor InMemoryOrder(Tensor x, ref bool[] reduced)
    {
        var strides = x.Strides;
        var order = Enumerable.Range(0, x.Rank).OrderByDescending(axis => Math.Abs(strides[axis])).ToArray();
        int[] sizes = [.. order.Select(axis => x.Shape[axis])], sorted = [.. order.Select(axis => strides[axis])];
        var keptBefore = -1;
        foreach (var axis in order)
        {
            if (reduced[axis] || x.Shape[axis] == 1) continue;
            if (axis < keptBefore) return x.Packed();
            keptBefore = axis;
        }
        var view = x.View(Shape.Own(sizes), sorted, x.Offset);
        if (!view.IsContiguous) return x.Packed();
        var flags = reduced;
        reduced = [.. order.Select(axis => flags[axis])];
        return view;
    }

    /// <summary>
    /// Arranges a reduction as rows: the operand with its kept axes in front and its reduced axes behind, without gaps. Each
    /// row then gives one element of the result.
    /// </summary>
    public static Tensor AsRows(Tensor x, bool[] reduced, out int rowLength)
    {
        var order = Enumerable.Range(0, reduced.Length).OrderBy(axis => reduced[axis]).ToArray();
        rowLength = 1;
        var sizes = new int[order.Length];
        var strides = new int[order.Length];
        var from = x.Strides;
        for (var i = 0; i < order.Length; i++)
        {
            sizes[i] = x.Shape[order[i]];
            strides[i] = from[order[i]];
            if (reduced[order[i]]) rowLength *= sizes[i];
        }
        return x.View(Shape.Own(sizes), strides, x.Offset).Packed();
    }

    readonly struct FoldReducer<F, T>(F fold) : IReducer<T> where F : struct, IFold where T : unmanaged, INumber<T>
    {
        [SkipLocalsInit, MethodImpl(Registers.Kernel)]
        public T Row<R>(ref T x, ref T m, int n) where R : struct, IRegister<R, T>
        {
            nuint width = (nuint)R.Count, count = (nuint)n, i = 1;
            var result = new One<T>(x);
            if ((typeof(T) == typeof(float) || typeof(T) == typeof(double)) && count >= 4 * width)
            {
                Lanes<R, T> a = Load<R, T>(ref x, 0), b = Load<R, T>(ref x, width), c = Load<R, T>(ref x, 2 * width), d = Load<R, T>(ref x, 3 * width);
                for (i = 4 * width; i + 4 * width <= count; i += 4 * width)
                {
                    a = fold.Step(a, Load<R, T>(ref x, i));
                    b = fold.Step(b, Load<R, T>(ref x, i + width));
                    c = fold.Step(c, Load<R, T>(ref x, i + 2 * width));
                    d = fold.Step(d, Load<R, T>(ref x, i + 3 * width));
                }
                for (; i + width <= count; i += width) a = fold.Step(a, Load<R, T>(ref x, i));
                Span<T> lanes = stackalloc T[Widest];
                fold.Step(fold.Step(a, b), fold.Step(c, d)).V.Store(ref MemoryMarshal.GetReference(lanes), 0);
                result = new(lanes[0]);
                for (var k = 1; k < R.Count; k++) result = fold.Step(result, new One<T>(lanes[k]));
            }
            for (; i < count; i++) result = fold.Step(result, new One<T>(Unsafe.Add(ref x, i)));
            return result.V;
        }

        [MethodImpl(Registers.Kernel)]
        public void Columns<R>(ref T x, int stride, int length, ref T m, Span<T> y) where R : struct, IRegister<R, T>
        {
            MemoryMarshal.CreateSpan(ref x, y.Length).CopyTo(y);
            ref var to = ref MemoryMarshal.GetReference(y);
            nuint width = (nuint)R.Count, n = (nuint)y.Length;
            for (var row = 1; row < length; row++)
            {
                x = ref Unsafe.Add(ref x, stride);
                nuint i = 0;
                if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
                    for (; i + width <= n; i += width)
                        fold.Step(Load<R, T>(ref to, i), Load<R, T>(ref x, i)).V.Store(ref to, i);
                for (; i < n; i++)
                    Unsafe.Add(ref to, i) = fold.Step(new One<T>(Unsafe.Add(ref to, i)), new One<T>(Unsafe.Add(ref x, i))).V;
            }
        }
    }
}

/// <summary>A step that takes two numbers to one, and whose order does not matter.</summary>
interface IFold
{
    V Step<V>(V a, V b) where V : IReal<V>;
}

/// <summary>The largest; NaN if there is one.</summary>
readonly struct Largest : IFold
{
    public V Step<V>(V a, V b) where V : IReal<V> => V.Max(a, b);
}

/// <summary>The smallest; NaN if there is one.</summary>
readonly struct Smallest : IFold
{
    public V Step<V>(V a, V b) where V : IReal<V> => V.Min(a, b);
}

/// <summary>The product.</summary>
readonly struct Times : IFold
{
    public V Step<V>(V a, V b) where V : IReal<V> => a * b;
}
