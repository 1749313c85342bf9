using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// What attention does with the rows of a block of scores. Rows lie a whole number of registers apart; what is beyond their keys is filled up here. Row i
/// sees the first <c>seen + i</c> keys of the block, and the scores of the others are −∞.
/// </summary>
static unsafe class AttentionRows
{
    // The widest register holds 16 numbers.
    const int Widest = 16;

    /// <summary>How far apart rows of so many keys lie.</summary>
    public static int Line(int keys) => (keys + Widest - 1) / Widest * Widest;

    /// <summary>
    /// s ← e^(s − m) with m the largest score of the row so far. Where it is larger than before, the sums and the row of results y that go by the old one are
    /// brought down to it. The new ones are added to the sums.
    /// </summary>
    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    public static void Weigh<R, T>(T* scores, int rows, int keys, int seen, T* most, T* sums, T* y, nint yLine, int width)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var never = T.CreateTruncating(double.NegativeInfinity);
        var line = Line(keys);
        for (var i = 0; i < rows; i++, scores += line, y += yLine)
        {
            for (var j = keys; j < line; j++) scores[j] = never;
            var n = Whole<R, T>(Math.Clamp(seen + i, 0, keys));
            T larger = Largest<R, T>(scores, n), old = most[i];
            if (larger == never && old == never)
            {
                Clear<R, T>(scores, 0, line);
                continue;
            }
            // Not Max: a NaN stays.
            var now = old > larger ? old : larger;
            most[i] = now;
            R off = R.Create(now), a = R.Create(T.Zero), b = a;
            var k = 0;
            for (; k + 2 * R.Count <= n; k += 2 * R.Count)
            {
                R p = VectorMath.Exp<R, T>(R.Load(ref scores[k], 0) - off), q = VectorMath.Exp<R, T>(R.Load(ref scores[k], (nuint)R.Count) - off);
                p.Store(ref scores[k], 0);
                q.Store(ref scores[k], (nuint)R.Count);
                a += p;
                b += q;
            }
            if (k < n)
            {
                var p = VectorMath.Exp<R, T>(R.Load(ref scores[k], 0) - off);
                p.Store(ref scores[k], 0);
                a += p;
            }
            Clear<R, T>(scores, n, line);
            var added = R.Sum(a + b);
            if (old == never || old == now)
            {
                sums[i] += added;
                continue;
            }
            var kept = T.CreateTruncating(Math.Exp(double.CreateTruncating(old - now)));
            sums[i] = sums[i] * kept + added;
            for (var j = 0; j < width; j++) y[j] *= kept;
        }
    }

    /// <summary>p = e^(s − logSum) in place of the scores, and ds = p·(dp − overlap) in place of dp; 0 in a row that sees nothing.</summary>
    [MethodImpl(Registers.Kernel)]
    public static void Slopes<R, T>(T* scores, T* slopes, int rows, int keys, int seen, T* logSums, T* overlaps)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var never = T.CreateTruncating(double.NegativeInfinity);
        var line = Line(keys);
        for (var i = 0; i < rows; i++, scores += line, slopes += line)
        {
            for (var j = keys; j < line; j++) scores[j] = never;
            var n = logSums[i] == never ? 0 : Whole<R, T>(Math.Clamp(seen + i, 0, keys));
            R off = R.Create(logSums[i]), overlap = R.Create(overlaps[i]);
            for (var k = 0; k < n; k += R.Count)
            {
                var p = VectorMath.Exp<R, T>(R.Load(ref scores[k], 0) - off);
                p.Store(ref scores[k], 0);
                (p * (R.Load(ref slopes[k], 0) - overlap)).Store(ref slopes[k], 0);
            }
            Clear<R, T>(scores, n, line);
            Clear<R, T>(slopes, n, line);
        }
    }

    /// <summary>Σ y·dy of each row.</summary>
    [MethodImpl(Registers.Kernel)]
    public static void Overlaps<R, T>(T* y, T* dy, nint line, int rows, int width, T* overlaps) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        for (var i = 0; i < rows; i++, y += line, dy += line)
        {
            var sum = R.Create(T.Zero);
            var j = 0;
            for (; j + R.Count <= width; j += R.Count) sum = R.MultiplyAdd(R.Load(ref y[j], 0), R.Load(ref dy[j], 0), sum);
            if (j < width) sum = R.MultiplyAdd(Partial.Load<R, T>(y + j, width - j), Partial.Load<R, T>(dy + j, width - j), sum);
            overlaps[i] = R.Sum(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Whole<R, T>(int keys) where R : struct, IRegister<R, T> where T : unmanaged => (keys + R.Count - 1) / R.Count * R.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Clear<R, T>(T* row, int from, int to) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        for (; from < to; from += R.Count) R.Create(T.Zero).Store(ref row[from], 0);
    }

    // NaN if one is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Largest<R, T>(T* row, int n) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var largest = T.CreateTruncating(double.NegativeInfinity);
        var top = R.Create(largest);
        for (var k = 0; k < n; k += R.Count) top = R.Max(top, R.Load(ref row[k], 0));
        var lanes = stackalloc T[Widest];
        top.Store(ref *lanes, 0);
        for (var k = 0; k < R.Count; k++)
        {
            if (T.IsNaN(lanes[k])) return lanes[k];
            if (lanes[k] > largest) largest = lanes[k];
        }
        return largest;
    }
}
