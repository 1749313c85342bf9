using System.Runtime.CompilerServices;

namespace Backprop.Devices;

static partial class Cpu
{
    const int TransposeTile = 16;

    /// <summary>
    /// Copies a view whose last axis lies far apart in memory while another's neighbours lie side by side: square tiles use every line of the
    /// cache that they touch. False, and nothing done, for any other view.
    /// </summary>
    static bool Transpose<T>(Tensor x, Tensor y) where T : unmanaged
    {
        var rank = y.Rank;
        if (rank < 2 || x.Shape != y.Shape) return false;
        int[] from = x.Strides, to = y.Strides;
        var side = Array.FindLastIndex(from, rank - 2, stride => stride == 1);
        int columns = y.Shape[^1], rows = side < 0 ? 0 : y.Shape[side];
        if (from[^1] is 0 or 1 || rows < TransposeTile || columns < TransposeTile) return false;
        Span<int> index = stackalloc int[rank];
        index.Clear();
        nint source = 0, target = 0;
        var matrices = y.Count / (rows * columns);
        for (var matrix = 0; matrix < matrices; matrix++)
        {
            Transpose(ref Unsafe.Add(ref x.First<T>(), source), from[^1], ref Unsafe.Add(ref y.First<T>(), target), to[side], rows, columns);
            for (var axis = rank - 2; axis >= 0; axis--)
            {
                if (axis == side) continue;
                source += from[axis];
                target += to[axis];
                if (++index[axis] < y.Shape[axis]) break;
                source -= (nint)from[axis] * index[axis];
                target -= (nint)to[axis] * index[axis];
                index[axis] = 0;
            }
        }
        return true;
    }

    // y[r, c] = x[c, r]: rows of x lie xStride apart, rows of y yStride.
    static void Transpose<T>(ref T x, nint xStride, ref T y, nint yStride, int rows, int columns) where T : unmanaged
    {
        for (var top = 0; top < rows; top += TransposeTile)
            for (var left = 0; left < columns; left += TransposeTile)
            {
                int bottom = Math.Min(top + TransposeTile, rows), right = Math.Min(left + TransposeTile, columns);
                for (var r = top; r < bottom; r++)
                {
                    ref var row = ref Unsafe.Add(ref y, r * yStride);
                    for (var c = left; c < right; c++) Unsafe.Add(ref row, c) = Unsafe.Add(ref x, c * xStride + r);
                }
            }
    }
}
