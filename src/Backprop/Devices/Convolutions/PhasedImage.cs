using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// How an image is laid out so that windows at any stride, dilation and padding see it by offsets alone: element (d, h, w) of window (i, j, k)
/// lies at the offset of (d, h, w) plus that of (i, j, k), and windows in a row lie side by side.
/// </summary>
sealed unsafe class PhasedImage
{
    readonly PhasedAxis depth, height, width;
    readonly int volume;

    public PhasedImage(PhasedAxis depth, PhasedAxis height, PhasedAxis width, Extent image)
    {
        (this.depth, this.height, this.width, Image) = (depth, height, width, image);
        Plane = checked(height.Length * width.Length);
        volume = checked(depth.Length * Plane);
        Size = checked(volume * depth.Slots * height.Slots * width.Slots);
    }

    /// <summary>As some windows see it.</summary>
    public static PhasedImage Of(in Windows w, Extent count) => new(
        PhasedAxis.OfWindows(w.Image.Depth, w.Kernel.Depth, w.Stride.Depth, w.Dilation.Depth, w.Padding.Depth, count.Depth),
        PhasedAxis.OfWindows(w.Image.Height, w.Kernel.Height, w.Stride.Height, w.Dilation.Height, w.Padding.Height, count.Height),
        PhasedAxis.OfWindows(w.Image.Width, w.Kernel.Width, w.Stride.Width, w.Dilation.Width, w.Padding.Width, count.Width),
        w.Image);

    /// <summary>The image's own sizes.</summary>
    public Extent Image { get; }

    /// <summary>How many elements lie between one row of windows and the next.</summary>
    public int Row => width.Length;

    /// <summary>How many elements lie between one plane of windows and the next.</summary>
    public int Plane { get; }

    /// <summary>How many elements one channel takes.</summary>
    public int Size { get; }

    /// <summary>The offset of a place of the window, given how far it lies from the window's first.</summary>
    public int Offset(int d, int h, int w)
    {
        var ((slotD, shiftD), (slotH, shiftH), (slotW, shiftW)) = (depth.Place(d), height.Place(h), width.Place(w));
        return ((slotD * height.Slots + slotH) * width.Slots + slotW) * volume + shiftD * Plane + shiftH * Row + shiftW;
    }

    /// <summary>The offsets of all places of a window, row by row.</summary>
    public int[] Offsets(in Windows windows)
    {
        var (kernel, dilation) = (windows.Kernel, windows.Dilation);
        var offsets = new int[kernel.Product];
        var i = 0;
        for (var d = 0; d < kernel.Depth; d++)
            for (var h = 0; h < kernel.Height; h++)
                for (var w = 0; w < kernel.Width; w++) offsets[i++] = Offset(d * dilation.Depth, h * dilation.Height, w * dilation.Width);
        return offsets;
    }

    /// <summary>Lays out one channel; outside the image stands the given number. Rows and planes of windows may be left out in front.</summary>
    public void Fill<T>(T* image, T* to, T outside, int skippedPlanes = 0, int skippedRows = 0) where T : unmanaged
    {
        var rows = new ChannelRows<T> { Image = image, To = to, Outside = outside };
        Walk(ref rows, skippedPlanes, skippedRows);
    }

    /// <summary>Lays out several channels side by side: channel c of an element lies at <c>to[element · channels + c]</c>. Zeros stand outside.</summary>
    public void FillSideBySide<T>(T* image, int channels, T* to, int skippedPlanes, int skippedRows) where T : unmanaged
    {
        var rows = new SideBySideRows<T> { Image = image, ChannelStride = Image.Product, Channels = channels, To = to };
        Walk(ref rows, skippedPlanes, skippedRows);
    }

    /// <summary>The reverse of <see cref="Fill"/>: puts the elements that lie inside the image back; others of the image are set to 0.</summary>
    public void Empty<T>(T* from, T* image) where T : unmanaged
    {
        new Span<T>(image, Image.Product).Clear();
        var rows = new ReturnedRows<T> { Image = image, From = from };
        Walk(ref rows, 0, 0);
    }

    void Walk<W>(ref W rows, int skippedPlanes, int skippedRows) where W : struct, IRows
    {
        nint to = 0;
        for (var slotD = 0; slotD < depth.Slots; slotD++)
            for (var slotH = 0; slotH < height.Slots; slotH++)
                for (var slotW = 0; slotW < width.Slots; slotW++)
                {
                    var (first, end, source) = width.Inside(slotW, 0);
                    for (var d = 0; d < depth.Length; d++)
                        for (var h = 0; h < height.Length; h++, to += Row)
                        {
                            int plane = depth.Source(slotD, d, skippedPlanes), row = height.Source(slotH, h, skippedRows);
                            if (plane < 0 || row < 0 || first == end) rows.Outer(to, Row);
                            else rows.Inner(((nint)plane * Image.Height + row) * Image.Width + source, width.Stride, to, first, end, Row);
                        }
                }
    }

