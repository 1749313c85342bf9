using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// A few vectors times a matrix that is read in place, where it lies: as dot products with its lines if those run along the depth, as a sum
/// of its rows otherwise. Packing the matrix would cost more than multiplying it.
/// </summary>
unsafe struct VectorProductJob<F, R, T> : IJob
    where F : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
{
    /// <summary>As many vectors as dot products are faster for than tiles.</summary>
    public const int MostVectors = 8;

    // Elements of the matrix worth a chunk of their own: they come from memory.
    const int Worthwhile = 1 << 17;

    // Columns whose sums stay in the first-level cache.
    const int MostColumns = 2048;

    public T* Vectors, Matrix, C;
    public nint VectorStride, LineStride, DepthStride, CLine;
    public int Count, Lines, Depth;
    public Epilogue<T> Epilogue;
    public F Activation;

    readonly int ChunkLines
    {
        get
        {
            long wanted = Math.Clamp((long)Lines * Depth / Worthwhile, 1, 16), lines = (Lines + wanted - 1) / wanted;
            if (DepthStride != 1) lines = Math.Min(lines, MostColumns);
            return (int)((lines + 63) / 64 * 64);
        }
    }

    public readonly int Chunks => (Lines + ChunkLines - 1) / ChunkLines;

    public readonly void Run(int chunk)
    {
        int start = chunk * ChunkLines, count = Math.Min(ChunkLines, Lines - start);
        var sums = Workspace.Own<T>(MostVectors * (nint)ChunkLines);
        var matrix = Matrix + start * LineStride;
        if (DepthStride != 1)
        {
            new Span<T>(sums, count).Clear();
            AddRows(Vectors, matrix, sums, count);
            Store(0, sums, start, count);
            return;
        }
        var v = 0;
        for (; v + 4 <= Count; v += 4) Dots<Four>(v, matrix, sums, start, count);
        for (; v + 2 <= Count; v += 2) Dots<Two>(v, matrix, sums, start, count);
        for (; v < Count; v++) Dots<One>(v, matrix, sums, start, count);
    }

    readonly void Dots<N>(int vector, T* matrix, T* sums, int start, int count) where N : struct, ICount
    {
        Multiply<N>(Vectors + vector * VectorStride, matrix, sums, count);
        for (var v = 0; v < N.Value; v++) Store(vector + v, sums + v * count, start, count);
    }

    readonly void Store(int row, T* sums, int column, int count)
    {
        var call = new TileCall<T> { Columns = count, CLine = CLine, Epilogue = Epilogue.At(row, column) };
        var c = C + row * CLine + column;
        Tile.Finish<R, T>(sums, 0, 1, call, c, 0);
        if (typeof(F) != typeof(NoActivation)) Rows.Apply<F, R, T>(Activation, c, CLine, 1, count);
    }

    // sums[v, j] = vector v · line j: four lines at a time, so that every number read of a vector serves four sums.
    [MethodImpl(Registers.Kernel)]
    readonly void Multiply<N>(T* x, T* matrix, T* sums, int count) where N : struct, ICount
    {
        nint stride = VectorStride, next = LineStride;
        int whole = Depth / R.Count * R.Count, rest = Depth - whole;
        var j = 0;
        for (; j + 4 <= count; j += 4, matrix += 4 * next)
        {
            Four4 a = default, b = default, c = default, d = default;
            T* p = x, q = matrix;
            for (var end = p + whole; p < end; p += R.Count, q += R.Count)
            {
                R y0 = R.Load(ref *q, 0), y1 = R.Load(ref q[next], 0), y2 = R.Load(ref q[2 * next], 0), y3 = R.Load(ref q[3 * next], 0);
                a.Step(R.Load(ref *p, 0), y0, y1, y2, y3);
                if (N.Value > 1) b.Step(R.Load(ref p[stride], 0), y0, y1, y2, y3);
                if (N.Value > 2) c.Step(R.Load(ref p[2 * stride], 0), y0, y1, y2, y3);
                if (N.Value > 3) d.Step(R.Load(ref p[3 * stride], 0), y0, y1, y2, y3);
            }
            if (rest > 0)
            {
                R y0 = Partial.Load<R, T>(q, rest), y1 = Partial.Load<R, T>(q + next, rest);
                R y2 = Partial.Load<R, T>(q + 2 * next, rest), y3 = Partial.Load<R, T>(q + 3 * next, rest);
                a.Step(Partial.Load<R, T>(p, rest), y0, y1, y2, y3);
                if (N.Value > 1) b.Step(Partial.Load<R, T>(p + stride, rest), y0, y1, y2, y3);
                if (N.Value > 2) c.Step(Partial.Load<R, T>(p + 2 * stride, rest), y0, y1, y2, y3);
                if (N.Value > 3) d.Step(Partial.Load<R, T>(p + 3 * stride, rest), y0, y1, y2, y3);
            }
            a.Store(sums + j);
            if (N.Value > 1) b.Store(sums + count + j);
            if (N.Value > 2) c.Store(sums + 2 * count + j);
            if (N.Value > 3) d.Store(sums + 3 * count + j);
        }
        for (; j < count; j++, matrix += next)
            for (var v = 0; v < N.Value; v++) sums[v * count + j] = Dot(x + v * stride, matrix, whole, rest);
    }

    // The same order of summation as above: one register, its lanes put together at the end.
    static T Dot(T* x, T* y, int whole, int rest)
    {
        var sum = R.Create(T.Zero);
        for (var i = 0; i < whole; i += R.Count) sum = R.MultiplyAdd(R.Load(ref x[i], 0), R.Load(ref y[i], 0), sum);
        if (rest > 0) sum = R.MultiplyAdd(Partial.Load<R, T>(x + whole, rest), Partial.Load<R, T>(y + whole, rest), sum);
        return Rows.Sum<R, T>(sum);
    }

    // sums += Σ x[d] · row d: four rows at a time, in the order of the depth.
    [MethodImpl(Registers.Kernel)]
    readonly void AddRows(T* x, T* matrix, T* sums, int count)
    {
        nint next = DepthStride;
        var d = 0;
        for (; d + 4 <= Depth; d += 4, matrix += 4 * next)
        {
            R x0 = R.Create(x[d]), x1 = R.Create(x[d + 1]), x2 = R.Create(x[d + 2]), x3 = R.Create(x[d + 3]);
            var j = 0;
            for (; j + R.Count <= count; j += R.Count)
            {
                var q = matrix + j;
                var sum = R.MultiplyAdd(x0, R.Load(ref *q, 0), R.Load(ref sums[j], 0));
                sum = R.MultiplyAdd(x1, R.Load(ref q[next], 0), sum);
                sum = R.MultiplyAdd(x2, R.Load(ref q[2 * next], 0), sum);
                R.MultiplyAdd(x3, R.Load(ref q[3 * next], 0), sum).Store(ref sums[j], 0);
            }
            var rest = count - j;
            if (rest == 0) continue;
            var p = matrix + j;
            var last = R.MultiplyAdd(x0, Partial.Load<R, T>(p, rest), Partial.Load<R, T>(sums + j, rest));
            last = R.MultiplyAdd(x1, Partial.Load<R, T>(p + next, rest), last);
            last = R.MultiplyAdd(x2, Partial.Load<R, T>(p + 2 * next, rest), last);
            Partial.Store(R.MultiplyAdd(x3, Partial.Load<R, T>(p + 3 * next, rest), last), sums + j, rest);
        }
        for (; d < Depth; d++, matrix += next)
        {
            var factor = R.Create(x[d]);
            for (var j = 0; j < count; j += R.Count)
            {
                var left = Math.Min(R.Count, count - j);
                var sum = R.MultiplyAdd(factor, Partial.Load<R, T>(matrix + j, left), Partial.Load<R, T>(sums + j, left));
                Partial.Store(sum, sums + j, left);
            }
        }
    }

    // The sums of one vector with four lines.
    struct Four4
    {
        R s0, s1, s2, s3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(R x, R y0, R y1, R y2, R y3)
        {
            s0 = R.MultiplyAdd(x, y0, s0);
            s1 = R.MultiplyAdd(x, y1, s1);
            s2 = R.MultiplyAdd(x, y2, s2);
            s3 = R.MultiplyAdd(x, y3, s3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(T* to)
        {
            to[0] = Rows.Sum<R, T>(s0);
            to[1] = Rows.Sum<R, T>(s1);
            to[2] = Rows.Sum<R, T>(s2);
            to[3] = Rows.Sum<R, T>(s3);
        }
    }
}
