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
        var phased = Workspace.Own<T>(Image.Size + Windows.Count.Height * Windows.Count.Width + 4 * R.Count);
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
        if (!InPlace) Image.Fill(x, phased, Divisors is null ? T.NegativeInfinity : T.Zero);
        var plane = Windows.Count.Height * Windows.Count.Width;
        for (var d = 0; d < Windows.Count.Depth; d++, y += plane, places += places == null ? 0 : plane)
            if (!InPlace) Plane<NextTo>(d, phased + (nint)d * Image.Plane, Image.Row, Offsets, phased, y, places);
            else
            {
                var from = x + (nint)d * Windows.Stride.Depth * Windows.Image.Height * Windows.Image.Width;
                var row = (nint)Windows.Stride.Height * Windows.Image.Width;
                if (Windows.Stride.Width == 1) Plane<NextTo>(d, from, row, OwnOffsets, phased, y, places);
                else Plane<EverySecond>(d, from, row, OwnOffsets, phased, y, places);
            }
    }

    readonly void Plane<L>(int d, T* from, nint row, int* offsets, T* phased, T* y, long* places) where L : struct, ILine
    {
        int height = Windows.Count.Height, width = Windows.Count.Width;
        if (Divisors is not null)
        {
            for (var h = 0; h < height; h++)
                AverageRow<L>(from + h * row, offsets, y + h * width, T.CreateTruncating(Divisors.Depth[d] * Divisors.Height[h]));
            return;
        }
        if (places == null)
        {
            LargestRows<L>(from, row, offsets, y);
            return;
        }
        var chosen = phased + Image.Size + 2 * R.Count;
        var isLow = LargestRows<L>(from, row, offsets, y, chosen);
        for (var h = 0; h < height; h++, chosen += width, places += width)
        {
            SetPlaces(d, h, chosen, places);
            if (isLow) MoveInside(d, h, y + h * width, places);
        }
    }

    // The last register of a row goes over some windows again where nothing may be read beyond them.
    readonly int LastPlace => InPlace ? Windows.Count.Width - R.Count : Windows.Count.Width;

    [MethodImpl(Registers.Kernel)]
    readonly void AverageRow<L>(T* from, int* offsets, T* y, T divisor) where L : struct, ILine
    {
        int width = Windows.Count.Width, taps = Taps, kernel = Windows.Kernel.Width, last = LastPlace;
        for (var next = 0; next < width; next += R.Count)
        {
            var w = Math.Min(next, last);
            var p = from + w * L.Step;
            var sum = R.Create(T.Zero);
            for (var t = 0; t < taps;)
            {
                sum += L.Load(p + offsets[t++], true);
                for (var k = 1; k < kernel; k++) sum += L.Load(p + offsets[t++], false);
            }
            Store(sum / (R.Load(ref Widths[w], 0) * R.Create(divisor)), y, w, width);
        }
    }

    [MethodImpl(Registers.Kernel)]
    readonly void LargestRows<L>(T* from, nint row, int* offsets, T* y) where L : struct, ILine
    {
        int width = Windows.Count.Width, height = Windows.Count.Height, taps = Taps, kernel = Windows.Kernel.Width, last = LastPlace;
        for (var h = 0; h < height; h++, from += row, y += width)
            for (var next = 0; next < width; next += R.Count)
            {
                var w = Math.Min(next, last);
                var p = from + w * L.Step;
                var most = R.Create(T.NegativeInfinity);
                for (var t = 0; t < taps;)
                {
                    most = R.Max(most, L.Load(p + offsets[t++], true));
                    for (var k = 1; k < kernel; k++) most = R.Max(most, L.Load(p + offsets[t++], false));
                }
                Store(most, y, w, width);
            }
    }

    // The same, and the offset in the image of which place of the window it was, as a whole number; whether some window has nothing above -∞.
    [MethodImpl(Registers.Kernel)]
    readonly bool LargestRows<L>(T* from, nint row, int* offsets, T* y, T* chosen) where L : struct, ILine
    {
        int width = Windows.Count.Width, height = Windows.Count.Height, taps = Taps, kernel = Windows.Kernel.Width, last = LastPlace;
        var own = OwnOffsets;
        R nothing = R.Create(T.NegativeInfinity), low = R.Create(T.Zero);
        for (var h = 0; h < height; h++, from += row, y += width, chosen += width)
            for (var next = 0; next < width; next += R.Count)
            {
                var w = Math.Min(next, last);
                var p = from + w * L.Step;
                R most = nothing, place = R.Bits(own[0]);
                for (var t = 0; t < taps;)
                {
                    Choose(L.Load(p + offsets[t], true), own[t++], ref most, ref place);
                    for (var k = 1; k < kernel; k++) Choose(L.Load(p + offsets[t], false), own[t++], ref most, ref place);
                }
                Store(most, y, w, width);
                Store(place, chosen, w, width);
                low = R.Or(low, R.Equal(most, nothing));
            }
        return R.Any(low);
    }

    // Of several NaN it is the last, as in PyTorch.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Choose(R x, int offset, ref R most, ref R place)
    {
        var larger = R.Or(R.Less(most, x), R.Not(R.Equal(x, x)));
        most = R.Select(larger, x, most);
        place = R.Select(larger, R.Bits(offset), place);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(R value, T* row, int w, int width)
    {
        var rest = width - w;
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
