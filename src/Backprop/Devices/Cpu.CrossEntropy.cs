using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>y[i] = ln Σⱼ e^x[i, j] − x[i, label[i]]; 0 for a label that is left out. x is [rows, classes].</summary>
    public static void CrossEntropy(Tensor x, Tensor labels, long left, Tensor y)
    {
        if (y.DType == DType.Float32) CrossEntropy<float>(x, labels, left, null, y);
        else CrossEntropy<double>(x, labels, left, null, y);
    }

    /// <summary>dx[i, j] = (e^x[i, j] / Σ e^x[i] − (j = label[i]))·dy[i]; 0 for a label that is left out.</summary>
    public static void CrossEntropyPull(Tensor x, Tensor labels, long left, Tensor dy, Tensor dx)
    {
        if (dx.DType == DType.Float32) CrossEntropy<float>(x, labels, left, dy, dx);
        else CrossEntropy<double>(x, labels, left, dy, dx);
    }

    static void CrossEntropy<T>(Tensor x, Tensor labels, long left, Tensor? dy, Tensor y) where T : unmanaged, INumber<T>
    {
        if (x.Count == 0) return;
        var rows = x.Shape[0];
        var job = new CrossEntropyJob<T> { X = x.Packed(), Labels = labels, Left = left, Dy = dy?.Packed(), Y = y, Rows = rows, Classes = x.Shape[1] };
        // Chunks of about 20 µs; what a row becomes does not depend on them.
        job.Step = Math.Max(CrossEntropyJob<T>.Tile, (1 << 15) / job.Classes);
        Team.Run((rows + job.Step - 1) / job.Step, ref job);
    }

    struct CrossEntropyJob<T> : IJob where T : unmanaged, INumber<T>
    {
        /// <summary>Rows that are turned into columns at a time.</summary>
        public const int Tile = 64;

        public Tensor X, Labels, Y;
        public Tensor? Dy;
        public long Left;
        public int Rows, Classes, Step;

        public readonly void Run(int chunk)
        {
            var action = new CrossEntropyAction<T> { Job = this, First = chunk * Step, Last = Math.Min(Rows, (chunk + 1) * Step) };
            WithRegisters<CrossEntropyAction<T>, T>(ref action);
        }
    }

    struct CrossEntropyAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public CrossEntropyJob<T> Job;
        public int First, Last;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            if (Job.Classes < ShortRow && Last - First >= CrossEntropyJob<T>.Tile) ShortRows<R>();
            else LongRows<R>();
        }

        readonly ref T X(int row) => ref Unsafe.Add(ref Job.X.First<T>(), (nint)row * Job.Classes);

        readonly void LongRows<R>() where R : struct, IRegister<R, T>
        {
            Span<T> memory = stackalloc T[2 * Widest];
            ref T m = ref MemoryMarshal.GetReference(memory), s = ref Unsafe.Add(ref m, Widest);
            var line = new InRow(Job.Classes);
            for (var row = First; row < Last; row++)
            {
                ref var y = ref Unsafe.Add(ref Job.Y.First<T>(), (nint)row * Job.Classes);
                Line<InRow, R>(line, ref X(row), ref y, ref m, ref s, row, 1);
                if (Job.Dy is not null) OffLabel(ref y, 1, row);
            }
        }

        // Short rows become columns, so that a register holds one number of each of several rows.
        readonly void ShortRows<R>() where R : struct, IRegister<R, T>
        {
            const int tile = CrossEntropyJob<T>.Tile;
            Span<T> memory = stackalloc T[(2 * ShortRow + 2) * tile];
            ref T a = ref MemoryMarshal.GetReference(memory), y = ref Unsafe.Add(ref a, ShortRow * tile);
            ref T m = ref Unsafe.Add(ref y, ShortRow * tile), s = ref Unsafe.Add(ref m, tile);
            for (var row = First; row < Last; row += tile)
            {
                var n = Math.Min(tile, Last - row);
                ref var x = ref X(row);
                for (var i = 0; i < n; i++)
                    for (var j = 0; j < Job.Classes; j++) Unsafe.Add(ref a, j * tile + i) = Unsafe.Add(ref x, i * Job.Classes + j);
                Line<InColumns, R>(new(Job.Classes, tile, n), ref a, ref y, ref m, ref s, row, n);
                if (Job.Dy is null) continue;
                ref var dx = ref Unsafe.Add(ref Job.Y.First<T>(), (nint)row * Job.Classes);
                for (var i = 0; i < n; i++)
                {
                    OffLabel(ref Unsafe.Add(ref y, i), tile, row + i);
                    for (var j = 0; j < Job.Classes; j++) Unsafe.Add(ref dx, i * Job.Classes + j) = Unsafe.Add(ref y, j * tile + i);
                }
            }
        }

        // The losses of some rows, or their shares times what flows in.
        readonly void Line<L, R>(L line, ref T x, ref T y, ref T m, ref T s, int row, int n)
            where L : struct, ILayout where R : struct, IRegister<R, T>
        {
            line.Fold<Largest, R, T>(default, ref x, ref m);
            if (Job.Dy is null)
            {
                line.Sum<ExpDifference, R, T>(default, ref x, ref m, false, ref s);
                line.PerLine<Logarithm, R, T>(default, ref s);
                for (var i = 0; i < n; i++) SetLoss(row + i, Unsafe.Add(ref m, i), Unsafe.Add(ref s, i));
                return;
            }
            line.ExpSum<R, T>(ref x, ref m, ref y, ref s);
            for (var i = 0; i < n; i++)
                Unsafe.Add(ref s, i) = Label(row + i) == Job.Left ? T.Zero : Unsafe.Add(ref Job.Dy.First<T>(), row + i) / Unsafe.Add(ref s, i);
            // A single row has its number in every lane.
            if (typeof(L) == typeof(InRow)) MemoryMarshal.CreateSpan(ref s, R.Count).Fill(s);
            line.Map<Multiplied, R, T>(default, ref y, ref s, false, ref s, ref y);
        }

        readonly long Label(int row) => Unsafe.Add(ref Job.Labels.First<long>(), row);

        readonly void SetLoss(int row, T most, T logarithm)
        {
            var label = Label(row);
            Unsafe.Add(ref Job.Y.First<T>(), row) = label == Job.Left ? T.Zero : most - Unsafe.Add(ref X(row), (nint)label) + logarithm;
        }

        readonly void OffLabel(ref T y, int stride, int row)
        {
            var label = Label(row);
            if (label != Job.Left) Unsafe.Add(ref y, (nint)label * stride) -= Unsafe.Add(ref Job.Dy!.First<T>(), row);
            // What is left out is 0 whatever stands there, also where it makes a NaN.
            else
                for (var j = 0; j < Job.Classes; j++) Unsafe.Add(ref y, j * stride) = T.Zero;
        }
    }
}
