using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    // So many numbers that become one, or a few columns of a part's length and more, are summed by parts, so that threads can share them.
    const int ManyNumbers = 4 * Chunks.Elements;
    const int RowsOfPart = 256;

    /// <summary>A sum of very many numbers to one or to a few columns; false, and nothing done, for any other.</summary>
    static bool SumByParts<K>(K kernel, Tensor x, Tensor? m, bool[] reduced, Tensor y) where K : struct, IKernel
    {
        (x, var sizes, reduced) = Groups(x, reduced);
        if (reduced is not ([true] or [true, false])) return false;
        var inner = sizes.Length == 1 ? 1 : sizes[1];
        // A part of a row is a chunk; so are some rows of columns.
        var rows = inner == 1 ? Chunks.Elements : Math.Max(RowsOfPart, Chunks.Units(inner));
        if (inner > ColumnTile || sizes[0] < 2 * rows) return false;
        if (y.DType == DType.Float32) SumByParts<K, float>(kernel, x, m, sizes[0], rows, inner, y);
        else SumByParts<K, double>(kernel, x, m, sizes[0], rows, inner, y);
        return true;
    }

    static void SumByParts<K, T>(K kernel, Tensor x, Tensor? m, int length, int rows, int inner, Tensor y)
        where K : struct, IKernel where T : unmanaged, INumber<T>
    {
        var parts = (length + rows - 1) / rows;
        var action = new SumPartsAction<K, T>
        {
            Kernel = kernel,
            X = x,
            M = m,
            Length = length,
            Rows = rows,
            Inner = inner,
            Totals = new([parts, inner], DType.Float64),
        };
        WithRegisters<SumPartsAction<K, T>, T>(ref action);
        // The parts are added in their order, in double.
        var totals = action.Totals.Elements<double>();
        var to = y.Elements<T>();
        for (var i = 0; i < inner; i++)
        {
            var total = 0.0;
            for (var part = 0; part < parts; part++) total += totals[part * inner + i];
            to[i] = T.CreateTruncating(total);
        }
    }

    struct SumPartsAction<K, T> : IRegisterAction<T> where K : struct, IKernel where T : unmanaged, INumber<T>
    {
        public K Kernel;
        public Tensor X, Totals;
        public Tensor? M;
        public int Length, Rows, Inner;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var job = new SumPartsJob<K, R, T> { Of = this };
            Team.Run(Totals.Shape[0], ref job);
        }
    }

    struct SumPartsJob<K, R, T> : IJob where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        public SumPartsAction<K, T> Of;

        public readonly void Run(int chunk)
        {
            Span<T> own = stackalloc T[Widest];
            var to = Of.Totals.Elements<double>().Slice(chunk * Of.Inner, Of.Inner);
            var row = chunk * Of.Rows;
            ref var x = ref Unsafe.Add(ref Of.X.First<T>(), (nint)row * Of.Inner);
            var rows = Math.Min(Of.Rows, Of.Length - row);
            if (Of.Inner == 1)
            {
                if (Of.M is not null) own.Fill(Of.M.Elements<T>()[0]);
                to[0] = TotalRow<K, R, T>(Of.Kernel, ref x, ref MemoryMarshal.GetReference(own), 0, rows);
                return;
            }
            ref var m = ref MemoryMarshal.GetReference(Of.M is null ? own : Of.M.Elements<T>());
            Span<double> totals = stackalloc double[ColumnTile];
            TotalColumns<K, R, T>(Of.Kernel, ref x, Of.Inner, rows, ref m, 0, Of.Inner, totals);
            totals[..Of.Inner].CopyTo(to);
        }
    }
}
