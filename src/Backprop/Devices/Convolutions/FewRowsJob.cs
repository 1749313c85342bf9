using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// The outputs of one grid for some images where a group has few rows of weights, as in a depthwise convolution: the laid-out input is read where
/// it lies, several registers of outputs at once. Rows of outputs are computed with the gaps between them, then copied without.
/// </summary>
unsafe struct FewRowsJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
{
    /// <summary>More rows than this are worth panels.</summary>
    public const int MostRows = 4;

    // Outputs that are computed at a time: they stay in the first-level cache.
    const int BlockOutputs = 2048;

    public ConvolutionShape Shape;
    public PositionWalk Walk;
    public T* Phased;
    public int* Offsets;

    /// <summary>By group, then depth by depth, the rows side by side.</summary>
    public T* Weights;
    public T* Bias;
    public T* Y;
    public nint TargetChannel;
    public int Images;

    readonly int RowsOfBlock => Math.Clamp(BlockOutputs / Walk.Row, 1, Walk.Count.Height);

    readonly int BlocksOfPlane => (Walk.Count.Height + RowsOfBlock - 1) / RowsOfBlock;

    public readonly int Chunks => Images * Shape.Groups;

    public readonly void Run(int chunk)
    {
        var (image, group) = Math.DivRem(chunk, Shape.Groups);
        var size = RowsOfBlock * Walk.Row + 8 * R.Count;
        var sums = Workspace.Own<T>((nint)MostRows * size);
        var from = Phased + image * Walk.SourceImage + (nint)group * Shape.Channels * Shape.ChannelSize;
        var to = Y + image * Walk.TargetImage + (nint)group * Shape.Rows * TargetChannel + Walk.First;
        for (var d = 0; d < Walk.Count.Depth; d++)
            for (var block = 0; block < BlocksOfPlane; block++)
            {
                int h = block * RowsOfBlock, rows = Math.Min(RowsOfBlock, Walk.Count.Height - h);
                var outputs = (rows - 1) * Walk.Row + Walk.Count.Width;
                Compute(from + (nint)d * Walk.Plane + (nint)h * Walk.Row, group, outputs, sums, size);
                for (var r = 0; r < Shape.Rows; r++)
                    for (var i = 0; i < rows; i++)
                        Copy(sums + r * size + i * Walk.Row, to + r * TargetChannel + (nint)d * Walk.Strides.Depth + (nint)(h + i) * Walk.Strides.Height);
            }
    }

    readonly void Copy(T* from, T* to)
    {
        var step = Walk.Strides.Width;
        if (step == 1) new Span<T>(from, Walk.Count.Width).CopyTo(new(to, Walk.Count.Width));
        else
            for (nint i = 0; i < Walk.Count.Width; i++) to[i * step] = from[i];
    }

    readonly void Compute(T* from, int group, int outputs, T* sums, int size)
    {
        var weights = Weights + (nint)group * Shape.Depth * Shape.Rows;
        var row = 0;
        for (; row + 2 <= Shape.Rows; row += 2) Lines<Two>(from, weights + row, group * Shape.Rows + row, outputs, sums + row * size, size);
        if (row < Shape.Rows) Lines<One>(from, weights + row, group * Shape.Rows + row, outputs, sums + row * size, size);
    }

    readonly void Lines<N>(T* from, T* weights, int row, int outputs, T* sums, int size) where N : struct, ICount
    {
        var i = 0;
        for (; outputs - i > 2 * R.Count; i += 4 * R.Count) Sum<N, Four>(from + i, weights, row, sums + i, size);
        for (; i < outputs; i += 2 * R.Count) Sum<N, Two>(from + i, weights, row, sums + i, size);
    }

    // N rows by W registers of outputs.
    [MethodImpl(Registers.Kernel)]
    readonly void Sum<N, W>(T* from, T* weights, int row, T* sums, int size) where N : struct, ICount where W : struct, ICount
    {
        R a0 = R.Create(Bias == null ? T.Zero : Bias[row]), b0 = R.Create(Bias == null || N.Value < 2 ? T.Zero : Bias[row + 1]);
        R a1 = a0, a2 = a0, a3 = a0, b1 = b0, b2 = b0, b3 = b0;
        var step = Shape.Rows;
        for (var c = 0; c < Shape.Channels; c++, from += Shape.ChannelSize)
            for (var t = 0; t < Shape.Taps; t++, weights += step)
            {
                var p = from + Offsets[t];
                R x0 = R.Load(ref *p, 0), x1 = R.Load(ref *p, (nuint)R.Count), w = R.Create(*weights);
                R x2 = W.Value > 2 ? R.Load(ref *p, (nuint)(2 * R.Count)) : default, x3 = W.Value > 2 ? R.Load(ref *p, (nuint)(3 * R.Count)) : default;
                a0 = R.MultiplyAdd(w, x0, a0);
                a1 = R.MultiplyAdd(w, x1, a1);
                if (W.Value > 2) a2 = R.MultiplyAdd(w, x2, a2);
                if (W.Value > 2) a3 = R.MultiplyAdd(w, x3, a3);
                if (N.Value < 2) continue;
                w = R.Create(weights[1]);
                b0 = R.MultiplyAdd(w, x0, b0);
                b1 = R.MultiplyAdd(w, x1, b1);
                if (W.Value > 2) b2 = R.MultiplyAdd(w, x2, b2);
                if (W.Value > 2) b3 = R.MultiplyAdd(w, x3, b3);
            }
        Store<W>(sums, a0, a1, a2, a3);
        if (N.Value > 1) Store<W>(sums + size, b0, b1, b2, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<W>(T* to, R a, R b, R c, R d) where W : struct, ICount
    {
        a.Store(ref *to, 0);
        b.Store(ref *to, (nuint)R.Count);
        if (W.Value < 4) return;
        c.Store(ref *to, (nuint)(2 * R.Count));
        d.Store(ref *to, (nuint)(3 * R.Count));
    }
}
