using System.Numerics;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// The derivatives of <see cref="Attention"/>: with the shares p = e^(s − logSum) of scores worked out again block by block,
    /// dv = pᵀ·dy, ds = p·(dy·vᵀ − Σ dy·y), dq = scale · ds·k, dk = scale · dsᵀ·q, and ds itself for an added mask, if asked for. Results are added to dq, dk and dv, of the
    /// operands' shapes; y and dy have the same strides, and whole rows as these.
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
        dMask?.Bytes().Clear();
        if (y.Count == 0 || k.Count == 0) return;
        fixed (T* pq = &q.First<T>(), pk = &k.First<T>(), pv = &v.First<T>(), py = &y.First<T>(), ps = &logSums.First<T>(), pdy = &dy.First<T>())
        fixed (T* pdq = &dq.First<T>(), pdk = &dk.First<T>(), pdv = &dv.First<T>(), pds = &(dMask ?? dq).First<T>())
        fixed (byte* pm = &(mask ?? y).First<byte>())
        {
            var job = new AttentionPullJob<T>
            {
                Sizes = AttentionSizes<T>.Of(q, k, v, y, mask, causal, scale),
                Q = pq,
                K = pk,
                V = pv,
                Y = py,
                LogSums = ps,
                Dy = pdy,
                Dq = pdq,
                Dk = pdk,
                Dv = pdv,
                DqStrides = dq.Strides,
                DkStrides = dk.Strides,
                DvStrides = dv.Strides,
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
        public int[] DqStrides, DkStrides, DvStrides;
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
                nint line = sizes.YStrides[^2], at = sizes.Start(sizes.YStrides, Matrix) + row * line;
                AttentionRows.Overlaps<R, T>(Job.Y + at, Job.Dy + at, line, count, sizes.ValueWidth, overlaps);
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
            var firstRow = (nint)Matrix * sizes.Rows + row;
            var dy = AttentionSizes<T>.Matrix(Job.Dy, sizes.YStrides, sizes.Start(sizes.YStrides, Matrix), row);
            nint dqLine = Job.DqStrides[^2], dkLine = Job.DkStrides[^2], dvLine = Job.DvStrides[^2];
            T* dq = Job.Dq + sizes.Start(Job.DqStrides, Matrix) + row * dqLine, dk = Job.Dk + sizes.Start(Job.DkStrides, Matrix) + key * dkLine;
            var dv = Job.Dv + sizes.Start(Job.DvStrides, Matrix) + key * dvLine;
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
            Product.Run(keys, valueWidth, rows, p.Transposed(), dy.Transposed(), dv, dvLine, adds);
            Product.Run(rows, width, keys, ds, k.Transposed(), dq, dqLine, scaled);
            Product.Run(keys, width, rows, ds.Transposed(), q.Transposed(), dk, dkLine, scaled);
        }
    }
}
