using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// y[i] = ln Σⱼ e^x[i, j] − x[i, label[i]]; 0 for a label that is left out. x is [rows, classes]; totals, [2, rows], takes m[i], the largest x of a row, and
    /// s[i] = Σⱼ e^(x[i, j] − m[i]).
    /// </summary>
    public static void CrossEntropy(Tensor x, Tensor labels, long left, Tensor totals, Tensor y)
    {
        if (y.DType == DType.Float32) CrossEntropy<float>(x, labels, left, totals, null, y);
        else CrossEntropy<double>(x, labels, left, totals, null, y);
    }

    /// <summary>dx[i, j] = (e^(x[i, j] − m[i]) / s[i] − (j = label[i]))·dy[i]; 0 for a label that is left out.</summary>
    public static void CrossEntropyPull(Tensor x, Tensor labels, long left, Tensor totals, Tensor dy, Tensor dx)
    {
        if (dx.DType == DType.Float32) CrossEntropy<float>(x, labels, left, totals, dy, dx);
        else CrossEntropy<double>(x, labels, left, totals, dy, dx);
    }

    static void CrossEntropy<T>(Tensor x, Tensor labels, long left, Tensor totals, Tensor? dy, Tensor y) where T : unmanaged, INumber<T>
    {
        if (x.Count == 0) return;
        var action = new CrossEntropyAction<T> { X = x.Packed(), Labels = labels, Left = left, Totals = totals, Dy = dy?.Packed(), Y = y };
        WithRegisters<CrossEntropyAction<T>, T>(ref action);
    }

    struct CrossEntropyAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public Tensor X, Labels, Totals, Y;
        public Tensor? Dy;
        public long Left;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var job = new CrossEntropyJob<R, T> { X = X, Labels = Labels, Totals = Totals, Dy = Dy, Y = Y, Left = Left };
            Team.Run(job.Count, ref job);
        }
    }

    unsafe struct CrossEntropyJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        // Numbers that stay in the first-level cache from one pass over them to the next.
        const int Block = 1 << 13;

        public Tensor X, Labels, Totals, Y;
        public Tensor? Dy;
        public long Left;

        readonly int BlockRows => Math.Max(1, Block / X.Shape[1]);

        readonly int ChunkRows => BlockRows * Math.Max(1, Chunks.Elements / Math.Max(Block, X.Shape[1]));

        public readonly int Count => (X.Shape[0] + ChunkRows - 1) / ChunkRows;

        public readonly void Run(int chunk)
        {
            int rows = X.Shape[0], n = X.Shape[1], row = chunk * ChunkRows, end = Math.Min(rows, row + ChunkRows);
            fixed (T* x = &X.First<T>(), m = &Totals.First<T>(), y = &Y.First<T>(), dy = &(Dy ?? Y).First<T>())
            fixed (long* labels = &Labels.First<long>())
                for (; row < end; row += BlockRows)
                {
                    var count = Math.Min(BlockRows, end - row);
                    if (Dy is null) Losses(x + (nint)row * n, labels + row, m + row, m + rows + row, y + row, count, n);
                    else Pull(x + (nint)row * n, labels + row, m + row, m + rows + row, dy + row, y + (nint)row * n, count, n);
                }
        }

        readonly void Losses(T* x, long* labels, T* m, T* s, T* y, int rows, int n)
        {
            LargestOfRows<R, T>(x, rows, n, m);
            ExpTotalsOfRows<R, T>(x, rows, n, m, s);
            MapRow<Logarithm, R, T>(default, ref *s, ref *s, 0, ref *s, 0, ref *y, rows);
            for (var i = 0; i < rows; i++) y[i] = labels[i] == Left ? T.Zero : m[i] - x[i * n + labels[i]] + y[i];
        }

        [MethodImpl(Registers.Kernel)]
        readonly void Pull(T* x, long* labels, T* m, T* s, T* dy, T* dx, int rows, int n)
        {
            int whole = n / R.Count * R.Count, rest = n - whole;
            var mask = Partial.Mask<R, T>(rest);
            for (var row = 0; row < rows; row++, x += n, dx += n)
            {
                var label = labels[row];
                // What is left out is 0 whatever stands there, also where it makes a NaN.
                if (label == Left)
                {
                    new Span<T>(dx, n).Clear();
                    continue;
                }
                R largest = R.Create(m[row]), share = R.Create(dy[row] / s[row]);
                for (var i = 0; i < whole; i += R.Count) (VectorMath.Exp<R, T>(R.Load(ref x[i], 0) - largest) * share).Store(ref dx[i], 0);
                if (rest > 0) Partial.Store(VectorMath.Exp<R, T>(Partial.Load(x + whole, rest, mask) - largest) * share, dx + whole, rest, mask);
                dx[label] -= dy[row];
            }
        }
    }
}
