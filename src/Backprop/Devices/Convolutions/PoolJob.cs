using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>Pools some channels a chunk: each is laid out, then several windows of a row are gone over at once.</summary>
unsafe struct PoolJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    const int Worthwhile = 1 << 15;

    public PhasedImage Image;
    public Windows Windows;
    public T* X, Y, Widths;
    public long* Places;
    public int* Offsets;
    public Cpu.Divisors? Divisors;
    public bool Pulls;
    public int Channels;

    readonly int Taps => Windows.Kernel.Product;

    readonly int OfChunk => Math.Max(1, Worthwhile / (Image.Size + Windows.Count.Product * Taps));

    public readonly int Chunks => (Channels + OfChunk - 1) / OfChunk;

    public readonly void Run(int chunk)
    {
        var phased = Workspace.Own<T>(Image.Size + Windows.Count.Width + 4 * R.Count);
        var end = Math.Min(Channels, (chunk + 1) * OfChunk);
        for (nint channel = chunk * OfChunk; channel < end; channel++)
        {
            T* x = X + channel * Windows.Image.Product, y = Y + channel * Windows.Count.Product;
            if (Pulls) Pull(phased, y, x);
            else if (Divisors is not null) Average(phased, x, y);
            else Largest(phased, x, y, Places == null ? null : Places + channel * Windows.Count.Product);
        }
    }

    readonly void Average(T* phased, T* x, T* y)
    {
        Image.Fill(x, phased, T.Zero);
        for (var d = 0; d < Windows.Count.Depth; d++)
            for (var h = 0; h < Windows.Count.Height; h++, y += Windows.Count.Width)
                AverageRow(phased + (nint)d * Image.Plane + (nint)h * Image.Row, y, T.CreateTruncating(Divisors!.Depth[d] * Divisors.Height[h]));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void AverageRow(T* from, T* y, T divisor)
    {
        for (var w = 0; w < Windows.Count.Width; w += R.Count)
        {
            var sum = R.Load(ref from[Offsets[0] + w], 0);
            for (var t = 1; t < Taps; t++) sum += R.Load(ref from[Offsets[t] + w], 0);
            Store(sum / (R.Load(ref Widths[w], 0) * R.Create(divisor)), y, w);
        }
    }

    readonly void Store(R value, T* row, int w)
    {
        var rest = Windows.Count.Width - w;
        if (rest >= R.Count) value.Store(ref row[w], 0);
        else Partial.Store(value, row + w, rest);
    }

    readonly void Pull(T* phased, T* dy, T* dx)
    {
        new Span<T>(phased, Image.Size + R.Count).Clear();
        for (var d = 0; d < Windows.Count.Depth; d++)
            for (var h = 0; h < Windows.Count.Height; h++, dy += Windows.Count.Width)
                PullRow(phased + (nint)d * Image.Plane + (nint)h * Image.Row, dy, T.CreateTruncating(Divisors!.Depth[d] * Divisors.Height[h]));
        Image.Empty(phased, dx);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    readonly void Largest(T* phased, T* x, T* y, long* places)
    {
        var chosen = phased + Image.Size + 2 * R.Count;
        Image.Fill(x, phased, T.NegativeInfinity);
        for (var d = 0; d < Windows.Count.Depth; d++)
            for (var h = 0; h < Windows.Count.Height; h++, y += Windows.Count.Width)
            {
                var from = phased + (nint)d * Image.Plane + (nint)h * Image.Row;
                if (places == null)
                {
                    LargestRow(from, y);
                    continue;
                }
                LargestRow(from, y, chosen);
                for (var w = 0; w < Windows.Count.Width; w++) *places++ = Place(d, h, w, int.CreateTruncating(chosen[w]), T.IsNegativeInfinity(y[w]));
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void LargestRow(T* from, T* y)
    {
        for (var w = 0; w < Windows.Count.Width; w += R.Count)
        {
            var most = R.Load(ref from[Offsets[0] + w], 0);
            for (var t = 1; t < Taps; t++) most = R.Max(most, R.Load(ref from[Offsets[t] + w], 0));
            Store(most, y, w);
        }
    }

    // The same, and which place of the window it was. Of several NaN it is the last, as in PyTorch.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void LargestRow(T* from, T* y, T* chosen)
    {
        for (var w = 0; w < Windows.Count.Width; w += R.Count)
        {
            R most = R.Load(ref from[Offsets[0] + w], 0), tap = R.Create(T.Zero);
            for (var t = 1; t < Taps; t++)
            {
                var next = R.Load(ref from[Offsets[t] + w], 0);
                var larger = R.Or(R.Less(most, next), R.Not(R.Equal(next, next)));
                most = R.Select(larger, next, most);
                tap = R.Select(larger, R.Create(T.CreateTruncating(t)), tap);
            }
            Store(most, y, w);
            Store(tap, chosen, w);
        }
    }

    // Where in the channel a place of a window lies. Where all is -∞ it may have been one of the margin: then the first that is not.
    readonly long Place(int d, int h, int w, int tap, bool any)
    {
        while (true)
        {
            var (line, k) = Math.DivRem(tap, Windows.Kernel.Width);
            var (i, j) = Math.DivRem(line, Windows.Kernel.Height);
            var z = d * Windows.Stride.Depth + i * Windows.Dilation.Depth - Windows.Padding.Depth;
            var y = h * Windows.Stride.Height + j * Windows.Dilation.Height - Windows.Padding.Height;
            var x = w * Windows.Stride.Width + k * Windows.Dilation.Width - Windows.Padding.Width;
            if (!any || ((uint)z < (uint)Windows.Image.Depth && (uint)y < (uint)Windows.Image.Height && (uint)x < (uint)Windows.Image.Width))
                return ((long)z * Windows.Image.Height + y) * Windows.Image.Width + x;
            tap++;
        }
    }
}
