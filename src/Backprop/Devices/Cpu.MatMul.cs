using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>y = a·b over the last two axes; axes in front are broadcast. Any strides; one element type; y is new and contiguous.</summary>
    public static void MatMul(Tensor a, Tensor b, Tensor y)
    {
        var action = new MatMulAction { A = a, B = b, Y = y };
        y.DType.Dispatch(ref action);
    }

    struct MatMulAction : ITypedAction
    {
        public Tensor A, B, Y;

        public readonly void Run<T>() where T : unmanaged, INumber<T>
        {
            if (Y.Count == 0) return;
            int rank = Y.Rank, m = Y.Shape[-2], n = Y.Shape[-1], k = A.Shape[-1];
            int[] aStrides = Aligned(A, rank), bStrides = Aligned(B, rank);
            var index = new int[rank - 2];
            var to = Y.Elements<T>();
            for (var start = 0; start < to.Length; start += m * n)
            {
                var a = new Matrix<T>(ref At<T>(A, aStrides, index), aStrides[^2], aStrides[^1]);
                var b = new Matrix<T>(ref At<T>(B, bStrides, index), bStrides[^2], bStrides[^1]);
                Product(a, b, to.Slice(start, m * n), m, k, n);
                for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == Y.Shape[axis]; axis--) index[axis] = 0;
            }
        }

        // Strides as seen from the result: 0 along axes that are broadcast.
        static int[] Aligned(Tensor x, int rank)
        {
            var strides = new int[rank];
            var own = x.Strides;
            for (var i = 1; i <= own.Length; i++)
                if (i <= 2 || x.Shape[^i] != 1) strides[^i] = own[^i];
            return strides;
        }

        static ref T At<T>(Tensor x, int[] strides, int[] index) where T : unmanaged
        {
            nint place = 0;
            for (var i = 0; i < index.Length; i++) place += (nint)index[i] * strides[i];
            return ref Unsafe.Add(ref x.First<T>(), place);
        }
    }

    readonly ref struct Matrix<T>(ref T first, nint rowStride, nint columnStride)
    {
        public readonly ref T First = ref first;
        public readonly nint RowStride = rowStride, ColumnStride = columnStride;
        public ref T this[nint row, nint column] => ref Unsafe.Add(ref First, row * RowStride + column * ColumnStride);
    }

    static void Product<T>(Matrix<T> a, Matrix<T> b, Span<T> y, int m, int k, int n) where T : unmanaged, INumber<T>
    {
        if (k == 0) y.Clear();
        else if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) PlainProduct(a, b, y, m, k, n);
        else if (Vector512.IsHardwareAccelerated) Product<V512<T>, T>(a, b, y, m, k, n);
        else if (Vector256.IsHardwareAccelerated) Product<V256<T>, T>(a, b, y, m, k, n);
        else if (Vector128.IsHardwareAccelerated) Product<V128<T>, T>(a, b, y, m, k, n);
        else PlainProduct(a, b, y, m, k, n);
    }

    /// <summary>The triple loop that says what a matrix product is.</summary>
    static void PlainProduct<T>(Matrix<T> a, Matrix<T> b, Span<T> y, int m, int k, int n) where T : unmanaged, INumber<T>
    {
        y.Clear();
        for (var i = 0; i < m; i++)
        {
            var row = y.Slice(i * n, n);
            for (var p = 0; p < k; p++)
            {
                var factor = a[i, p];
                for (var j = 0; j < n; j++) row[j] += factor * b[p, j];
            }
        }
    }

    // Four rows by two registers of columns at a time; the columns' panel of b is packed once for all rows.
    static void Product<R, T>(Matrix<T> a, Matrix<T> b, Span<T> y, int m, int k, int n)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var width = 2 * R.Count;
        var panel = ArrayPool<T>.Shared.Rent(k * width + 4 * width);
        var tile = panel.AsSpan(k * width, 4 * width);
        for (var column = 0; column < n; column += width)
        {
            var columns = Math.Min(width, n - column);
            PackPanel(b, panel, k, column, columns, width);
            for (var row = 0; row < m; row += 4)
            {
                var rows = Math.Min(4, m - row);
                if (rows == 4 && columns == width)
                {
                    Tile<R, T>(a, row, 4, ref panel[0], k, ref y[row * n + column], n);
                    continue;
                }
                Tile<R, T>(a, row, rows, ref panel[0], k, ref tile[0], width);
                for (var r = 0; r < rows; r++) tile.Slice(r * width, columns).CopyTo(y[((row + r) * n + column)..]);
            }
        }
        ArrayPool<T>.Shared.Return(panel);
    }

    static void PackPanel<T>(Matrix<T> b, T[] panel, int k, int column, int columns, int width) where T : unmanaged
    {
        for (var p = 0; p < k; p++)
        {
            var to = panel.AsSpan(p * width, width);
            if (b.ColumnStride == 1) MemoryMarshal.CreateSpan(ref b[p, column], columns).CopyTo(to);
            else
                for (var j = 0; j < columns; j++) to[j] = b[p, column + j];
            to[columns..].Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile<R, T>(Matrix<T> a, int row, int rows, ref T panel, int k, ref T y, int yStride)
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        // Rows beyond the last repeat it; what they give goes nowhere but into the tile's spare rows.
        ref var a0 = ref a[row, 0];
        ref var a1 = ref a[row + Math.Min(1, rows - 1), 0];
        ref var a2 = ref a[row + Math.Min(2, rows - 1), 0];
        ref var a3 = ref a[row + Math.Min(3, rows - 1), 0];
        R zero = R.Create(T.Zero);
        R c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
        nuint half = (nuint)R.Count, at = 0;
        nint step = a.ColumnStride, from = 0;
        for (var p = 0; p < k; p++, at += 2 * half, from += step)
        {
            R b0 = R.Load(ref panel, at), b1 = R.Load(ref panel, at + half);
            var x = R.Create(Unsafe.Add(ref a0, from));
            c00 = R.MultiplyAdd(x, b0, c00);
            c01 = R.MultiplyAdd(x, b1, c01);
            x = R.Create(Unsafe.Add(ref a1, from));
            c10 = R.MultiplyAdd(x, b0, c10);
            c11 = R.MultiplyAdd(x, b1, c11);
            x = R.Create(Unsafe.Add(ref a2, from));
            c20 = R.MultiplyAdd(x, b0, c20);
            c21 = R.MultiplyAdd(x, b1, c21);
            x = R.Create(Unsafe.Add(ref a3, from));
            c30 = R.MultiplyAdd(x, b0, c30);
            c31 = R.MultiplyAdd(x, b1, c31);
        }
        var next = (nuint)yStride;
        c00.Store(ref y, 0);
        c01.Store(ref y, half);
        c10.Store(ref y, next);
        c11.Store(ref y, next + half);
        c20.Store(ref y, 2 * next);
        c21.Store(ref y, 2 * next + half);
        c30.Store(ref y, 3 * next);
        c31.Store(ref y, 3 * next + half);
    }
}
