using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// The outputs of one grid for some images, as the product of the weights [rows, channels · taps] with the patches of the laid-out input
/// [channels · taps, outputs]. The patches are never all in memory: a panel of them is gathered when it is needed. The outputs of all images are one
/// row of columns, so that small images fill the panels too.
/// </summary>
unsafe struct ConvolutionJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
{
    // Panels of patches and rows of weights of one part of the depth fill the second-level cache together.
    const int GroupPanels = 4;
    const int BlockRows = 192;

    // Multiplications worth a thread of their own.
    const long Worthwhile = 1 << 20;

    public ConvolutionShape Shape;
    public PositionWalk Walk;
    public T* Phased;
    public int* Offsets;
    public T* Weights;
    public T* Bias;
    public T* Y;

    /// <summary>How far the channels of the result lie apart.</summary>
    public nint TargetChannel;
    public bool IsDense;

    /// <summary>How many images there are.</summary>
    public int Images;

    int chunkRows, chunkPanels, rowChunks;

    public int Chunks { get; private set; }

    public static int Width => Tile.Columns<R, T>();

    readonly int Columns => Images * Walk.Positions;

    /// <summary>Cuts the work into chunks, by sizes alone.</summary>
    public void Split()
    {
        var panels = (Columns + Width - 1) / Width;
        var work = (long)Shape.Rows * Columns * Math.Max(1, Shape.Depth);
        var wanted = (int)Math.Clamp(work * Shape.Groups / Worthwhile, 1, 64);
        chunkPanels = Math.Clamp(panels * Shape.Groups / wanted, 1, GroupPanels);
        var columnChunks = (panels + chunkPanels - 1) / chunkPanels;
        var rowParts = Math.Clamp(wanted / Math.Max(1, columnChunks * Shape.Groups * 2), 1, (Shape.Rows + 63) / 64);
        rowParts = Math.Max(rowParts, (Shape.Rows + 1023) / 1024);
        chunkRows = Rounded((Shape.Rows + rowParts - 1) / rowParts);
        rowChunks = (Shape.Rows + chunkRows - 1) / chunkRows;
        Chunks = rowChunks * Shape.Groups * columnChunks;
    }

    static int Rounded(int rows) => (rows + Tile.Rows<R, T>() - 1) / Tile.Rows<R, T>() * Tile.Rows<R, T>();

    public readonly void Run(int chunk)
    {
        var (rest, rowChunk) = Math.DivRem(chunk, rowChunks);
        var (columnChunk, group) = Math.DivRem(rest, Shape.Groups);
        int row = rowChunk * chunkRows, rows = Math.Min(chunkRows, Shape.Rows - row);
        int column = columnChunk * chunkPanels * Width, columns = Math.Min(chunkPanels * Width, Columns - column);
        Block(group, row, rows, column, columns);
    }

    [SkipLocalsInit]
    readonly void Block(int group, int row, int rows, int column, int columns)
    {
        int panels = (columns + Width - 1) / Width, blocks = (rows + BlockRows - 1) / BlockRows, blockRows = Rounded((rows + blocks - 1) / blocks);
        // With one block of rows every panel is used up as soon as it is gathered.
        var kept = blocks == 1 ? 1 : panels;
        nint panelSize = (nint)Width * Math.Max(1, Math.Min(Shape.Depth, Shape.ChannelsOfPart * Shape.Taps));
        var memory = Workspace.Own<T>(kept * panelSize + 2 * Width + (nint)panels * rows * Width);
        // What does not lie in one piece in the result is computed here first.
        var aside = memory + kept * panelSize + 2 * Width;
        var channel = 0;
        do
        {
            var channels = Math.Min(Shape.ChannelsOfPart, Shape.Channels - channel);
            int depth = channel * Shape.Taps, depths = channels * Shape.Taps;
            for (var start = 0; start < rows; start += blockRows)
            {
                var end = Math.Min(rows, start + blockRows);
                for (var p = 0; p < panels; p++)
                {
                    int first = column + p * Width, count = Math.Min(Width, column + columns - first);
                    var panel = kept == 1 ? memory : memory + p * panelSize;
                    if (start == 0) Gather(panel, group, first, count, channel, channels);
                    var direct = IsDirect(first, count);
                    var c = direct ? Target(group, row + start, first) : aside + ((nint)p * rows + start) * Width;
                    var line = direct ? TargetChannel : Width;
                    var epilogue = new Epilogue<T>
                    {
                        Adds = channel > 0,
                        RowBias = Bias != null && channel + channels == Shape.Channels ? Bias + group * Shape.Rows + row + start : null,
                    };
                    var a = Shape.At(Weights, group, row + start, depth, depths, out var aLine, out var aDepth);
                    Tile.Run<R, T>(end - start, count, depths, a, aLine, aDepth, Tile.Rows<R, T>() * (Shape.IsPacked ? depths : aLine), panel, Width, c, line, epilogue);
                }
            }
            channel += channels;
        }
        while (channel < Shape.Channels);
        for (var p = 0; p < panels; p++)
        {
            int first = column + p * Width, count = Math.Min(Width, column + columns - first);
            if (!IsDirect(first, count)) Scatter(aside + (nint)p * rows * Width, group, row, rows, first, count);
        }
    }

