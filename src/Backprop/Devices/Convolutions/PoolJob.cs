using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// Pools some channels a chunk, several windows of a row at once. Windows that lie within the image, one or two elements apart, read it where it is;
/// for others it is laid out first.
/// </summary>
unsafe struct PoolJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    const int Worthwhile = 1 << 15;

    public PhasedImage Image;
    public Windows Windows;
    public T* X, Y, Widths;
    public long* Places;

    /// <summary>Where the places of a window lie in the laid-out image, and in the image as it is.</summary>
    public int* Offsets, OwnOffsets;
    public Cpu.Divisors? Divisors;
    public bool Pulls, InPlace;
    public int Channels;

    readonly int Taps => Windows.Kernel.Product;

    readonly int OfChunk => Math.Max(1, Worthwhile / (Image.Size + Windows.Count.Product * Taps));

    public readonly int Chunks => (Channels + OfChunk - 1) / OfChunk;

    /// <summary>Whether the image can be read as it is: no register reaches beyond it.</summary>
    public static bool ReadsInPlace(in Windows w) =>
        w.Padding == default && w.Count.Width >= R.Count && w.Kernel.Width > 1 && w.Stride.Width <= 2 && (w.Stride.Width == 1 || sizeof(T) == 4)
        && Ends(w.Count.Depth, w.Stride.Depth, w.Kernel.Depth, w.Dilation.Depth, w.Image.Depth)
        && Ends(w.Count.Height, w.Stride.Height, w.Kernel.Height, w.Dilation.Height, w.Image.Height)
        && Ends(w.Count.Width, w.Stride.Width, w.Kernel.Width, w.Dilation.Width, w.Image.Width);

    static bool Ends(int count, int stride, int kernel, int dilation, int image) => (count - 1) * stride + (kernel - 1) * dilation < image;

    public readonly void Run(int chunk)
    {
        var phased = Workspace.Own<T>(Image.Size + Windows.Count.Width + 4 * R.Count);
        var end = Math.Min(Channels, (chunk + 1) * OfChunk);
        for (nint channel = chunk * OfChunk; channel < end; channel++)
        {
            T* x = X + channel * Windows.Image.Product, y = Y + channel * Windows.Count.Product;
            var places = Places == null ? null : Places + channel * Windows.Count.Product;
            if (Pulls) Pull(phased, y, x);
            else Pool(phased, x, y, places);
        }
    }

    readonly void Pool(T* phased, T* x, T* y, long* places)
    {
        var chosen = phased + Image.Size + 2 * R.Count;
        if (!InPlace) Image.Fill(x, phased, Divisors is null ? T.NegativeInfinity : T.Zero);
        for (var d = 0; d < Windows.Count.Depth; d++)
            for (var h = 0; h < Windows.Count.Height; h++, y += Windows.Count.Width)
            {
                var own = ((nint)d * Windows.Stride.Depth * Windows.Image.Height + (nint)h * Windows.Stride.Height) * Windows.Image.Width;
                var from = InPlace ? x + own : phased + (nint)d * Image.Plane + (nint)h * Image.Row;
                var divisor = Divisors is null ? T.One : T.CreateTruncating(Divisors.Depth[d] * Divisors.Height[h]);
                var isLow = !InPlace ? Row<NextTo>(from, Offsets, y, places == null ? null : chosen, divisor)
                    : Windows.Stride.Width == 1 ? Row<NextTo>(from, OwnOffsets, y, places == null ? null : chosen, divisor)
                    : Row<EverySecond>(from, OwnOffsets, y, places == null ? null : chosen, divisor);
                if (places == null) continue;
                SetPlaces(d, h, chosen, places);
                if (isLow) MoveInside(d, h, y, places);
                places += Windows.Count.Width;
            }
    }

    // Whether places were chosen and some window has nothing above -∞.
    readonly bool Row<L>(T* from, int* offsets, T* y, T* chosen, T divisor) where L : struct, ILine
    {
        if (Divisors is null && chosen != null) return LargestRow<L>(from, offsets, y, chosen);
        if (Divisors is null) LargestRow<L>(from, offsets, y);
        else AverageRow<L>(from, offsets, y, divisor);
        return false;
    }

    // The last register of a row goes over some windows again where nothing may be read beyond them.
    readonly int At(int w) => InPlace ? Math.Min(w, Windows.Count.Width - R.Count) : w;

    [MethodImpl(Registers.Kernel)]
    readonly void AverageRow<L>(T* from, int* offsets, T* y, T divisor) where L : struct, ILine
    {
        for (var next = 0; next < Windows.Count.Width; next += R.Count)
        {
            var w = At(next);
            var sum = L.Load(from + offsets[0] + w * L.Step, true);
            for (var t = 1; t < Taps; t++) sum += L.Load(from + offsets[t] + w * L.Step, t % Windows.Kernel.Width == 0);
            Store(sum / (R.Load(ref Widths[w], 0) * R.Create(divisor)), y, w);
        }
    }

    [MethodImpl(Registers.Kernel)]
    readonly void LargestRow<L>(T* from, int* offsets, T* y) where L : struct, ILine
    {
        for (var next = 0; next < Windows.Count.Width; next += R.Count)
        {
            var w = At(next);
            var most = L.Load(from + offsets[0] + w * L.Step, true);
            for (var t = 1; t < Taps; t++) most = R.Max(most, L.Load(from + offsets[t] + w * L.Step, t % Windows.Kernel.Width == 0));
            Store(most, y, w);
        }
    }

    // The same, and the offset in the image of which place of the window it was, as a whole number. Of several NaN it is the last, as in PyTorch.
    [MethodImpl(Registers.Kernel)]
    readonly bool LargestRow<L>(T* from, int* offsets, T* y, T* chosen) where L : struct, ILine
    {
        var isLow = false;
        for (var next = 0; next < Windows.Count.Width; next += R.Count)
        {
            var w = At(next);
            R most = L.Load(from + offsets[0] + w * L.Step, true), place = R.Bits(OwnOffsets[0]);
            for (var t = 1; t < Taps; t++)
            {
                var x = L.Load(from + offsets[t] + w * L.Step, t % Windows.Kernel.Width == 0);
                var larger = R.Or(R.Less(most, x), R.Not(R.Equal(x, x)));
                most = R.Select(larger, x, most);
                place = R.Select(larger, R.Bits(OwnOffsets[t]), place);
            }
            Store(most, y, w);
            Store(place, chosen, w);
            isLow |= R.Any(R.Equal(most, R.Create(T.NegativeInfinity)));
        }
        return isLow;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void Store(R value, T* row, int w)
    {
        var rest = Windows.Count.Width - w;
        if (rest >= R.Count) value.Store(ref row[w], 0);
        else Partial.Store(value, row + w, rest);
    }

    readonly void SetPlaces(int d, int h, T* chosen, long* places)
    {
        long z = (long)d * Windows.Stride.Depth - Windows.Padding.Depth, row = (long)h * Windows.Stride.Height - Windows.Padding.Height;
        var first = (z * Windows.Image.Height + row) * Windows.Image.Width - Windows.Padding.Width;
        for (var w = 0; w < Windows.Count.Width; w++, first += Windows.Stride.Width)
            places[w] = first + (sizeof(T) == sizeof(int) ? ((int*)chosen)[w] : ((long*)chosen)[w]);
    }

    readonly void MoveInside(int d, int h, T* y, long* places)
    {
        for (var w = 0; w < Windows.Count.Width; w++)
            if (T.IsNegativeInfinity(y[w])) places[w] = FirstInside(d, h, w);
    }

    // Where all is -∞ the place may have been one of the margin; it is the first that is not and holds -∞ too.
    readonly long FirstInside(int d, int h, int w)
    {
        for (var tap = 0; ; tap++)
        {
            var (line, k) = Math.DivRem(tap, Windows.Kernel.Width);
            var (i, j) = Math.DivRem(line, Windows.Kernel.Height);
            var z = d * Windows.Stride.Depth + i * Windows.Dilation.Depth - Windows.Padding.Depth;
            var y = h * Windows.Stride.Height + j * Windows.Dilation.Height - Windows.Padding.Height;
            var x = w * Windows.Stride.Width + k * Windows.Dilation.Width - Windows.Padding.Width;
            if ((uint)z < (uint)Windows.Image.Depth && (uint)y < (uint)Windows.Image.Height && (uint)x < (uint)Windows.Image.Width)
                return ((long)z * Windows.Image.Height + y) * Windows.Image.Width + x;
        }
    }

    readonly void Pull(T* phased, T* dy, T* dx)
    {
        new Span<T>(phased, Image.Size + R.Count).Clear();
        for (var d = 0; d < Windows.Count.Depth; d++)
            for (var h = 0; h < Windows.Count.Height; h++, dy += Windows.Count.Width)
                PullRow(phased + (nint)d * Image.Plane + (nint)h * Image.Row, dy, T.CreateTruncating(Divisors!.Depth[d] * Divisors.Height[h]));
        Image.Empty(phased, dx);
    }

    [MethodImpl(Registers.Kernel)]
    readonly void PullRow(T* to, T* dy, T divisor)
    {
        for (var w = 0; w < Windows.Count.Width; w += R.Count)
        {
            var rest = Windows.Count.Width - w;
            var g = (rest >= R.Count ? R.Load(ref dy[w], 0) : Partial.Load<R, T>(dy + w, rest)) / (R.Load(ref Widths[w], 0) * R.Create(divisor));
            for (var t = 0; t < Taps; t++)
            {
                var p = to + Offsets[t] + w;
                (R.Load(ref *p, 0) + g).Store(ref *p, 0);
            }
        }
    }

    /// <summary>How what neighbouring windows see at one place lies in memory.</summary>
    interface ILine
    {
        static abstract int Step { get; }

        /// <summary>What the windows see at this place; at the first place of a row of a window the element behind may be read, at others the one in front.</summary>
        static abstract R Load(T* p, bool first);
    }

    readonly struct NextTo : ILine
    {
        public static int Step => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static R Load(T* p, bool first) => R.Load(ref *p, 0);
    }

    readonly struct EverySecond : ILine
    {
        public static int Step => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static R Load(T* p, bool first) => PhasedImage.EverySecond<R, T>(p, first);
    }
}
