using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// Windows of 3 by 3, one element apart, by minimal filtering (Winograd 1980; Lavin, Gray 2016): 4 by 4 results from 6 by 6 elements take 36 products instead of 144.
/// A chunk is some tiles of results: their elements are gathered and transformed, 36 matrix products over the channels follow, and what comes out is transformed back.
/// </summary>
/// <remarks>Results are within about 1e-5 of the largest; one that is not finite spoils its tile.</remarks>
unsafe struct WinogradJob<R> : IJob where R : struct, IRegister<R, float>
{
    /// <summary>Products of a tile, and the sizes of a tile's sides before and after.</summary>
    public const int Points = 36, Side = 6, Step = 4;

    // Tiles of a chunk: a whole number of panels of any register.
    const int Block = 32;

    public float* X, Y, Weights, Bias;
    public int Channels, Rows, PaddedRows, Padding;
    public int Height, Width, OutHeight, OutWidth, TilesDown, TilesAcross, Tiles;

    public readonly int Chunks => (Tiles + Block - 1) / Block;

    /// <summary>Where a tile's elements and results lie, and which rows and columns of it are within the image and the result.</summary>
    struct Tile
    {
        public nint From, To;
        public int Top, Bottom, Left, Right, Rows, Columns;

        public readonly bool IsWhole => Top == 0 && Bottom == Side && Left == 0 && Right == Side;
    }

    [SkipLocalsInit]
    public readonly void Run(int chunk)
    {
        int first = chunk * Block, count = Math.Min(Block, Tiles - first), panel = Product.PanelColumns<float>();
        var tiles = stackalloc Tile[Block];
        for (var l = 0; l < count; l++) tiles[l] = At(first + l);
        nint channelPoints = (nint)Channels * Block, rowPoints = (nint)Rows * Block;
        var values = Workspace.Own<float>(Points * (channelPoints + rowPoints + 2 * Block));
        // Tile by tile, and the same with the tiles side by side, as registers want them.
        float* sums = values + Points * channelPoints, apart = sums + Points * rowPoints, elements = apart + Points * Block;
        new Span<float>(apart, Points * Block).Clear();
        for (var c = 0; c < Channels; c++)
        {
            Gather(X + (nint)c * Height * Width, tiles, count, apart);
            Transposition.Copy(apart, Points, Block, Points, elements, Block);
            for (var l = 0; l < Block; l += R.Count) Spread(elements + l, values + l / panel * panel * Channels + c * panel + l % panel, channelPoints);
        }
        for (var p = 0; p < Points; p++)
            for (var l = 0; l < Block; l += panel)
                Product.RunPacked(
                    Rows, panel, Channels, Weights + (nint)p * PaddedRows * Channels, values + p * channelPoints + l * Channels, sums + p * rowPoints + l, Block, new Epilogue<float>());
        for (var k = 0; k < Rows; k++)
        {
            for (var l = 0; l < Block; l += R.Count) Collect(sums + k * Block + l, rowPoints, Bias == null ? 0 : Bias[k], elements + l);
            Transposition.Copy(elements, Block, Step * Step, Block, apart, Step * Step);
            Scatter(apart, tiles, count, Y + (nint)k * OutHeight * OutWidth);
        }
    }

    readonly Tile At(int tile)
    {
        var (image, place) = Math.DivRem(tile, TilesDown * TilesAcross);
        var (down, across) = Math.DivRem(place, TilesAcross);
        int row = down * Step - Padding, column = across * Step - Padding;
        return new()
        {
            From = (nint)image * Channels * Height * Width + (nint)row * Width + column,
            To = (nint)image * Rows * OutHeight * OutWidth + (nint)down * Step * OutWidth + across * Step,
            Top = Math.Max(0, -row),
            Bottom = Math.Min(Side, Height - row),
            Left = Math.Max(0, -column),
            Right = Math.Min(Side, Width - column),
            Rows = Math.Min(Step, OutHeight - down * Step),
            Columns = Math.Min(Step, OutWidth - across * Step),
        };
    }

    // The elements of tiles; what is beyond the image stays the 0 that it is.
    [MethodImpl(Registers.Kernel)]
    readonly void Gather(float* image, Tile* tiles, int count, float* to)
    {
        var plane = (nint)Height * Width;
        for (var l = 0; l < count; l++, to += Points)
        {
            ref var tile = ref tiles[l];
            var x = image + tile.From;
            // The next channel's lines, which lie too short and too far apart for the processor to foresee them; four tiles share a line.
            if (Sse.IsSupported && l % 4 == 0)
                for (var i = 0; i < Side; i++) Sse.Prefetch0(x + i * Width + plane);
            if (tile.IsWhole)
                for (var i = 0; i < Side; i++, x += Width)
                {
                    Vector128.Load(x).Store(to + i * Side);
                    *(double*)(to + i * Side + 4) = *(double*)(x + 4);
                }
            else
                for (var i = tile.Top; i < tile.Bottom; i++)
                    for (var j = tile.Left; j < tile.Right; j++) to[i * Side + j] = x[i * Width + j];
        }
    }

    [MethodImpl(Registers.Kernel)]
    readonly void Scatter(float* from, Tile* tiles, int count, float* plane)
    {
        for (var l = 0; l < count; l++, from += Step * Step)
        {
            ref var tile = ref tiles[l];
            var y = plane + tile.To;
            for (var i = 0; i < tile.Rows; i++, y += OutWidth)
                if (tile.Columns == Step) Vector128.Load(from + i * Step).Store(y);
                else
                    for (var j = 0; j < tile.Columns; j++) y[j] = from[i * Step + j];
        }
    }

