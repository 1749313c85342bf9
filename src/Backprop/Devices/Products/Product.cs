using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// Matrix products C = f(α·A·B + bias) of float or double numbers, the sides given as sources of panels. C is row-major; what an element's
/// sum looks like depends on the sizes alone, not on the number of threads.
/// </summary>
static unsafe class Product
{
    // A part of the depth has at most this many bytes a line, so that a panel of B stays in the second-level cache.
    const int DepthBytes = 2048;

    // Multiplications below which planning would cost more than it gains.
    const int SmallProduct = 1 << 18;

    // Packed rows of A that all threads share at a time.
    const int SharedRows = 2048;

    /// <summary>C [m, n] = f(epilogue of A [m, k] · B [k, n]); the rows of C lie <paramref name="cLine"/> apart. k = 0 sums nothing: 0.</summary>
    public static void Run<A, B, F, T>(int m, int n, int k, A a, B b, T* c, nint cLine, in Epilogue<T> epilogue, F activation)
        where A : struct, IPanelSource<T> where B : struct, IPanelSource<T> where F : struct, IKernel where T : unmanaged, INumber<T>
    {
        if (m == 0 || n == 0) return;
        if (Vector512.IsHardwareAccelerated) Run<A, B, F, V512<T>, T>(m, n, k, a, b, c, cLine, epilogue, activation);
        else if (Vector256.IsHardwareAccelerated) Run<A, B, F, V256<T>, T>(m, n, k, a, b, c, cLine, epilogue, activation);
        else Run<A, B, F, V128<T>, T>(m, n, k, a, b, c, cLine, epilogue, activation);
    }

    /// <summary>The same without an activation.</summary>
    public static void Run<A, B, T>(int m, int n, int k, A a, B b, T* c, nint cLine, in Epilogue<T> epilogue)
        where A : struct, IPanelSource<T> where B : struct, IPanelSource<T> where T : unmanaged, INumber<T> =>
        Run(m, n, k, a, b, c, cLine, epilogue, default(NoActivation));

    /// <summary>How wide the panels of A are that <see cref="RunPacked{T}"/> takes.</summary>
    public static int PanelRows<T>() where T : unmanaged => Vector512.IsHardwareAccelerated ? Tile.Rows<V512<T>, T>()
        : Vector256.IsHardwareAccelerated ? Tile.Rows<V256<T>, T>() : Tile.Rows<V128<T>, T>();

    /// <summary>How wide the panels of B are that <see cref="RunPacked{T}"/> takes.</summary>
    public static int PanelColumns<T>() where T : unmanaged => Vector512.IsHardwareAccelerated ? Tile.Columns<V512<T>, T>()
        : Vector256.IsHardwareAccelerated ? Tile.Columns<V256<T>, T>() : Tile.Columns<V128<T>, T>();

    /// <summary>
    /// C [rows, columns] = epilogue of the product of packed panels, on this thread alone: one panel of B of <see cref="PanelColumns{T}"/>
    /// lines, of which <paramref name="columns"/> count, and as many panels of A of <see cref="PanelRows{T}"/> lines as the rows need,
    /// one after the other.
    /// </summary>
    public static void RunPacked<T>(int rows, int columns, int depth, T* a, T* b, T* c, nint cLine, in Epilogue<T> epilogue)
        where T : unmanaged, INumber<T>
    {
        int width = PanelRows<T>(), bWidth = PanelColumns<T>();
        nint tile = (nint)width * depth;
        if (Vector512.IsHardwareAccelerated) Tile.Run<V512<T>, T>(rows, columns, depth, a, 1, width, tile, b, bWidth, c, cLine, epilogue);
        else if (Vector256.IsHardwareAccelerated) Tile.Run<V256<T>, T>(rows, columns, depth, a, 1, width, tile, b, bWidth, c, cLine, epilogue);
        else Tile.Run<V128<T>, T>(rows, columns, depth, a, 1, width, tile, b, bWidth, c, cLine, epilogue);
    }

