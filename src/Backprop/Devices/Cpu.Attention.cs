using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// y = softmax(scale · q·kᵀ + mask)·v for every matrix of the batch, a block of scores at a time, so that memory grows with the lengths and not with
    /// their product (Milakov, Gimelshein 2018; Dao et al. 2022). q [batch…, m, d], k [batch…, n, d], v [batch…, n, e] of any strides, y [batch…, m, e] with whole rows; the mask, bool (true: may be
    /// seen) or added, [batch…, m, n] of any strides. Where <paramref name="logSums"/> is given it gets ln Σ eˢ of each row, −∞ for a row that sees nothing, whose y is 0.
    /// </summary>
    public static void Attention(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor? logSums)
    {
        if (y.DType == DType.Float32) Attention<float>(q, k, v, mask, causal, (float)scale, y, logSums);
        else Attention<double>(q, k, v, mask, causal, scale, y, logSums);
    }

    static unsafe void Attention<T>(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, T scale, Tensor y, Tensor? logSums) where T : unmanaged, INumber<T>
    {
        if (y.Count == 0) return;
        fixed (T* pq = &q.First<T>(), pk = &k.First<T>(), pv = &v.First<T>(), py = &y.First<T>(), ps = &(logSums ?? y).First<T>())
        fixed (byte* pm = &(mask ?? y).First<byte>())
        {
            var job = new AttentionJob<T>
            {
                Sizes = AttentionSizes<T>.Of(q, k, v, y, mask, causal, scale),
                Q = pq,
                K = pk,
                V = pv,
                Y = py,
                LogSums = logSums is null ? null : ps,
                Mask = mask is null ? null : pm + ByteOffset(mask),
            };
            Team.Run(job.Sizes.Matrices * job.Sizes.RowBlocks, ref job);
        }
    }

    // First<byte> of a tensor of wider elements counts its offset in bytes: what is missing to its first element.
    static nint ByteOffset(Tensor x) => (nint)x.Offset * (x.DType.Size() - 1);

    /// <summary>What the kernels of attention know of their operands.</summary>
    struct AttentionSizes<T> where T : unmanaged, INumber<T>
    {
        /// <summary>Rows and keys of a block of scores, which stays in the second-level cache.</summary>
        public const int BlockRows = 64, BlockKeys = 256;

        public int Rows, Keys, Width, ValueWidth, Matrices, RowBlocks;
        public bool Causal, MaskIsBool;
        public T Scale;
        public Shape Batch;
        public int[] QStrides, KStrides, VStrides, YStrides, MaskStrides;

        public static AttentionSizes<T> Of(Tensor q, Tensor k, Tensor v, Tensor y, Tensor? mask, bool causal, T scale)
        {
            var rows = q.Shape[^2];
            var sizes = new AttentionSizes<T>
            {
                Rows = rows,
                Keys = k.Shape[^2],
                Width = q.Shape[^1],
                ValueWidth = v.Shape[^1],
                Causal = causal,
                Scale = scale,
                Batch = new(q.Shape.AsSpan()[..^2]),
                RowBlocks = (rows + BlockRows - 1) / BlockRows,
                QStrides = q.Strides,
                KStrides = k.Strides,
                VStrides = v.Strides,
                YStrides = y.Strides,
                MaskStrides = mask?.Strides ?? [],
                MaskIsBool = mask?.DType == DType.Bool,
            };
            sizes.Matrices = sizes.Batch.Count;
            return sizes;
        }

        /// <summary>Where a matrix of the batch begins.</summary>
        public readonly nint Start(int[] strides, int matrix)
        {
            nint start = 0;
            for (var axis = Batch.Rank - 1; axis >= 0; axis--)
            {
                (matrix, var index) = Math.DivRem(matrix, Batch[axis]);
                start += (nint)index * strides[axis];
            }
            return start;
        }

        public static unsafe Strided<T> Matrix(T* first, int[] strides, nint start, int row) => new(first + start + (nint)row * strides[^2], strides[^2], strides[^1]);

        /// <summary>How many keys the rows before <paramref name="end"/> see at most.</summary>
        public readonly int Seen(int end) => Causal ? Math.Min(Keys, end) : Keys;

        /// <summary>How many keys of a block its first row sees, as if each further one saw one more.</summary>
        public readonly int SeenOf(int row, int key, int keys) => Causal ? row + 1 - key : keys;

        /// <summary>Takes the mask into a block of scores.</summary>
        public readonly unsafe void Hide(byte* mask, int matrix, int row, int rows, int key, int keys, T* scores, nint line)
        {
            var never = T.CreateTruncating(double.NegativeInfinity);
            if (mask != null)
            {
                nint start = Start(MaskStrides, matrix), rowStride = MaskStrides[^2], keyStride = MaskStrides[^1];
                for (var i = 0; i < rows; i++)
                {
                    var at = start + (row + i) * rowStride + key * keyStride;
                    if (MaskIsBool)
                        for (var j = 0; j < keys; j++) scores[i * line + j] = mask[at + j * keyStride] != 0 ? scores[i * line + j] : never;
                    else
                        for (var j = 0; j < keys; j++) scores[i * line + j] += ((T*)mask)[at + j * keyStride];
                }
            }
            if (!Causal) return;
            for (var i = Math.Max(0, key - row); i < rows; i++) Fill(scores + i * line, row + i + 1 - key, keys, never);
            for (var i = 0; i < Math.Min(rows, key - row); i++) Fill(scores + i * line, 0, keys, never);
        }

        static unsafe void Fill(T* scores, int from, int to, T value)
        {
            if (from < to) new Span<T>(scores + from, to - from).Fill(value);
        }
    }

    /// <summary>The rows of a block, against all keys that they see.</summary>
    unsafe struct AttentionJob<T> : IJob where T : unmanaged, INumber<T>
    {
        public AttentionSizes<T> Sizes;
        public T* Q, K, V, Y, LogSums;
        public byte* Mask;

        public readonly void Run(int chunk)
        {
            var action = new AttentionAction<T> { Job = this, Matrix = chunk / Sizes.RowBlocks, Row = chunk % Sizes.RowBlocks * AttentionSizes<T>.BlockRows };
            WithRegisters<AttentionAction<T>, T>(ref action);
        }
    }

    unsafe struct AttentionAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public AttentionJob<T> Job;
        public int Matrix, Row;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var sizes = Job.Sizes;
            var rows = Math.Min(AttentionSizes<T>.BlockRows, sizes.Rows - Row);
            T* most = stackalloc T[AttentionSizes<T>.BlockRows], sums = stackalloc T[AttentionSizes<T>.BlockRows];
            new Span<T>(most, rows).Fill(T.CreateTruncating(double.NegativeInfinity));
            new Span<T>(sums, rows).Clear();
            nint line = sizes.YStrides[^2];
            var y = Job.Y + sizes.Start(sizes.YStrides, Matrix) + Row * line;
            for (var i = 0; i < rows; i++) new Span<T>(y + i * line, sizes.ValueWidth).Clear();
            var scores = AttentionScratch<T>.Memory(AttentionSizes<T>.BlockRows * AttentionSizes<T>.BlockKeys);
            var seen = sizes.Seen(Row + rows);
            for (var key = 0; key < seen; key += AttentionSizes<T>.BlockKeys)
                Block<R>(rows, key, Math.Min(AttentionSizes<T>.BlockKeys, seen - key), scores, most, sums, y);
            for (var i = 0; i < rows; i++) Finish<R>(y + i * line, Row + i, most[i], sums[i]);
        }

        // The scores of some keys, their exponentials off the largest so far, and what they bring of the values.
        readonly void Block<R>(int rows, int key, int keys, T* scores, T* most, T* sums, T* y) where R : struct, IRegister<R, T>
        {
            var sizes = Job.Sizes;
            var line = AttentionRows.Line(keys);
            nint q = sizes.Start(sizes.QStrides, Matrix), k = sizes.Start(sizes.KStrides, Matrix), v = sizes.Start(sizes.VStrides, Matrix);
            Product.Run(
                rows, keys, sizes.Width, AttentionSizes<T>.Matrix(Job.Q, sizes.QStrides, q, Row), AttentionSizes<T>.Matrix(Job.K, sizes.KStrides, k, key),
                scores, line, new Epilogue<T> { Scale = sizes.Scale });
            sizes.Hide(Job.Mask, Matrix, Row, rows, key, keys, scores, line);
            AttentionRows.Weigh<R, T>(scores, rows, keys, sizes.SeenOf(Row, key, keys), most, sums, y, sizes.YStrides[^2], sizes.ValueWidth);
            Product.Run(
                rows, sizes.ValueWidth, keys, new Strided<T>(scores, line, 1), AttentionSizes<T>.Matrix(Job.V, sizes.VStrides, v, key).Transposed(),
                y, sizes.YStrides[^2], new Epilogue<T> { Adds = true });
        }

        readonly void Finish<R>(T* y, int row, T most, T sum) where R : struct, IRegister<R, T>
        {
            if (Job.LogSums != null)
                Job.LogSums[(nint)Matrix * Job.Sizes.Rows + row] = sum == T.Zero
                    ? T.CreateTruncating(double.NegativeInfinity) : most + T.CreateTruncating(Math.Log(double.CreateTruncating(sum)));
            if (sum != T.Zero) Scale<R>(y, T.One / sum);
        }

        readonly void Scale<R>(T* y, T factor) where R : struct, IRegister<R, T>
        {
            T* all = stackalloc T[Widest];
            new Span<T>(all, Widest).Fill(factor);
            MapRow<Multiplied, R, T>(default, ref *y, ref *all, 0, ref *all, 0, ref *y, Job.Sizes.ValueWidth);
        }
    }

    /// <summary>Memory of a thread for blocks of scores. It is pinned, so its address stays.</summary>
    static class AttentionScratch<T> where T : unmanaged
    {
        [ThreadStatic] static T[]? memory;

        public static unsafe T* Memory(int count)
        {
            if (memory is null || memory.Length < count) memory = GC.AllocateUninitializedArray<T>(count, pinned: true);
            return (T*)Unsafe.AsPointer(ref memory[0]);
        }
    }
}
