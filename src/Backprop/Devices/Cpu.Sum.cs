using System.Numerics;
using System.Runtime.Intrinsics;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
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

    /// <summary>y = Σ x over the marked axes. Float sums are gathered block by block in double, so the error does not grow with the length.</summary>
    public static void Sum(Tensor x, bool[] reduced, Tensor y)
    {
        if (y.DType == DType.Float32) Sum<float>(x, reduced, y);
        else if (y.DType == DType.Float64) Sum<double>(x, reduced, y);
        else SumWhole(x, reduced, y);
    }

    static void SumWhole(Tensor x, bool[] reduced, Tensor y)
    {
        var rows = AsRows(x, reduced, out var length).Elements<long>();
        var to = y.Elements<long>();
        for (var i = 0; i < to.Length; i++)
        {
            var sum = 0L;
            foreach (var v in rows.Slice(i * length, length)) sum += v;
            to[i] = sum;
        }
    }

    static void Sum<T>(Tensor x, bool[] reduced, Tensor y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var to = y.Elements<T>();
        if (to.IsEmpty) return;
        if (x.IsContiguous && LeadingOnly(reduced))
        {
            SumColumns<T>(x.Elements<T>(), to);
            return;
        }
        ReadOnlySpan<T> rows = AsRows(x, reduced, out var length).Elements<T>();
        for (var i = 0; i < to.Length; i++) to[i] = SumRow(rows.Slice(i * length, length));
    }

    static bool LeadingOnly(bool[] reduced)
    {
        var last = Array.LastIndexOf(reduced, true);
        return last >= 0 && last < reduced.Length - 1 && Array.IndexOf(reduced, false) > last;
    }

    static T SumRow<T>(ReadOnlySpan<T> row) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (row.Length < 16)
        {
            var few = 0.0;
            foreach (var v in row) few += double.CreateTruncating(v);
            return T.CreateTruncating(few);
        }
        if (Vector512.IsHardwareAccelerated) return SumRow<V512<T>, T>(row);
        if (Vector256.IsHardwareAccelerated) return SumRow<V256<T>, T>(row);
        return SumRow<V128<T>, T>(row);
    }

    // Blocks are summed in four registers; the sums of blocks in double.
    static T SumRow<R, T>(ReadOnlySpan<T> row) where R : struct, IRegister<R, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int blockLength = 1024;
        var total = 0.0;
        Span<T> lanes = stackalloc T[Widest];
        while (!row.IsEmpty)
        {
            var block = row[..Math.Min(blockLength, row.Length)];
            row = row[block.Length..];
            ref var p = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(block);
            nuint width = (nuint)R.Count, n = (nuint)block.Length, i = 0;
            R s0 = R.Create(T.Zero), s1 = s0, s2 = s0, s3 = s0;
            for (; i + 4 * width <= n; i += 4 * width)
            {
                s0 += R.Load(ref p, i);
                s1 += R.Load(ref p, i + width);
                s2 += R.Load(ref p, i + 2 * width);
                s3 += R.Load(ref p, i + 3 * width);
            }
            ((s0 + s1) + (s2 + s3)).Store(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(lanes), 0);
            foreach (var v in lanes[..R.Count]) total += double.CreateTruncating(v);
            foreach (var v in block[(int)i..]) total += double.CreateTruncating(v);
        }
        return T.CreateTruncating(total);
    }

    static void SumColumns<T>(ReadOnlySpan<T> x, Span<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int width = 256;
        Span<double> sums = stackalloc double[width];
        for (var start = 0; start < y.Length; start += width)
        {
            var columns = Math.Min(width, y.Length - start);
            sums.Clear();
            for (var row = start; row < x.Length; row += y.Length)
            {
                var values = x.Slice(row, columns);
                for (var i = 0; i < columns; i++) sums[i] += double.CreateTruncating(values[i]);
            }
            for (var i = 0; i < columns; i++) y[start + i] = T.CreateTruncating(sums[i]);
        }
    }
}
