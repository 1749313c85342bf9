using System.Numerics;

namespace Backprop.Devices;

/// <summary>Packs the weights of a convolution as the tiles take them, one tile of rows a chunk.</summary>
unsafe struct PackWeightsJob<T> : IJob where T : unmanaged, INumber<T>
{
    public ConvolutionShape Shape;
    public T* Weights;
    public T* To;

    /// <summary>How far weights lie apart in a group: from row to row, and from channel to channel.</summary>
    public nint RowStride, ChannelStride, GroupStride;

    /// <summary>Where the weights of a channel lie.</summary>
    public int* Taps;
    public bool IsNatural;

    static int TileRows => Product.PanelRows<T>();

    readonly int TilesOfGroup => Shape.PaddedRows / TileRows;

    public readonly int Chunks => Shape.Groups * TilesOfGroup;

    public readonly void Run(int chunk)
    {
        var (group, tile) = Math.DivRem(chunk, TilesOfGroup);
        int row = tile * TileRows, rows = Math.Min(TileRows, Shape.Rows - row);
        var from = Weights + group * GroupStride + row * RowStride;
        for (var channel = 0; channel < Shape.Channels; channel += Shape.ChannelsOfPart)
        {
            var channels = Math.Min(Shape.ChannelsOfPart, Shape.Channels - channel);
            var to = Shape.At(To, group, row, channel * Shape.Taps, channels * Shape.Taps, out _, out _);
            Part(from + channel * ChannelStride, rows, channels, to);
        }
    }

    readonly void Part(T* from, int rows, int channels, T* to)
    {
        var width = TileRows;
        if (rows < width) new Span<T>(to, width * channels * Shape.Taps).Clear();
        if (IsNatural && ChannelStride == Shape.Taps)
        {
            Transposition.Copy(from, RowStride, rows, channels * Shape.Taps, to, width);
            return;
        }
        for (; channels > 0; channels--, from += ChannelStride, to += width * Shape.Taps)
        {
            if (IsNatural) Transposition.Copy(from, RowStride, rows, Shape.Taps, to, width);
            else
                for (var t = 0; t < Shape.Taps; t++)
                    for (var r = 0; r < rows; r++) to[t * width + r] = from[r * RowStride + Taps[t]];
        }
    }
}
