using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// The innermost part of a product: a few rows by two registers of columns, their sums kept in registers over the whole depth. Every element
/// is summed in the same order whatever tile it falls into, so results do not depend on how a product is cut.
/// </summary>
static unsafe class Tile
{
    // The widest register holds 16 floats.
    const int Widest = 16;

    /// <summary>Rows of a full tile, and the width of a packed panel of A: as many as there are registers for.</summary>
    public static int Rows<R, T>() where R : struct, IRegister<R, T> where T : unmanaged =>
        R.Count * sizeof(T) == 64 || AdvSimd.Arm64.IsSupported ? 8 : 6;

    /// <summary>Columns of a full tile, and the width of a packed panel of B.</summary>
    public static int Columns<R, T>() where R : struct, IRegister<R, T> where T : unmanaged => 2 * R.Count;

    /// <summary>
    /// C (rows × columns) = the epilogue of A·B for at most one panel of columns: element (r, d) of A lies at
    /// <c>a[r·aLine + d·aDepth]</c> within a tile, the tiles <paramref name="aTile"/> apart; depth d of B at <c>b[d·bDepth]</c>, padded to a
    /// whole number of registers.
    /// </summary>
    public static void Run<R, T>(
        int rows, int columns, int depth, T* a, nint aLine, nint aDepth, nint aTile, T* b, nint bDepth, T* c, nint cLine, in Epilogue<T> e)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        int full = Rows<R, T>(), rest = columns % R.Count;
        if (R.Count * sizeof(T) == 64 && Partial.IsFast && rest > 0 && 2 * rest <= R.Count)
        {
            // Registers of half the width take half the time for the last few columns.
            var whole = columns - rest;
            if (whole > 0) Run<R, T, One>(full, rows, whole, depth, a, aLine, aDepth, aTile, b, bDepth, c, cLine, e);
            Run<V256<T>, T, One>(full, rows, rest, depth, a, aLine, aDepth, aTile, b + whole, bDepth, c + whole, cLine, e.At(0, whole));
        }
        else if (columns > R.Count) Run<R, T, Two>(full, rows, columns, depth, a, aLine, aDepth, aTile, b, bDepth, c, cLine, e);
        else Run<R, T, One>(full, rows, columns, depth, a, aLine, aDepth, aTile, b, bDepth, c, cLine, e);
    }

    [SkipLocalsInit]
    static void Run<R, T, W>(
        int full, int rows, int columns, int depth, T* a, nint aLine, nint aDepth, nint aTile, T* b, nint bDepth, T* c, nint cLine, in Epilogue<T> e)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> where W : struct, ICount
    {
        T* spare = stackalloc T[8 * 2 * Widest];
        var call = new TileCall<T>
        {
            Depth = depth,
            ALine = aLine,
            ADepth = aDepth,
            ATile = aTile,
            B = b,
            BDepth = bDepth,
            CLine = cLine,
            Columns = columns,
            Epilogue = e,
            Spare = spare,
        };
        var tiles = rows / full;
        if (tiles > 0)
        {
            if (full == 8) Run<R, T, Eight, W>(call, tiles, a, c, 0);
            else Run<R, T, Six, W>(call, tiles, a, c, 0);
        }
        a += tiles * aTile;
        c += tiles * full * cLine;
        var row = tiles * full;
        // What is left of the rows: at most two smaller tiles.
        while (row < rows)
        {
            var left = rows - row;
            var count = left >= 6 ? 6 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
            switch (count)
            {
                case 6: Run<R, T, Six, W>(call, 1, a, c, row); break;
                case 4: Run<R, T, Four, W>(call, 1, a, c, row); break;
                case 2: Run<R, T, Two, W>(call, 1, a, c, row); break;
                default: Run<R, T, One, W>(call, 1, a, c, row); break;
            }
            row += count;
            a += count * aLine;
            c += count * cLine;
        }
    }

    // A run of tiles of N rows by W registers under each other.
    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    static void Run<R, T, N, W>(in TileCall<T> call, int tiles, T* a, T* c, int row)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> where N : struct, ICount where W : struct, ICount
    {
        nint s1 = call.ALine, s2 = 2 * s1, s3 = 3 * s1, s4 = 4 * s1, s5 = 5 * s1, next = call.ADepth, nextB = call.BDepth, line = call.CLine;
        ref readonly var e = ref call.Epilogue;
        var full = call.Columns == W.Value * R.Count;
        var plain = !e.Scales && e.RowBias == null && (full || (Partial.IsFast && R.Count * sizeof(T) >= 32 && !e.Adds));
        var rest = call.Columns - (W.Value - 1) * R.Count;
        var mask = Partial.Mask<R, T>(rest);
        for (; tiles > 0; tiles--, a += call.ATile, c += N.Value * line, row += N.Value)
        {
            if (plain && !e.Adds) Fetch<R, T, N, W>(c, line);
            Sums<R, T, W> c0 = default;
            if (plain && e.ColumnBias != null) c0.Load(e.ColumnBias, rest, mask);
            Sums<R, T, W> c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
            if (plain && e.Adds) Add<R, T, N, W>(c, line, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
            T* p = a, q = call.B;
            nint left = call.Depth;
            for (; left >= 4; left -= 4)
            {
                Step<R, T, N, W>(p, s1, s2, s3, s4, s5, q, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
                Step<R, T, N, W>(p += next, s1, s2, s3, s4, s5, q += nextB, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
                Step<R, T, N, W>(p += next, s1, s2, s3, s4, s5, q += nextB, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
                Step<R, T, N, W>(p += next, s1, s2, s3, s4, s5, q += nextB, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
                p += next;
                q += nextB;
            }
            for (; left > 0; left--, p += next, q += nextB)
                Step<R, T, N, W>(p, s1, s2, s3, s4, s5, q, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
            var to = plain ? c : call.Spare;
            var step = plain ? line : W.Value * R.Count;
            if (plain && !full) Store<R, T, N, W>(c, line, rest, mask, c0, c1, c2, c3, c4, c5, c6, c7);
            else Store<R, T, N, W>(to, step, c0, c1, c2, c3, c4, c5, c6, c7);
            if (!plain) Finish<R, T>(to, step, N.Value, call, c, row);
        }
    }

    // The memory that a tile will be stored to comes into the cache while it is computed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Fetch<R, T, N, W>(T* c, nint line) where R : struct, IRegister<R, T> where T : unmanaged where N : struct, ICount where W : struct, ICount
    {
        if (!Sse.IsSupported) return;
        var second = W.Value * R.Count * sizeof(T) - 1;
        for (var r = 0; r < N.Value; r++, c += line)
        {
            Sse.Prefetch0(c);
            if (second >= 64) Sse.Prefetch0((byte*)c + second);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add<R, T, N, W>(
        T* c, nint line,
        ref Sums<R, T, W> c0, ref Sums<R, T, W> c1, ref Sums<R, T, W> c2, ref Sums<R, T, W> c3,
        ref Sums<R, T, W> c4, ref Sums<R, T, W> c5, ref Sums<R, T, W> c6, ref Sums<R, T, W> c7)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> where N : struct, ICount where W : struct, ICount
    {
        c0.Add(c);
        if (N.Value > 1) c1.Add(c + line);
        if (N.Value > 2) c2.Add(c + 2 * line);
        if (N.Value > 3) c3.Add(c + 3 * line);
        if (N.Value > 4) c4.Add(c + 4 * line);
        if (N.Value > 5) c5.Add(c + 5 * line);
        if (N.Value > 6) c6.Add(c + 6 * line);
        if (N.Value > 7) c7.Add(c + 7 * line);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<R, T, N, W>(
        T* c, nint line,
        in Sums<R, T, W> c0, in Sums<R, T, W> c1, in Sums<R, T, W> c2, in Sums<R, T, W> c3,
        in Sums<R, T, W> c4, in Sums<R, T, W> c5, in Sums<R, T, W> c6, in Sums<R, T, W> c7)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> where N : struct, ICount where W : struct, ICount
    {
        c0.Store(c);
        if (N.Value > 1) c1.Store(c + line);
        if (N.Value > 2) c2.Store(c + 2 * line);
        if (N.Value > 3) c3.Store(c + 3 * line);
        if (N.Value > 4) c4.Store(c + 4 * line);
        if (N.Value > 5) c5.Store(c + 5 * line);
        if (N.Value > 6) c6.Store(c + 6 * line);
        if (N.Value > 7) c7.Store(c + 7 * line);
    }

    // The same with part of the last register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<R, T, N, W>(
        T* c, nint line, int rest, R mask,
        in Sums<R, T, W> c0, in Sums<R, T, W> c1, in Sums<R, T, W> c2, in Sums<R, T, W> c3,
        in Sums<R, T, W> c4, in Sums<R, T, W> c5, in Sums<R, T, W> c6, in Sums<R, T, W> c7)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> where N : struct, ICount where W : struct, ICount
    {
        c0.Store(c, rest, mask);
        if (N.Value > 1) c1.Store(c + line, rest, mask);
        if (N.Value > 2) c2.Store(c + 2 * line, rest, mask);
        if (N.Value > 3) c3.Store(c + 3 * line, rest, mask);
        if (N.Value > 4) c4.Store(c + 4 * line, rest, mask);
        if (N.Value > 5) c5.Store(c + 5 * line, rest, mask);
        if (N.Value > 6) c6.Store(c + 6 * line, rest, mask);
        if (N.Value > 7) c7.Store(c + 7 * line, rest, mask);
    }

    // One depth: every row's element times the registers of B.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Step<R, T, N, W>(
        T* a, nint s1, nint s2, nint s3, nint s4, nint s5, T* b,
        ref Sums<R, T, W> c0, ref Sums<R, T, W> c1, ref Sums<R, T, W> c2, ref Sums<R, T, W> c3,
        ref Sums<R, T, W> c4, ref Sums<R, T, W> c5, ref Sums<R, T, W> c6, ref Sums<R, T, W> c7)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> where N : struct, ICount where W : struct, ICount
    {
        R low = R.Load(ref *b, 0), high = W.Value > 1 ? R.Load(ref *b, (nuint)R.Count) : default;
        c0.Step(*a, low, high);
        if (N.Value > 1) c1.Step(a[s1], low, high);
        if (N.Value > 2) c2.Step(a[s2], low, high);
        if (N.Value > 3) c3.Step(a[s3], low, high);
        if (N.Value > 4) c4.Step(a[s4], low, high);
        if (N.Value > 5) c5.Step(a[s5], low, high);
        if (N.Value > 6) c6.Step(a[s3 + s3], low, high);
        if (N.Value > 7) c7.Step((a + s3 + s3)[s1], low, high);
    }

    /// <summary>What tiles at the edge, or with more than a plain epilogue, do with their sums.</summary>
    [MethodImpl(Registers.Kernel)]
    public static void Finish<R, T>(T* tile, nint stride, int rows, in TileCall<T> call, T* c, int row)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        ref readonly var e = ref call.Epilogue;
        for (var j = 0; j < call.Columns; j += R.Count)
        {
            var count = Math.Min(R.Count, call.Columns - j);
            var mask = Partial.Mask<R, T>(count);
            var bias = e.ColumnBias != null ? Partial.Load(e.ColumnBias + j, count, mask) : R.Create(T.Zero);
            var from = tile + j;
            var to = c + j;
            var plain = e.IsPlain;
            for (var r = 0; r < rows; r++, from += stride, to += call.CLine)
            {
                var y = R.Load(ref *from, 0);
                if (!plain)
                {
                    y = y * R.Create(e.Scale) + bias;
                    if (e.RowBias != null) y += R.Create(e.RowBias[row + r]);
                    if (e.Adds) y += Partial.Load(to, count, mask);
                }
                if (count == R.Count) y.Store(ref *to, 0);
                else Partial.Store(y, to, count, mask);
            }
        }
    }
}

/// <summary>What the tiles of one panel have in common.</summary>
unsafe struct TileCall<T> where T : unmanaged, INumber<T>
{
    public int Depth, Columns;
    public nint ALine, ADepth, ATile, BDepth, CLine;
    public T* B, Spare;
    public Epilogue<T> Epilogue;
}

/// <summary>The sums of one row of a tile, in one or two registers.</summary>
unsafe struct Sums<R, T, W> where R : struct, IRegister<R, T> where T : unmanaged where W : struct, ICount
{
    R low, high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step(T a, R b0, R b1)
    {
        var x = R.Create(a);
        low = R.MultiplyAdd(x, b0, low);
        if (W.Value > 1) high = R.MultiplyAdd(x, b1, high);
    }

    /// <summary>Begins with what lies at p; of the last register just so many numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load(T* p, int rest, R mask)
    {
        if (W.Value > 1)
        {
            low = R.Load(ref *p, 0);
            high = Partial.Load(p + R.Count, rest, mask);
        }
        else
        {
            low = Partial.Load(p, rest, mask);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T* p)
    {
        low += R.Load(ref *p, 0);
        if (W.Value > 1) high += R.Load(ref *p, (nuint)R.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(T* p)
    {
        low.Store(ref *p, 0);
        if (W.Value > 1) high.Store(ref *p, (nuint)R.Count);
    }

    /// <summary>Stores all but what lies beyond the given part of the last register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(T* p, int rest, R mask)
    {
        if (W.Value > 1)
        {
            low.Store(ref *p, 0);
            Partial.Store(high, p + R.Count, rest, mask);
        }
        else
        {
            Partial.Store(low, p, rest, mask);
        }
    }
}

/// <summary>A number known when a loop is compiled.</summary>
interface ICount
{
    static abstract int Value { get; }
}

readonly struct One : ICount
{
    public static int Value => 1;
}

readonly struct Two : ICount
{
    public static int Value => 2;
}

readonly struct Four : ICount
{
    public static int Value => 4;
}

readonly struct Six : ICount
{
    public static int Value => 6;
}

readonly struct Eight : ICount
{
    public static int Value => 8;
}
