using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Backprop.Formulas;

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

    /// <summary>The same memory, its lines along the other axis.</summary>
    public Strided<T> Transposed() => new(First, DepthStride, LineStride);

    public bool TryGetMemory(out Strided<T> memory)
    {
        memory = this;
        return true;
    }

    public void Pack(T* panel, int width, int line, int lines, int depth, int depths)
    {
        var from = At(line, depth);
        if (LineStride == 1)
        {
            if (Vector512.IsHardwareAccelerated) PackRows<V512<T>>(from, DepthStride, panel, width, lines, depths);
            else if (Vector256.IsHardwareAccelerated) PackRows<V256<T>>(from, DepthStride, panel, width, lines, depths);
            else PackRows<V128<T>>(from, DepthStride, panel, width, lines, depths);
            return;
        }
        if (lines < width) new Span<T>(panel, width * depths).Clear();
        if (DepthStride == 1) Transposition.Copy(from, LineStride, lines, depths, panel, width);
        else
            for (var d = 0; d < depths; d++)
                for (var l = 0; l < lines; l++) panel[d * width + l] = from[l * LineStride + d * DepthStride];
    }

    // The elements of one depth lie side by side: whole registers, then part of one. What lies beyond them is set to 0.
    [MethodImpl(Registers.Kernel)]
    static void PackRows<R>(T* from, nint stride, T* panel, int width, int lines, int depths) where R : struct, IRegister<R, T>
    {
        if (lines == width && width == 2 * R.Count)
        {
            for (; depths > 0; depths--, from += stride, panel += width)
            {
                R low = R.Load(ref *from, 0), high = R.Load(ref *from, (nuint)R.Count);
                low.Store(ref *panel, 0);
                high.Store(ref *panel, (nuint)R.Count);
            }
            return;
        }
        var whole = lines / R.Count * R.Count;
        var mask = Partial.Mask<R, T>(lines - whole);
        for (; depths > 0; depths--, from += stride, panel += width)
        {
            for (var l = 0; l < whole; l += R.Count) R.Load(ref *from, (nuint)l).Store(ref *panel, (nuint)l);
            if (whole == width) continue;
            var rest = Partial.Load(from + whole, lines - whole, mask);
            if (whole + R.Count <= width) rest.Store(ref *panel, (nuint)whole);
            else Partial.Store(rest, panel + whole, width - whole);
            for (var l = whole + R.Count; l < width; l++) panel[l] = default;
        }
    }
}
