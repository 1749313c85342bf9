using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// The derivative of a convolution by its weights, dw[o, c, tap] = Σ dy[n, o, position] x[n, c, position + tap], as products of dy [rows, positions] with
/// the patches [positions, taps · channels]. The input is laid out with a block of channels side by side, so that patches are copied in whole registers.
/// Each chunk is one share of the images, for one group, block of channels and block of rows; the shares are added up at the end.
/// </summary>
unsafe struct WeightsPullJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
{
    const int BlockRows = 256;

    // Bytes of the laid-out input at a time.
    const int BandBytes = 256 * 1024;

    // Shares of the images; together their sums take at most so much memory.
    const int MostShares = 16;
    const long SharesBytes = 16 << 20;

    public Windows Windows;
    public T* X, Dy;

    /// <summary>[shares, rows of all groups, channels · taps]: block by block of channels, there tap by tap, there channel by channel.</summary>
    public T* Sums;
    public int Images, Groups, Rows, Channels;

    int bandLines;
    PhasedImage band;
    int[] offsets;

    public int Shares { get; private set; }

    public int BlockChannels { get; private set; }

    static int Width => Tile.Columns<R, T>();

    readonly int Taps => Windows.Kernel.Product;

    readonly int RowBlocks => (Rows + BlockRows - 1) / BlockRows;

    readonly int ChannelBlocks => (Channels + BlockChannels - 1) / BlockChannels;

    public readonly int Chunks => Shares * Groups * ChannelBlocks * RowBlocks;

    // Bands are made of rows of windows, or of planes if there are several.
    readonly bool HasPlanes => Windows.Count.Depth > 1;

    readonly int Lines => HasPlanes ? Windows.Count.Depth : Windows.Count.Height;

    public void Split()
    {
        BlockChannels = Math.Min(Channels, Width * Math.Max(1, 8 / Taps));
        var weights = (long)Groups * Rows * Channels * Taps * sizeof(T);
        Shares = (int)Math.Clamp(Math.Min(MostShares / (Groups * ChannelBlocks * RowBlocks), SharesBytes / Math.Max(1, weights)), 1, Math.Max(1, Images));
        var whole = PhasedImage.Of(Windows, Windows.Count);
        var bytes = (long)whole.Size * BlockChannels * sizeof(T);
        bandLines = (int)Math.Clamp(Lines * (long)BandBytes / bytes, 1, Lines);
        band = PhasedImage.Of(Windows, HasPlanes ? Windows.Count with { Depth = bandLines } : Windows.Count with { Height = bandLines });
        offsets = band.Offsets(Windows);
    }

    public readonly void Run(int chunk)
    {
        (chunk, var rowBlock) = Math.DivRem(chunk, RowBlocks);
        (chunk, var channelBlock) = Math.DivRem(chunk, ChannelBlocks);
        var (share, group) = Math.DivRem(chunk, Groups);
        var each = (Images + Shares - 1) / Shares;
        var part = new Part
        {
            Group = group,
            Row = rowBlock * BlockRows,
            Rows = Math.Min(BlockRows, Rows - rowBlock * BlockRows),
            Channel = channelBlock * BlockChannels,
            Channels = Math.Min(BlockChannels, Channels - channelBlock * BlockChannels),
        };
        part.Sums = Sums + ((nint)share * Groups + group) * Rows * Channels * Taps + (nint)part.Row * Channels * Taps + (nint)part.Channel * Taps;
        int image = share * each, end = Math.Min(Images, image + each);
        if (image >= end)
        {
            for (var r = 0; r < part.Rows; r++) new Span<T>(part.Sums + (nint)r * Channels * Taps, part.Channels * Taps).Clear();
            return;
        }
        for (var first = true; image < end; image++)
            for (var line = 0; line < Lines; line += bandLines, first = false) Band(part, image, line, first);
    }

    struct Part
    {
        public int Group, Row, Rows, Channel, Channels;
        public T* Sums;
    }

    // Positions of a part of the depth.
    static int DepthPart => 2048 / sizeof(T);

