using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>Sums of a few weighted elements along an axis: y[i] = Σ Weights[i·Taps + t] · x[Places[i·Taps + t]].</summary>
sealed record ResampleTable(int Taps, int[] Places, double[] Weights);

static partial class Cpu
{
    /// <summary>
    /// y = weighted sums of a few elements of x along an axis, or, transposed, every x added with its weights to these elements of y. Both contiguous and of one
    /// float type.
    /// </summary>
    public static void Resample(Tensor x, int axis, ResampleTable table, bool transposed, Tensor y)
    {
        var action = new ResampleAction { X = x, Axis = axis, Table = table, Transposed = transposed, Y = y };
        y.DType.DispatchFloat(nameof(Resample), ref action);
    }

    struct ResampleAction : IFloatAction
    {
        public Tensor X, Y;
        public int Axis;
        public ResampleTable Table;
        public bool Transposed;

        public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (Transposed) Y.Bytes().Clear();
            if (X.Count == 0 || Y.Count == 0) return;
            var action = new ResampleWith<T> { Call = this };
            WithRegisters<ResampleWith<T>, T>(ref action);
        }
    }

    unsafe struct ResampleWith<T> : IRegisterAction<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public ResampleAction Call;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var inner = 1;
            for (var i = Call.Axis + 1; i < Call.X.Rank; i++) inner *= Call.X.Shape[i];
            var weights = Array.ConvertAll(Call.Table.Weights, w => T.CreateTruncating(w));
            fixed (T* x = &Call.X.First<T>(), y = &Call.Y.First<T>(), w = weights)
            fixed (int* places = Call.Table.Places)
            {
                var job = new ResampleJob<R, T>
                {
                    X = x,
                    Y = y,
                    Weights = w,
                    Places = places,
                    Taps = Call.Table.Taps,
                    Inner = inner,
                    Transposed = Call.Transposed,
                    From = Call.X.Shape[Call.Axis],
                    To = Call.Y.Shape[Call.Axis],
                    Outer = Call.X.Count / (inner * Call.X.Shape[Call.Axis]),
                };
                Team.Run(job.Chunks, ref job);
            }
        }
    }

    unsafe struct ResampleJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Worthwhile = 1 << 15;

        public T* X, Y, Weights;
        public int* Places;
        public int Taps, Outer, From, To, Inner;
        public bool Transposed;

        readonly int OfChunk => Math.Max(1, Worthwhile / Math.Max(1, Inner * Math.Max(From, To)));

        public readonly int Chunks => (Outer + OfChunk - 1) / OfChunk;

        public readonly void Run(int chunk)
        {
            var end = Math.Min(Outer, (chunk + 1) * OfChunk);
            for (nint outer = chunk * OfChunk; outer < end; outer++)
            {
                T* x = X + outer * From * Inner, y = Y + outer * To * Inner;
                // The table belongs to the larger number of sums, which are x's elements if it is transposed.
                if (Inner == 1) Line(x, y);
                else
                    for (var i = 0; i < (Transposed ? From : To); i++) Rows(x, y, i);
            }
        }

        readonly void Line(T* x, T* y)
        {
            int* place = Places;
            var weight = Weights;
            for (var i = 0; i < (Transposed ? From : To); i++, place += Taps, weight += Taps)
            {
                var sum = T.Zero;
                for (var t = 0; t < Taps; t++)
                {
                    if (Transposed) y[place[t]] += weight[t] * x[i];
                    else sum += weight[t] * x[place[t]];
                }
                if (!Transposed) y[i] = sum;
            }
        }

        readonly void Rows(T* x, T* y, int i)
        {
            for (var t = 0; t < Taps; t++)
            {
                nint place = Places[i * Taps + t];
                if (Transposed) AddRow(x + (nint)i * Inner, Weights[i * Taps + t], y + place * Inner, false);
                else AddRow(x + place * Inner, Weights[i * Taps + t], y + (nint)i * Inner, t == 0);
            }
        }

        [MethodImpl(Registers.Kernel)]
        readonly void AddRow(T* x, T weight, T* y, bool begins)
        {
            var w = R.Create(weight);
            var i = 0;
            for (; i + R.Count <= Inner; i += R.Count)
                R.MultiplyAdd(R.Load(ref x[i], 0), w, begins ? R.Create(T.Zero) : R.Load(ref y[i], 0)).Store(ref y[i], 0);
            for (; i < Inner; i++) y[i] = x[i] * weight + (begins ? T.Zero : y[i]);
        }
    }
}