    readonly bool IsDirect(int column, int count) => IsDense && Walk.InOneImage(column, count);

    readonly T* Target(int group, int row, int column) =>
        Y + column / Walk.Positions * Walk.TargetImage + (group * Shape.Rows + row) * TargetChannel + column % Walk.Positions;

    // The patches of some outputs, depth by depth. Whole registers are copied; what is too much of one run is overwritten by the next.
    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    readonly void Gather(T* panel, int group, int column, int count, int channel, int channels)
    {
        Span<PositionRun> runs = stackalloc PositionRun[Width];
        var used = Walk.Cut(column, count, runs);
        // The tile reads whole registers.
        var end = (count + R.Count - 1) / R.Count * R.Count;
        var last = runs[used - 1];
        runs[used - 1] = last with { Length = end - last.Lane };
        var from = Phased + ((nint)group * Shape.Channels + channel) * Shape.ChannelSize;
        if (used == 1)
        {
            from += runs[0].Source;
            for (; channels > 0; channels--, from += Shape.ChannelSize)
                for (var t = 0; t < Shape.Taps; t++, panel += Width)
                {
                    var p = from + Offsets[t];
                    R.Load(ref *p, 0).Store(ref *panel, 0);
                    if (end > R.Count) R.Load(ref *p, (nuint)R.Count).Store(ref *panel, (nuint)R.Count);
                }
            return;
        }
        fixed (PositionRun* firstRun = runs)
        {
            var endRun = firstRun + used;
            for (; channels > 0; channels--, from += Shape.ChannelSize)
                for (var t = 0; t < Shape.Taps; t++, panel += Width)
                {
                    var p = from + Offsets[t];
                    for (var run = firstRun; run < endRun; run++)
                    {
                        T* q = p + run->Source, to = panel + run->Lane;
                        R.Load(ref *q, 0).Store(ref *to, 0);
                        if (run->Length > R.Count) R.Load(ref *q, (nuint)R.Count).Store(ref *to, (nuint)R.Count);
                    }
                }
        }
    }

    [SkipLocalsInit]
    readonly void Scatter(T* from, int group, int row, int rows, int column, int count)
    {
        Span<PositionRun> runs = stackalloc PositionRun[Width];
        var used = Walk.Cut(column, count, runs);
        var step = Walk.Strides.Width;
        for (var r = 0; r < rows; r++, from += Width)
        {
            var to = Y + (group * Shape.Rows + row + r) * TargetChannel;
            foreach (ref var run in runs[..used])
            {
                T* p = from + run.Lane, q = to + run.Target;
                for (nint i = 0; i < run.Length; i++) q[i * step] = p[i];
            }
        }
    }
}

/// <summary>The sizes of a convolution as a product, and how its weights lie.</summary>
struct ConvolutionShape
{
    public int Groups, Rows, Channels, Taps, ChannelSize;

    /// <summary>So many channels make a part of the depth.</summary>
    public int ChannelsOfPart;

    /// <summary>Whether the weights are packed: by group, part of the depth and tile of rows; if not, they lie row by row.</summary>
    public bool IsPacked;

    /// <summary>The rows of a group, rounded up to whole tiles.</summary>
    public int PaddedRows;

    public readonly int Depth => Channels * Taps;

    /// <summary>Where the weights of a row begin, and how far its neighbours and its next weights lie away.</summary>
    public readonly unsafe T* At<T>(T* weights, int group, int row, int depth, int depths, out nint line, out nint next) where T : unmanaged
    {
        if (!IsPacked)
        {
            (line, next) = (Depth, 1);
            return weights + ((nint)group * Rows + row) * Depth + depth;
        }
        var tile = Product.PanelRows<T>();
        (line, next) = (1, tile);
        return weights + ((nint)group * Depth + depth) * PaddedRows + (nint)row * depths;
    }
}