    readonly void Band(in Part part, int image, int line, bool first)
    {
        var tile = Tile.Rows<R, T>();
        var paddedRows = (part.Rows + tile - 1) / tile * tile;
        var size = (nint)band.Size * part.Channels;
        var memory = Workspace.Own<T>(size + 4 * Width + (nint)(Width + paddedRows) * DepthPart + 2 * Width);
        T* panel = memory + size + 4 * Width, panelsOfA = panel + (nint)Width * DepthPart + 2 * Width;
        var x = X + ((nint)(image * Groups + part.Group) * Channels + part.Channel) * Windows.Image.Product;
        band.FillSideBySide(x, part.Channels, memory, HasPlanes ? line : 0, HasPlanes ? 0 : line);
        new Span<T>(memory + size, 4 * Width).Clear();

        var lines = Math.Min(bandLines, Lines - line);
        var ofLine = Windows.Count.Product / Lines;
        nint positions = Windows.Count.Product;
        var dy = Dy + ((nint)(image * Groups + part.Group) * Rows + part.Row) * positions + (nint)line * ofLine;
        for (var position = 0; position < lines * ofLine; position += DepthPart)
        {
            var depths = Math.Min(DepthPart, lines * ofLine - position);
            var source = new Strided<T>(dy, positions, 1);
            for (var row = 0; row < part.Rows; row += tile)
                source.Pack(panelsOfA + (nint)row * depths, tile, row, Math.Min(tile, part.Rows - row), position, depths);
            var columns = Taps * part.Channels;
            for (var column = 0; column < columns; column += Width)
            {
                var count = Math.Min(Width, columns - column);
                Gather(memory, part.Channels, column, count, position, depths, panel);
                Tile.Run<R, T>(
                    part.Rows, count, depths, panelsOfA, 1, tile, (nint)tile * depths, panel, Width,
                    part.Sums + column, (nint)Channels * Taps, new Epilogue<T> { Adds = !first || position > 0 });
            }
        }
    }

    // Some columns of the patches, position by position: pieces that lie side by side, in whole registers, what is too much overwritten by the next.
    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    readonly void Gather(T* from, int channels, int column, int count, int position, int depths, T* panel)
    {
        Piece* pieces = stackalloc Piece[Width];
        var last = Cut(channels, column, count, pieces);
        last->Length = (count + R.Count - 1) / R.Count * R.Count - last->Lane;
        var (line, w) = Math.DivRem(position, Windows.Count.Width);
        var (d, h) = Math.DivRem(line, Windows.Count.Height);
        while (depths > 0)
        {
            var p = from + ((nint)d * band.Plane + (nint)h * band.Row + w) * channels;
            var run = Math.Min(depths, Windows.Count.Width - w);
            depths -= run;
            for (; run > 0; run--, p += channels, panel += Width)
                for (var piece = pieces; piece <= last; piece++)
                {
                    T* q = p + piece->Source, to = panel + piece->Lane;
                    R.Load(ref *q, 0).Store(ref *to, 0);
                    if (piece->Length > R.Count) R.Load(ref *q, (nuint)R.Count).Store(ref *to, (nuint)R.Count);
                }
            w = 0;
            if (++h < Windows.Count.Height) continue;
            h = 0;
            d++;
        }
    }

    struct Piece
    {
        public nint Source;
        public int Lane, Length;
    }

    // Neighbouring taps whose channels continue each other are one piece. Gives the last one.
    readonly Piece* Cut(int channels, int column, int count, Piece* piece)
    {
        *piece = default;
        for (var lane = 0; lane < count;)
        {
            var (tap, channel) = Math.DivRem(column + lane, channels);
            var length = Math.Min(channels - channel, count - lane);
            var source = (nint)offsets[tap] * channels + channel;
            if (lane > 0 && source == piece->Source + piece->Length) piece->Length += length;
            else
            {
                if (lane > 0) piece++;
                *piece = new() { Source = source, Lane = lane, Length = length };
            }
            lane += length;
        }
        return piece;
    }
}

/// <summary>Adds up the shares of <see cref="WeightsPullJob{R, T}"/>, and puts the weights of every channel side by side; some rows a chunk.</summary>
unsafe struct JoinSharesJob<T> : IJob where T : unmanaged, INumber<T>
{
    const int Worthwhile = 1 << 15;

    public T* Sums, To;
    public int Shares, Rows, Channels, Taps, BlockChannels;

    readonly int RowSize => Channels * Taps;

    readonly int OfChunk => Math.Max(1, Worthwhile / RowSize);

    public readonly int Chunks => (Rows + OfChunk - 1) / OfChunk;

    public readonly void Run(int chunk)
    {
        var end = Math.Min(Rows, (chunk + 1) * OfChunk);
        for (var row = chunk * OfChunk; row < end; row++)
        {
            var sums = Sums + (nint)row * RowSize;
            var whole = new Span<T>(sums, RowSize);
            for (var s = 1; s < Shares; s++) TensorPrimitives.Add(whole, new ReadOnlySpan<T>(sums + (nint)s * Rows * RowSize, RowSize), whole);
            for (var block = 0; block < Channels; block += BlockChannels)
            {
                var channels = Math.Min(BlockChannels, Channels - block);
                Transposition.Copy(sums + (nint)block * Taps, channels, Taps, channels, To + (nint)row * RowSize + (nint)block * Taps, Taps);
            }
        }
    }
}