    static void Run<A, B, F, R, T>(int m, int n, int k, A a, B b, T* c, nint cLine, in Epilogue<T> epilogue, F activation)
        where A : struct, IPanelSource<T> where B : struct, IPanelSource<T> where F : struct, IKernel
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if ((n == 1 || m <= VectorProductJob<F, R, T>.MostVectors) && TryVectors<A, B, F, R, T>(m, n, k, a, b, c, cLine, epilogue, activation)) return;
        if ((long)m * n * k <= SmallProduct && TrySmall<A, B, F, R, T>(m, n, k, a, b, c, cLine, epilogue, activation)) return;
        // The depth is cut into parts of equal length, by its size alone: it decides in which order an element is summed.
        var parts = Math.Max(1, (k * sizeof(T) + DepthBytes - 1) / DepthBytes);
        var job = new ProductJob<A, B, F, R, T>
        {
            SourceA = a,
            SourceB = b,
            C = c,
            CLine = cLine,
            Epilogue = epilogue,
            Activation = activation,
            RowCount = m,
            Columns = n,
            Depth = k,
            DepthPart = (k + parts - 1) / parts,
            RowEnd = m,
            DepthEnd = k,
        };
        job.Prepare();
        if (job.PacksA)
        {
            RunPacking(ref job);
            return;
        }
        job.Split();
        Team.Run(job.Chunks, ref job);
    }

    // A small product in one piece, read in place as far as possible.
    static bool TrySmall<A, B, F, R, T>(int m, int n, int k, A a, B b, T* c, nint cLine, in Epilogue<T> epilogue, F activation)
        where A : struct, IPanelSource<T> where B : struct, IPanelSource<T> where F : struct, IKernel
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (k * sizeof(T) > DepthBytes || !a.TryGetMemory(out var left) || !b.TryGetMemory(out var right)) return false;
        int width = Tile.Columns<R, T>();
        nint tile = Tile.Rows<R, T>() * left.LineStride;
        for (var column = 0; column < n; column += width, c += width)
        {
            var columns = Math.Min(width, n - column);
            var panel = right.At(column, 0);
            var stride = right.DepthStride;
            if (right.LineStride != 1 || columns % R.Count != 0)
            {
                panel = Workspace.Own<T>((nint)k * width);
                stride = width;
                right.Pack(panel, width, column, columns, 0, k);
            }
            Tile.Run<R, T>(m, columns, k, left.First, left.LineStride, left.DepthStride, tile, panel, stride, c, cLine, epilogue.At(0, column));
            if (typeof(F) != typeof(NoActivation)) Rows.Apply<F, R, T>(activation, c, cLine, m, columns);
        }
        return true;
    }

    // Few rows, or one column, which is the same product transposed.
    static bool TryVectors<A, B, F, R, T>(int m, int n, int k, A a, B b, T* c, nint cLine, in Epilogue<T> epilogue, F activation)
        where A : struct, IPanelSource<T> where B : struct, IPanelSource<T> where F : struct, IKernel
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (k < 2 * R.Count || !a.TryGetMemory(out var vectors) || !b.TryGetMemory(out var matrix)) return false;
        var turned = n == 1 && cLine == 1;
        if (turned) (vectors, matrix, m, n) = (matrix, vectors, 1, m);
        // Dot products with lines that run along the depth, or one sum of rows that lie along the columns.
        if (m > VectorProductJob<F, R, T>.MostVectors || (matrix.DepthStride != 1 && (m > 1 || matrix.LineStride != 1))) return false;
        var x = vectors.First;
        if (vectors.DepthStride != 1)
        {
            x = Workspace.Shared<T>((nint)m * k);
            for (var v = 0; v < m; v++)
                for (var d = 0; d < k; d++) x[v * k + d] = *vectors.At(v, d);
        }
        var job = new VectorProductJob<F, R, T>
        {
            Vectors = x,
            VectorStride = vectors.DepthStride == 1 ? vectors.LineStride : k,
            Count = m,
            Lines = n,
            Depth = k,
            Matrix = matrix.First,
            LineStride = matrix.LineStride,
            DepthStride = matrix.DepthStride,
            C = c,
            CLine = cLine,
            Epilogue = turned ? epilogue.Turned() : epilogue,
            Activation = activation,
        };
        Team.Run(job.Chunks, ref job);
        return true;
    }

    // Where A has to be packed, all threads pack together and then multiply together.
    static void RunPacking<A, B, F, R, T>(ref ProductJob<A, B, F, R, T> job)
        where A : struct, IPanelSource<T> where B : struct, IPanelSource<T> where F : struct, IKernel
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        for (var row = 0; row < job.RowCount; row += SharedRows)
        {
            (job.RowStart, job.RowEnd) = (row, Math.Min(job.RowCount, row + SharedRows));
            var depth = 0;
            do
            {
                (job.DepthStart, job.DepthEnd) = (depth, Math.Min(job.Depth, depth + job.DepthPart));
                job.PackedA = Workspace.Shared<T>((nint)(job.RowEnd - row + Tile.Rows<R, T>()) * job.DepthPart);
                var packing = new PackJob<A, R, T>
                {
                    Source = job.SourceA,
                    To = job.PackedA,
                    RowStart = row,
                    RowEnd = job.RowEnd,
                    DepthStart = depth,
                    DepthEnd = job.DepthEnd,
                };
                Team.Run(packing.Chunks, ref packing);
                job.Split();
                Team.Run(job.Chunks, ref job);
                depth = job.DepthEnd;
            }
            while (depth < job.Depth);
        }
    }

    /// <summary>The product as the triple loop that says what it is; for whole numbers, and where there are no vector registers.</summary>
    public static void Plain<T>(int m, int n, int k, Strided<T> a, Strided<T> b, T* c, nint cLine, in Epilogue<T> epilogue)
        where T : unmanaged, INumber<T>
    {
        for (var i = 0; i < m; i++)
            for (var j = 0; j < n; j++)
            {
                T* p = a.At(i, 0), q = b.At(j, 0);
                var sum = T.Zero;
                for (var d = 0; d < k; d++, p += a.DepthStride, q += b.DepthStride) sum += *p * *q;
                var y = sum * epilogue.Scale;
                if (epilogue.ColumnBias != null) y += epilogue.ColumnBias[j];
                if (epilogue.RowBias != null) y += epilogue.RowBias[i];
                c[i * cLine + j] = epilogue.Adds ? c[i * cLine + j] + y : y;
            }
    }
}