    // Bᵀ·d·B of a register of tiles: the points of a tile lie a block apart before, and `next` apart after.
    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    static void Spread(float* d, float* to, nint next)
    {
        var half = stackalloc float[Points * 16];
        for (var j = 0; j < Side; j++) SpreadLine(d + j * Block, Side * Block, half + j * 16, Side * 16);
        for (var i = 0; i < Side; i++) SpreadLine(half + i * Side * 16, 16, to + i * Side * next, next);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void SpreadLine(float* d, nint step, float* to, nint next)
    {
        R d0 = R.Load(ref *d, 0), d1 = R.Load(ref d[step], 0), d2 = R.Load(ref d[2 * step], 0);
        R d3 = R.Load(ref d[3 * step], 0), d4 = R.Load(ref d[4 * step], 0), d5 = R.Load(ref d[5 * step], 0);
        R four = R.Literal(-4), five = R.Literal(-5), two = R.Literal(2);
        R a = R.MultiplyAdd(four, d2, d4), b = R.MultiplyAdd(four, d1, d3), c = d4 - d2, e = two * (d3 - d1);
        R.MultiplyAdd(-four, d0, R.MultiplyAdd(five, d2, d4)).Store(ref *to, 0);
        (a + b).Store(ref to[next], 0);
        (a - b).Store(ref to[2 * next], 0);
        (c + e).Store(ref to[3 * next], 0);
        (c - e).Store(ref to[4 * next], 0);
        R.MultiplyAdd(-four, d1, R.MultiplyAdd(five, d3, d5)).Store(ref to[5 * next], 0);
    }

    // Aᵀ·m·A + bias of a register of tiles.
    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    static void Collect(float* m, nint next, float bias, float* to)
    {
        var half = stackalloc float[Step * Side * 16];
        R none = R.Create(0), b = R.Create(bias);
        for (var j = 0; j < Side; j++) CollectLine(m + j * next, Side * next, none, half + j * 16, Side * 16);
        for (var i = 0; i < Step; i++) CollectLine(half + i * Side * 16, 16, b, to + i * Step * Block, Block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void CollectLine(float* m, nint step, R bias, float* to, nint next)
    {
        R m0 = R.Load(ref *m, 0) + bias, m1 = R.Load(ref m[step], 0), m2 = R.Load(ref m[2 * step], 0);
        R m3 = R.Load(ref m[3 * step], 0), m4 = R.Load(ref m[4 * step], 0), m5 = R.Load(ref m[5 * step], 0) + bias;
        R p = m1 + m2, q = m1 - m2, r = m3 + m4, s = m3 - m4;
        (m0 + p + r).Store(ref *to, 0);
        R.MultiplyAdd(R.Literal(2), s, q + bias).Store(ref to[next], 0);
        R.MultiplyAdd(R.Literal(4), r, p + bias).Store(ref to[2 * next], 0);
        (R.MultiplyAdd(R.Literal(8), s, q) + m5).Store(ref to[3 * next], 0);
    }
}

/// <summary>The weights of windows of 3 by 3 as <see cref="WinogradJob{R}"/> multiplies with them: G·w·Gᵀ, for each of its points packed as panels of rows.</summary>
/// <typeparam name="R">No wider than a panel.</typeparam>
unsafe struct WinogradWeightsJob<R> : IJob where R : struct, IRegister<R, float>
{
    const int Taps = 9, Points = 36, Side = 6, Widest = 8;

    public float* Weights, To;
    public int Rows, PaddedRows, Channels;
    public nint RowStride, ChannelStride;

    /// <summary>Whether windows are turned by half a circle.</summary>
    public bool Turned;

    static int Width => Product.PanelRows<float>();

    public readonly int Chunks => PaddedRows / Width;

    // The rows of a panel lie side by side in registers.
    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    public readonly void Run(int panel)
    {
        float* w = stackalloc float[Taps * Widest], half = stackalloc float[3 * Side * Widest], point = stackalloc float[Points * Widest];
        new Span<float>(w, Taps * Widest).Clear();
        nint width = Width, size = (nint)PaddedRows * Channels;
        var rows = Math.Min((int)width, Rows - panel * (int)width);
        var to = To + panel * Channels * width;
        for (var c = 0; c < Channels; c++, to += width)
        {
            for (var r = 0; r < rows; r++)
            {
                var from = Weights + (panel * width + r) * RowStride + c * ChannelStride;
                for (var t = 0; t < Taps; t++) w[t * Widest + r] = from[Turned ? Taps - 1 - t : t];
            }
            for (var lane = 0; lane < width; lane += R.Count)
            {
                for (var j = 0; j < 3; j++) Spread(w + j * Widest + lane, 3 * Widest, half + j * Widest + lane, 3 * Widest);
                for (var i = 0; i < Side; i++) Spread(half + 3 * i * Widest + lane, Widest, point + Side * i * Widest + lane, Widest);
            }
            for (var p = 0; p < Points; p++) new ReadOnlySpan<float>(point + p * Widest, (int)width).CopyTo(new(to + p * size, (int)width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Spread(float* from, int step, float* to, int next)
    {
        R a = R.Load(ref *from, 0), b = R.Load(ref from[step], 0), c = R.Load(ref from[2 * step], 0);
        R sixth = R.Create(1f / 6), outer = (a + c) * sixth, inner = b * sixth, far = a * R.Create(1f / 24) + c * sixth, middle = b * R.Create(1f / 12);
        (a * R.Create(0.25f)).Store(ref *to, 0);
        (-outer - inner).Store(ref to[next], 0);
        (inner - outer).Store(ref to[2 * next], 0);
        (far + middle).Store(ref to[3 * next], 0);
        (far - middle).Store(ref to[4 * next], 0);
        c.Store(ref to[5 * next], 0);
    }
}