    interface IRows
    {
        /// <summary>A row that lies outside the image.</summary>
        void Outer(nint to, int length);

        /// <summary>A row of which the elements from first to end are those of the image from a place on.</summary>
        void Inner(nint from, int stride, nint to, int first, int end, int length);
    }

    struct ChannelRows<T> : IRows where T : unmanaged
    {
        public T* Image, To;
        public T Outside;

        public readonly void Outer(nint to, int length) => new Span<T>(To + to, length).Fill(Outside);

        public readonly void Inner(nint from, int stride, nint to, int first, int end, int length)
        {
            var row = To + to;
            for (var i = 0; i < first; i++) row[i] = Outside;
            Pick(Image + from, stride, row + first, end - first);
            for (var i = end; i < length; i++) row[i] = Outside;
        }
    }

    struct SideBySideRows<T> : IRows where T : unmanaged
    {
        public T* Image, To;
        public nint ChannelStride;
        public int Channels;

        public readonly void Outer(nint to, int length) => new Span<T>(To + to * Channels, length * Channels).Clear();

        public readonly void Inner(nint from, int stride, nint to, int first, int end, int length)
        {
            var row = To + to * Channels;
            new Span<T>(row, first * Channels).Clear();
            new Span<T>(row + end * Channels, (length - end) * Channels).Clear();
            row += first * Channels;
            var image = Image + from;
            if (stride == 1) Transposition.Copy(image, ChannelStride, Channels, end - first, row, Channels);
            else
                for (var i = first; i < end; i++, image += stride, row += Channels)
                    for (var c = 0; c < Channels; c++) row[c] = image[c * ChannelStride];
        }
    }

    struct ReturnedRows<T> : IRows where T : unmanaged
    {
        public T* Image, From;

        public readonly void Outer(nint to, int length)
        {
        }

        public readonly void Inner(nint from, int stride, nint to, int first, int end, int length)
        {
            T* row = From + to + first, image = Image + from;
            if (stride == 1) new Span<T>(row, end - first).CopyTo(new(image, end - first));
            else
                for (var i = 0; i < end - first; i++) image[(nint)i * stride] = row[i];
        }
    }

    /// <summary>to[i] = from[i·stride].</summary>
    public static void Pick<T>(T* from, int stride, T* to, int count) where T : unmanaged
    {
        if (stride == 1)
        {
            new Span<T>(from, count).CopyTo(new(to, count));
            return;
        }
        var i = 0;
        if (stride == 2 && sizeof(T) == 4) i = PickSecond((float*)from, (float*)to, count);
        for (; i < count; i++) to[i] = from[(nint)i * stride];
    }

    // Whole registers, the last of which picks some again; the last pair is read from in front, so that nothing beyond the row is.
    [MethodImpl(Registers.Kernel)]
    static int PickSecond(float* from, float* to, int count)
    {
        if (Vector256.IsHardwareAccelerated && count > 8)
        {
            for (var i = 0; i < count - 8; i += 8) EverySecond<V256<float>, float>(from + 2 * i, true).Store(ref to[i], 0);
            EverySecond<V256<float>, float>(from + 2 * (count - 8), false).Store(ref to[count - 8], 0);
            return count;
        }
        if (Vector128.IsHardwareAccelerated && count > 4)
        {
            for (var i = 0; i < count - 4; i += 4) EverySecond<V128<float>, float>(from + 2 * i, true).Store(ref to[i], 0);
            EverySecond<V128<float>, float>(from + 2 * (count - 4), false).Store(ref to[count - 4], 0);
            return count;
        }
        return 0;
    }

    /// <summary>
    /// Every second of elements of 4 bytes: p[0], p[2], … Either the element behind the last is read too, or, from in front, the one before the first.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static R EverySecond<R, T>(T* p, bool behind) where R : struct, IRegister<R, T> where T : unmanaged
    {
        // Halves of pairs, taken as whole numbers.
        var pairs = (ulong*)(behind ? p : p - 1);
        var lower = behind == BitConverter.IsLittleEndian;
        if (typeof(R) == typeof(V512<float>))
        {
            Vector512<ulong> a = Vector512.Load(pairs), b = Vector512.Load(pairs + 8);
            return Unsafe.BitCast<Vector512<float>, R>(Vector512.Narrow(lower ? a : a >>> 32, lower ? b : b >>> 32).AsSingle());
        }
        if (typeof(R) == typeof(V256<float>))
        {
            Vector256<ulong> a = Vector256.Load(pairs), b = Vector256.Load(pairs + 4);
            return Unsafe.BitCast<Vector256<float>, R>(Vector256.Narrow(lower ? a : a >>> 32, lower ? b : b >>> 32).AsSingle());
        }
        Vector128<ulong> c = Vector128.Load(pairs), d = Vector128.Load(pairs + 2);
        return Unsafe.BitCast<Vector128<float>, R>(Vector128.Narrow(lower ? c : c >>> 32, lower ? d : d >>> 32).AsSingle());
    }
}
