using System.Numerics;
using System.Runtime.Intrinsics;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>y = a·b over the last two axes; axes in front are broadcast. Any strides; one element type; y is new and contiguous.</summary>
    public static void MatMul(Tensor a, Tensor b, Tensor y)
    {
        var action = new MatMulAction { A = a, B = b, Y = y };
        y.DType.Dispatch(ref action);
    }

    unsafe struct MatMulAction : ITypedAction
    {
        public Tensor A, B, Y;

        public readonly void Run<T>() where T : unmanaged, INumber<T>
        {
            if (Y.Count == 0) return;
            int rank = Y.Rank, m = Y.Shape[rank - 2], n = Y.Shape[rank - 1], k = A.Shape[A.Rank - 1];
            if (rank == 2)
            {
                fixed (T* a = &A.First<T>(), b = &B.First<T>(), y = &Y.First<T>())
                    Multiply(m, n, k, Matrix(a, A), Matrix(b, B).Transposed(), y);
                return;
            }
            int[] aStrides = Aligned(A, rank), bStrides = Aligned(B, rank);
            fixed (T* a = &A.First<T>(), b = &B.First<T>(), y = &Y.First<T>())
            {
                var batch = new BatchJob<T>
                {
                    A = a, B = b, Y = y, Rows = m, Columns = n, Depth = k, Shape = Y.Shape, AStrides = aStrides, BStrides = bStrides,
                };
                var count = Y.Count / (m * n);
                for (var i = 0; i < count; i++) batch.Run(i);
            }
        }

        static Strided<T> Matrix<T>(T* first, Tensor x) where T : unmanaged =>
            x.IsContiguous ? new(first, x.Shape[1], 1) : new(first, x.Strides[0], x.Strides[1]);

        // Strides as seen from the result: 0 along axes that are broadcast.
        static int[] Aligned(Tensor x, int rank)
        {
            var strides = new int[rank];
            var own = x.Strides;
            for (var i = 1; i <= own.Length; i++)
                if (i <= 2 || x.Shape[^i] != 1) strides[^i] = own[^i];
            return strides;
        }
    }

    unsafe struct BatchJob<T> : IJob where T : unmanaged, INumber<T>
    {
        public T* A, B, Y;
        public int Rows, Columns, Depth;
        public Shape Shape;
        public int[] AStrides, BStrides;

        public readonly void Run(int chunk)
        {
            nint place = chunk, aPlace = 0, bPlace = 0;
            for (var axis = Shape.Rank - 3; axis >= 0; axis--)
            {
                var (rest, index) = Math.DivRem(place, Shape[axis]);
                aPlace += index * AStrides[axis];
                bPlace += index * BStrides[axis];
                place = rest;
            }
            var a = new Strided<T>(A + aPlace, AStrides[^2], AStrides[^1]);
            var b = new Strided<T>(B + bPlace, BStrides[^1], BStrides[^2]);
            var y = Y + (nint)chunk * Rows * Columns;
            Multiply(Rows, Columns, Depth, a, b, y);
        }
    }

    /// <summary>
    /// y = a·b + bias, or that added to what y holds, of matrices: a [m, k] and b [k, n] with any strides, bias [n] and y [m, n] contiguous. All are
    /// float32 or all float64.
    /// </summary>
    public static void Affine(Tensor a, Tensor b, Tensor? bias, bool adds, Tensor y)
    {
        if (y.DType == DType.Float32) Affine<float>(a, b, bias, adds, y);
        else Affine<double>(a, b, bias, adds, y);
    }

    static unsafe void Affine<T>(Tensor a, Tensor b, Tensor? bias, bool adds, Tensor y) where T : unmanaged, INumber<T>
    {
        if (y.Count == 0) return;
        fixed (T* pa = &a.First<T>(), pb = &b.First<T>(), py = &y.First<T>(), pc = &(bias ?? y).First<T>())
        {
            var epilogue = new Epilogue<T> { Adds = adds, ColumnBias = bias is null ? null : pc };
            Strided<T> left = new(pa, a.Strides[0], a.Strides[1]), right = new Strided<T>(pb, b.Strides[0], b.Strides[1]).Transposed();
            if (Vector128.IsHardwareAccelerated) Product.Run(y.Shape[0], y.Shape[1], a.Shape[1], left, right, py, y.Shape[1], epilogue);
            else Product.Plain(y.Shape[0], y.Shape[1], a.Shape[1], left, right, py, y.Shape[1], epilogue);
        }
    }

    static unsafe void Multiply<T>(int m, int n, int k, Strided<T> a, Strided<T> b, T* y) where T : unmanaged, INumber<T>
    {
        if ((typeof(T) == typeof(float) || typeof(T) == typeof(double)) && Vector128.IsHardwareAccelerated)
            Product.Run(m, n, k, a, b, y, n, new Epilogue<T>());
        else
            Product.Plain(m, n, k, a, b, y, n, new Epilogue<T>());
    }
}
