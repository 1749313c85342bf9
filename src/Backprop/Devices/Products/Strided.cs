using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Devices;

/// <summary>A matrix in memory with any strides, so that transposes and slices need no copy.</summary>
/// <param name="first">Its first element.</param>
/// <param name="lineStride">How many elements lie between a line and the next.</param>
/// <param name="depthStride">How many elements lie between neighbours on a line.</param>
readonly unsafe struct Strided<T>(T* first, nint lineStride, nint depthStride) : IPanelSource<T> where T : unmanaged
{
    public readonly T* First = first;
    public readonly nint LineStride = lineStride, DepthStride = depthStride;

    /// <summary>Where an element lies.</summary>
    public T* At(nint line, nint depth) => First + line * LineStride + depth * DepthStride;

    public bool TryGetMemory(out Strided<T> memory)
    {
        memory = this;
        return true;
    }

    public void Pack(T* panel, int width, int line, int lines, int depth, int depths)
    {
        var from = At(line, depth);
        if (lines < width) new Span<T>(panel, width * depths).Clear();
        if (LineStride == 1) PackRows(from, DepthStride, panel, width, lines, depths);
        else if (DepthStride == 1) PackColumns(from, LineStride, panel, width, lines, depths);
        else
            for (var d = 0; d < depths; d++)
                for (var l = 0; l < lines; l++) panel[d * width + l] = from[l * LineStride + d * DepthStride];
    }

    // The elements of one depth lie side by side.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PackRows(T* from, nint stride, T* panel, int width, int lines, int depths)
    {
        var bytes = lines * sizeof(T);
        if (bytes == 128 && Vector256.IsHardwareAccelerated)
            for (; depths > 0; depths--, from += stride, panel += width)
            {
                var p = (byte*)from;
                var (a, b, c, d) = (Vector256.Load(p), Vector256.Load(p + 32), Vector256.Load(p + 64), Vector256.Load(p + 96));
                a.Store((byte*)panel);
                b.Store((byte*)panel + 32);
                c.Store((byte*)panel + 64);
                d.Store((byte*)panel + 96);
            }
        else if (bytes == 64 && Vector256.IsHardwareAccelerated)
            for (; depths > 0; depths--, from += stride, panel += width)
            {
                var (a, b) = (Vector256.Load((byte*)from), Vector256.Load((byte*)from + 32));
                a.Store((byte*)panel);
                b.Store((byte*)panel + 32);
            }
        else if (bytes == 32 && Vector256.IsHardwareAccelerated)
            for (; depths > 0; depths--, from += stride, panel += width) Vector256.Load((byte*)from).Store((byte*)panel);
        else
            for (; depths > 0; depths--, from += stride, panel += width)
                for (var l = 0; l < lines; l++) panel[l] = from[l];
    }

    // The elements of one line lie side by side.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PackColumns(T* from, nint stride, T* panel, int width, int lines, int depths)
    {
        for (var l = 0; l < lines; l++, from += stride, panel++)
            for (var d = 0; d < depths; d++) panel[d * width] = from[d];
    }
}
