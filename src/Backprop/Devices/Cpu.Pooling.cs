using System.Numerics;
using System.Runtime.Intrinsics;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// y = the largest number of every window of every channel, NaN if there is one; its place in the channel, the first of equal ones, goes into
    /// <paramref name="places"/> (int64) if that is there. Every window holds at least one element of the image. All are contiguous.
    /// </summary>
    public static void MaxPool(Tensor x, in Windows windows, Tensor y, Tensor? places)
    {
        var action = new PoolAction { X = x, Windows = windows, Y = y, Places = places };
        y.DType.DispatchFloat(nameof(MaxPool), ref action);
    }

    /// <summary>y = Σ of every window divided by its divisor, the product of one number for each axis; zeros stand outside.</summary>
    public static void AveragePool(Tensor x, in Windows windows, Divisors divisors, Tensor y)
    {
        var action = new PoolAction { X = x, Windows = windows, Y = y, Divisors = divisors };
        y.DType.DispatchFloat(nameof(AveragePool), ref action);
    }

    /// <summary>The transpose: every dy divided by its window's divisor is added to all elements of its window.</summary>
    public static void AveragePoolPull(Tensor dy, in Windows windows, Divisors divisors, Tensor dx)
    {
        var action = new PoolAction { X = dx, Windows = windows, Y = dy, Divisors = divisors, Pulls = true };
        dy.DType.DispatchFloat(nameof(AveragePoolPull), ref action);
    }

    /// <summary>What windows are divided by: the product of the numbers that belong to the window's place along each axis.</summary>
    public sealed record Divisors(double[] Depth, double[] Height, double[] Width);

    struct PoolAction : IFloatAction
    {
        public Tensor X, Y;
        public Tensor? Places;
        public Windows Windows;
        public Divisors? Divisors;
        public bool Pulls;

        public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (X.Count == 0) return;
            if (Y.Count == 0)
            {
                if (Pulls) X.Bytes().Clear();
                return;
            }
            var action = new PoolWith<T> { Call = this };
            WithRegisters<PoolWith<T>, T>(ref action);
        }
    }

    unsafe struct PoolWith<T> : IRegisterAction<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public PoolAction Call;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            // Narrow registers where wide ones would not be filled.
            var windows = Call.Windows.Count.Width;
            if (windows < V256<T>.Count && Vector128.IsHardwareAccelerated) Pool<V128<T>>();
            else if (windows < R.Count && typeof(R) == typeof(V512<T>)) Pool<V256<T>>();
            else Pool<R>();
        }

        readonly void Pool<R>() where R : struct, IRegister<R, T>
        {
            var image = PhasedImage.Of(Call.Windows, Call.Windows.Count);
            var (size, kernel, dilation) = (Call.Windows.Image, Call.Windows.Kernel, Call.Windows.Dilation);
            var own = new int[kernel.Product];
            for (var i = 0; i < own.Length; i++)
                own[i] = (i / (kernel.Height * kernel.Width) * dilation.Depth * size.Height + i / kernel.Width % kernel.Height * dilation.Height) * size.Width
                    + i % kernel.Width * dilation.Width;
            // One register more than there are numbers, so that whole registers can be read.
            var widths = new T[Call.Windows.Count.Width + R.Count];
            Array.Fill(widths, T.One);
            for (var i = 0; i < (Call.Divisors?.Width.Length ?? 0); i++) widths[i] = T.CreateTruncating(Call.Divisors!.Width[i]);
            fixed (T* x = &Call.X.First<T>(), y = &Call.Y.First<T>(), width = widths)
            fixed (long* places = &(Call.Places ?? Call.X).First<long>())
            fixed (int* offsets = image.Offsets(Call.Windows), ownOffsets = own)
            {
                var job = new PoolJob<R, T>
                {
                    Image = image,
                    Windows = Call.Windows,
                    X = x,
                    Y = y,
                    Places = Call.Places is null ? null : places,
                    Offsets = offsets,
                    OwnOffsets = ownOffsets,
                    InPlace = PoolJob<R, T>.ReadsInPlace(Call.Windows),
                    Divisors = Call.Divisors,
                    Widths = width,
                    Pulls = Call.Pulls,
                    Channels = Call.X.Shape[0] * Call.X.Shape[1],
                };
                Team.Run(job.Chunks, ref job);
            }
        }
    }

    /// <summary>dx = dy at the place of every channel that is named for it, added up, and 0 elsewhere. The places are int64 and lie within the channel.</summary>
    public static void Unpool(Tensor dy, Tensor places, Tensor dx)
    {
        var action = new UnpoolAction { Dy = dy, Places = places, Dx = dx };
        dx.DType.DispatchFloat(nameof(Unpool), ref action);
    }

    struct UnpoolAction : IFloatAction
    {
        public Tensor Dy, Places, Dx;

        public readonly unsafe void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var channels = Dx.Shape[0] * Dx.Shape[1];
            if (channels == 0) return;
            fixed (T* dy = &Dy.First<T>(), dx = &Dx.First<T>())
            fixed (long* places = &Places.First<long>())
            {
                var job = new UnpoolJob<T> { Dy = dy, Places = places, Dx = dx, Channels = channels, Windows = Dy.Count / channels, Elements = Dx.Count / channels };
                Team.Run(job.Chunks, ref job);
            }
        }
    }

    unsafe struct UnpoolJob<T> : IJob where T : unmanaged, INumber<T>
    {
        const int Worthwhile = 1 << 15;

        public T* Dy, Dx;
        public long* Places;
        public int Channels, Windows, Elements;

        readonly int OfChunk => Math.Max(1, Worthwhile / Math.Max(1, Elements));

        public readonly int Chunks => (Channels + OfChunk - 1) / OfChunk;

        public readonly void Run(int chunk)
        {
            var end = Math.Min(Channels, (chunk + 1) * OfChunk);
            for (nint channel = chunk * OfChunk; channel < end; channel++)
            {
                T* to = Dx + channel * Elements, from = Dy + channel * Windows;
                var place = Places + channel * Windows;
                new Span<T>(to, Elements).Clear();
                for (var i = 0; i < Windows; i++) to[place[i]] += from[i];
            }
        }
    }
}
