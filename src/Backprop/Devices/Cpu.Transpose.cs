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
        var job = new TransposeJob<T> { X = x, Y = y, From = from, To = to, Side = side, Rows = rows, Columns = columns };
        Team.Run(job.Count, ref job);
        return true;
    }

    /// <summary>Bands of rows of all matrices.</summary>
    struct TransposeJob<T> : IJob where T : unmanaged
    {
        public Tensor X, Y;
        public int[] From, To;
        public int Side, Rows, Columns;

        readonly int Band => Math.Min(Rows, (Chunks.Units(Columns) + TransposeTile - 1) / TransposeTile * TransposeTile);

        readonly int Bands => (Rows + Band - 1) / Band;

        // Of small matrices several make a chunk.
        readonly int BandsOfChunk => Chunks.Units((long)Band * Columns);

        readonly int AllBands => Y.Count / (Rows * Columns) * Bands;

        public readonly int Count => (AllBands + BandsOfChunk - 1) / BandsOfChunk;

        public readonly void Run(int chunk)
        {
            var band = chunk * BandsOfChunk;
            for (var end = band + Math.Min(BandsOfChunk, AllBands - band); band < end; band++)
            {
                var (matrix, row) = Math.DivRem(band, Bands);
                row *= Band;
                nint source = row, target = (nint)row * To[Side];
                for (var axis = Y.Rank - 2; axis >= 0; axis--)
                {
                    if (axis == Side) continue;
                    (matrix, var index) = Math.DivRem(matrix, Y.Shape[axis]);
                    source += (nint)index * From[axis];
                    target += (nint)index * To[axis];
                }
                Transpose(ref Unsafe.Add(ref X.First<T>(), source), From[^1], ref Unsafe.Add(ref Y.First<T>(), target), To[Side],
                    Math.Min(Band, Rows - row), Columns);
            }
        }
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
