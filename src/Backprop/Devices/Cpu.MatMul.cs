using System.Numerics;
using System.Runtime.Intrinsics;

namespace Backprop.Devices;

static partial class Cpu
{
    // So many matrices are shared among the threads whole; each of fewer large ones is shared by itself.
    const int ManyMatrices = 8;

    // Multiplications worth a chunk of a batch.
    const int BatchWorthwhile = 1 << 20;

    /// <summary>y = a·b over the last two axes; axes in front are broadcast. Any strides; one element type; y is new and contiguous.</summary>
    public static void MatMul(Tensor a, Tensor b, Tensor y) => MatMul(a, b, null, 1, adds: false, y);

    /// <summary>
    /// y = α·(a·b) + bias, where the bias, if any, holds one number for each column and is contiguous; added to what is in y, if asked for.
    /// Where b is one matrix, y may have any shape of as many rows.
    /// </summary>
    public static void MatMul(Tensor a, Tensor b, Tensor? bias, double alpha, bool adds, Tensor y)
    {
        var action = new MatMulAction { A = a, B = b, Bias = bias, Y = y, Alpha = alpha, Adds = adds };
        y.DType.Dispatch(ref action);
    }

    unsafe struct MatMulAction : ITypedAction
    {
        public Tensor A, B, Y;
        public Tensor? Bias;
        public double Alpha;
        public bool Adds;

        public readonly void Run<T>() where T : unmanaged, INumber<T>
        {
            if (Y.Count == 0) return;
            int n = Y.Shape[^1], k = A.Shape[^1];
            fixed (T* a = &A.First<T>(), b = &B.First<T>(), y = &Y.First<T>(), bias = &(Bias ?? A).First<T>())
            {
                var epilogue = new Epilogue<T> { Scale = T.CreateTruncating(Alpha), Adds = Adds, ColumnBias = Bias is null ? null : bias };
                // A batch that meets one matrix is one tall matrix.
                if (B.Rank == 2 && (A.Rank == 2 || A.IsContiguous))
                    Multiply(Y.Count / n, n, k, A.Rank == 2 ? Matrix(a, A) : new(a, k, 1), Matrix(b, B).Transposed(), y, epilogue);
                else
                    RunBatch(a, b, y, Y.Shape[^2], n, k, epilogue);
            }
        }

        readonly void RunBatch<T>(T* a, T* b, T* y, int m, int n, int k, in Epilogue<T> epilogue) where T : unmanaged, INumber<T>
        {
            int count = Y.Count / (m * n), each = (int)Math.Min(BatchWorthwhile, Math.Max(1, (long)m * n * k));
            var shared = count >= ManyMatrices;
            var batch = new BatchJob<T>
            {
                A = a,
                B = b,
                Y = y,
                Rows = m,
                Columns = n,
                Depth = k,
                Shape = Y.Shape,
                AStrides = Aligned(A, Y.Rank),
                BStrides = Aligned(B, Y.Rank),
                Epilogue = epilogue,
                Count = count,
                OfChunk = shared ? (BatchWorthwhile + each - 1) / each : count,
            };
            Team.Run((count + batch.OfChunk - 1) / batch.OfChunk, ref batch);
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

    /// <summary>A batch of products, some of them a chunk.</summary>
    unsafe struct BatchJob<T> : IJob where T : unmanaged, INumber<T>
    {
        public T* A, B, Y;
        public int Rows, Columns, Depth, Count, OfChunk;
        public Shape Shape;
        public int[] AStrides, BStrides;
        public Epilogue<T> Epilogue;

        public readonly void Run(int chunk)
        {
            var end = Math.Min(Count, (chunk + 1) * OfChunk);
            for (var i = chunk * OfChunk; i < end; i++) One(i);
        }

        readonly void One(int matrix)
        {
            nint aPlace = 0, bPlace = 0;
            var rest = matrix;
            for (var axis = Shape.Rank - 3; axis >= 0; axis--)
            {
                (rest, var index) = Math.DivRem(rest, Shape[axis]);
                aPlace += (nint)index * AStrides[axis];
                bPlace += (nint)index * BStrides[axis];
            }
            var a = new Strided<T>(A + aPlace, AStrides[^2], AStrides[^1]);
            var b = new Strided<T>(B + bPlace, BStrides[^1], BStrides[^2]);
            Multiply(Rows, Columns, Depth, a, b, Y + (nint)matrix * Rows * Columns, Epilogue);
        }
    }

    static unsafe void Multiply<T>(int m, int n, int k, Strided<T> a, Strided<T> b, T* y, in Epilogue<T> epilogue) where T : unmanaged, INumber<T>
    {
        if ((typeof(T) == typeof(float) || typeof(T) == typeof(double)) && Vector128.IsHardwareAccelerated)
            Product.Run(m, n, k, a, b, y, n, epilogue);
        else
            Product.Plain(m, n, k, a, b, y, n, epilogue);
    }
}
