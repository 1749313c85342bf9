using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// The derivative of a depthwise convolution by its weights: for every channel and tap the inner product of dy with the input under that tap, row by
/// row. One chunk is one channel of the input, for all images.
/// </summary>
unsafe struct DepthwiseWeightsPullJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
{
    const int TapsAtOnce = 4;

    public PhasedImage Image;
    public Extent Count;
    public T* X, Dy, Dw;
    public int Images, Groups, Rows, Taps;
    public int* Offsets;

    public readonly int Chunks => Groups;

    public readonly void Run(int group)
    {
        var phased = Workspace.Own<T>(Image.Size + 4 * R.Count);
        var sums = new double[Rows * Taps];
        for (var image = 0; image < Images; image++)
        {
            var channel = (nint)image * Groups + group;
            Image.Fill(X + channel * Image.Image.Product, phased, T.Zero);
            for (var row = 0; row < Rows; row++)
                for (var tap = 0; tap < Taps; tap += TapsAtOnce)
                    Products(phased, Dy + (channel * Rows + row) * Count.Product, Offsets + tap, Math.Min(TapsAtOnce, Taps - tap), sums.AsSpan(row * Taps + tap));
        }
        for (var i = 0; i < sums.Length; i++) Dw[(nint)group * sums.Length + i] = T.CreateTruncating(sums[i]);
    }

    readonly void Products(T* x, T* dy, int* offsets, int taps, Span<double> sums)
    {
        int last = taps - 1, o0 = offsets[0], o1 = offsets[Math.Min(1, last)], o2 = offsets[Math.Min(2, last)], o3 = offsets[Math.Min(3, last)];
        R s0 = R.Create(T.Zero), s1 = s0, s2 = s0, s3 = s0;
        for (var d = 0; d < Count.Depth; d++)
            for (var h = 0; h < Count.Height; h++, dy += Count.Width)
                Row(x + (nint)d * Image.Plane + (nint)h * Image.Row, o0, o1, o2, o3, dy, Count.Width, ref s0, ref s1, ref s2, ref s3);
        sums[0] += double.CreateTruncating(Backprop.Devices.Rows.Sum<R, T>(s0));
        if (taps > 1) sums[1] += double.CreateTruncating(Backprop.Devices.Rows.Sum<R, T>(s1));
        if (taps > 2) sums[2] += double.CreateTruncating(Backprop.Devices.Rows.Sum<R, T>(s2));
        if (taps > 3) sums[3] += double.CreateTruncating(Backprop.Devices.Rows.Sum<R, T>(s3));
    }

    [MethodImpl(Registers.Kernel)]
    static void Row(T* x, int o0, int o1, int o2, int o3, T* dy, int count, ref R s0, ref R s1, ref R s2, ref R s3)
    {
        R a = s0, b = s1, c = s2, d = s3;
        for (; count >= R.Count; count -= R.Count, x += R.Count, dy += R.Count)
        {
            var y = R.Load(ref *dy, 0);
            a = R.MultiplyAdd(y, R.Load(ref x[o0], 0), a);
            b = R.MultiplyAdd(y, R.Load(ref x[o1], 0), b);
            c = R.MultiplyAdd(y, R.Load(ref x[o2], 0), c);
            d = R.MultiplyAdd(y, R.Load(ref x[o3], 0), d);
        }
        if (count > 0)
        {
            // Both sides are cut off, so that what lies beyond, a NaN for one, does not matter.
            var y = Partial.Load<R, T>(dy, count);
            a = R.MultiplyAdd(y, Partial.Load<R, T>(x + o0, count), a);
            b = R.MultiplyAdd(y, Partial.Load<R, T>(x + o1, count), b);
            c = R.MultiplyAdd(y, Partial.Load<R, T>(x + o2, count), c);
            d = R.MultiplyAdd(y, Partial.Load<R, T>(x + o3, count), d);
        }
        (s0, s1, s2, s3) = (a, b, c, d);
    }
}
