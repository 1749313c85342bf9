using System.Numerics;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// The derivatives of <see cref="Attention"/>: with the shares p = e^(s − logSum) of scores worked out again block by block,
    /// dv = pᵀ·dy, ds = p·(dy·vᵀ − Σ dy·y), dq = scale · ds·k, dk = scale · dsᵀ·q, and ds itself for an added mask, if asked for. Results are new, contiguous, in the
    /// operands' shapes; y and dy are contiguous.
    /// </summary>
    public static void AttentionPull(
        Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSums, Tensor dy, Tensor dq, Tensor dk, Tensor dv, Tensor? dMask)
    {
        if (y.DType == DType.Float32) AttentionPull<float>(q, k, v, mask, causal, (float)scale, y, logSums, dy, dq, dk, dv, dMask);
        else AttentionPull<double>(q, k, v, mask, causal, scale, y, logSums, dy, dq, dk, dv, dMask);
    }

    static unsafe void AttentionPull<T>(
        Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, T scale, Tensor y, Tensor logSums, Tensor dy, Tensor dq, Tensor dk, Tensor dv, Tensor? dMask)
        where T : unmanaged, INumber<T>
    {
        foreach (var d in (ReadOnlySpan<Tensor?>)[dq, dk, dv, dMask]) d?.Bytes().Clear();
        if (y.Count == 0 || k.Count == 0) return;
        fixed (T* pq = &q.First<T>(), pk = &k.First<T>(), pv = &v.First<T>(), py = &y.First<T>(), ps = &logSums.First<T>(), pdy = &dy.First<T>())
        fixed (T* pdq = &dq.First<T>(), pdk = &dk.First<T>(), pdv = &dv.First<T>(), pds = &(dMask ?? dq).First<T>())
        fixed (byte* pm = &(mask ?? y).First<byte>())
        {
            var job = new AttentionPullJob<T>
            {
                Sizes = AttentionSizes<T>.Of(q, k, v, mask, causal, scale),
                Q = pq,
                K = pk,
                V = pv,
                Y = py,
                LogSums = ps,
                Dy = pdy,
                Dq = pdq,
                Dk = pdk,
                Dv = pdv,
                DMask = dMask is null ? null : pds,
                Mask = mask is null ? null : pm + ByteOffset(mask),
            };
            Team.Run(job.Sizes.Matrices, ref job);
        }
    }

    /// <summary>One matrix of the batch: its blocks add to the same derivatives, so they follow one another.</summary>
    unsafe struct AttentionPullJob<T> : IJob where T : unmanaged, INumber<T>
    {
        public AttentionSizes<T> Sizes;
        public T* Q, K, V, Y, LogSums, Dy, Dq, Dk, Dv, DMask;
        public byte* Mask;

        public readonly void Run(int chunk)
        {
            var action = new AttentionPullAction<T> { Job = this, Matrix = chunk };
            WithRegisters<AttentionPullAction<T>, T>(ref action);
        }
    }

    unsafe struct AttentionPullAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public AttentionPullJob<T> Job;
        public int Matrix;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            const int rows = AttentionSizes<T>.BlockRows, keys = AttentionSizes<T>.BlockKeys;
            var sizes = Job.Sizes;
            T* shares = AttentionScratch<T>.Memory(2 * rows * keys), slopes = shares + rows * keys;
            T* overlaps = stackalloc T[rows];
            for (var row = 0; row < sizes.Rows; row += rows)
            {
                int count = Math.Min(rows, sizes.Rows - row), seen = sizes.Seen(row + count);
                var at = ((nint)Matrix * sizes.Rows + row) * sizes.ValueWidth;
                AttentionRows.Overlaps<R, T>(Job.Y + at, Job.Dy + at, count, sizes.ValueWidth, overlaps);
                for (var key = 0; key < seen; key += keys) Block<R>(row, count, key, Math.Min(keys, seen - key), shares, slopes, overlaps);
            }
        }

        readonly void Block<R>(int row, int rows, int key, int keys, T* shares, T* slopes, T* overlaps) where R : struct, IRegister<R, T>
        {
            var sizes = Job.Sizes;
            int width = sizes.Width, valueWidth = sizes.ValueWidth, line = AttentionRows.Line(keys);
            var q = AttentionSizes<T>.Matrix(Job.Q, sizes.QStrides, sizes.Start(sizes.QStrides, Matrix), row);
            var k = AttentionSizes<T>.Matrix(Job.K, sizes.KStrides, sizes.Start(sizes.KStrides, Matrix), key);
            var v = AttentionSizes<T>.Matrix(Job.V, sizes.VStrides, sizes.Start(sizes.VStrides, Matrix), key);
            nint firstRow = (nint)Matrix * sizes.Rows + row, firstKey = (nint)Matrix * sizes.Keys + key;
            var dy = new Strided<T>(Job.Dy + firstRow * valueWidth, valueWidth, 1);
            var adds = new Epilogue<T> { Adds = true };
            var scaled = new Epilogue<T> { Adds = true, Scale = sizes.Scale };

            Product.Run(rows, keys, width, q, k, shares, line, new Epilogue<T> { Scale = sizes.Scale });
            sizes.Hide(Job.Mask, Matrix, row, rows, key, keys, shares, line);
            Product.Run(rows, keys, valueWidth, dy, v, slopes, line, new Epilogue<T>());
            AttentionRows.Slopes<R, T>(shares, slopes, rows, keys, sizes.SeenOf(row, key, keys), Job.LogSums + firstRow, overlaps);
            if (Job.DMask != null)
                for (var i = 0; i < rows; i++)
                    new Span<T>(slopes + (nint)i * line, keys).CopyTo(new(Job.DMask + (firstRow + i) * sizes.Keys + key, keys));

            Strided<T> p = new(shares, line, 1), ds = new(slopes, line, 1);
            Product.Run(keys, valueWidth, rows, p.Transposed(), dy.Transposed(), Job.Dv + firstKey * valueWidth, valueWidth, adds);
            Product.Run(rows, width, keys, ds, k.Transposed(), Job.Dq + firstRow * width, width, scaled);
            Product.Run(keys, width, rows, ds.Transposed(), q.Transposed(), Job.Dk + firstKey * width, width, scaled);
        }
    }
}
