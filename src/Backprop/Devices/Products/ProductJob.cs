using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// A product as chunks of work, each some rows by some panels of columns. Within a chunk: a group of panels, a part of the depth, a block of
/// rows, a panel of columns, tiles. A panel of B is packed right before its first use.
/// </summary>
unsafe struct ProductJob<A, B, F, R, T> : IJob
    where A : struct, IPanelSource<T> where B : struct, IPanelSource<T> where F : struct, IKernel
    where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
{
    // A group of panels of B and a block of rows of A, of one part of the depth, fill the second-level cache together.
    const int GroupPanels = 4;
    const int BlockRows = 192;

    // Multiplications worth a thread of their own: about 20 µs.
    const long Worthwhile = 1 << 20;

    // What is read in place although its lines lie far apart: so few rows that packing would not pay, or so little that it stays cached.
    const int FewRows = 36;
    const int LittleBytes = 32 * 1024;

    public A SourceA;
    public B SourceB;
    public T* C;
    public nint CLine;
    public Epilogue<T> Epilogue;
    public F Activation;
    public int RowCount, Columns, Depth, DepthPart;

    // The rows and the depth that this run is about; where A must be packed, the panels of just these.
    public int RowStart, RowEnd, DepthStart, DepthEnd;
    public T* PackedA;

    Strided<T> memoryA, memoryB;
    int chunkRows, chunkPanels, rowChunks;

    /// <summary>Whether A must be packed before it is multiplied.</summary>
    public bool PacksA { get; private set; }

    bool packsB;

    public int Chunks { get; private set; }

    static int Width => Tile.Columns<R, T>();

    static int TileRows => Tile.Rows<R, T>();

    public void Prepare()
    {
        PacksA = !SourceA.TryGetMemory(out memoryA);
        if (!PacksA && Columns > 64 && (long)RowCount * Depth * sizeof(T) > 256 * 1024)
            // Rows whose distance is a multiple of a large power of two fall onto the same few lines of the cache.
            PacksA = memoryA.DepthStride != 1 || memoryA.LineStride * sizeof(T) % 1024 == 0;
        packsB = !SourceB.TryGetMemory(out memoryB) || memoryB.LineStride != 1
            || (RowCount > FewRows && Depth * Math.Abs(memoryB.DepthStride) * sizeof(T) > LittleBytes);
    }

    /// <summary>Cuts the run into chunks, by sizes alone.</summary>
    public void Split()
    {
        int rows = RowEnd - RowStart, panels = (Columns + Width - 1) / Width;
        var work = (long)rows * Columns * (DepthEnd - DepthStart);
        (chunkRows, chunkPanels) = (rows, panels);
        if (work >= 2 * Worthwhile)
        {
            var wanted = (int)Math.Min(16, work / Worthwhile);
            chunkPanels = Math.Clamp(panels / wanted, 1, GroupPanels);
            var columnChunks = (panels + chunkPanels - 1) / chunkPanels;
            // Every part of the rows packs its panels of B anew, unless they are read in place.
            var fewest = packsB ? 64 : 16;
            var rowParts = Math.Clamp((wanted + columnChunks - 1) / columnChunks, (rows + 1023) / 1024, (rows + fewest - 1) / fewest);
            chunkRows = Rounded((rows + rowParts - 1) / rowParts, TileRows);
        }
        rowChunks = (rows + chunkRows - 1) / chunkRows;
        Chunks = rowChunks * ((panels + chunkPanels - 1) / chunkPanels);
    }

    static int Rounded(int count, int unit) => (count + unit - 1) / unit * unit;

    public readonly void Run(int chunk)
    {
        int row = RowStart + chunk % rowChunks * chunkRows, rowEnd = Math.Min(RowEnd, row + chunkRows);
        int column = chunk / rowChunks * chunkPanels * Width, columnEnd = Math.Min(Columns, column + chunkPanels * Width);
        for (; column < columnEnd; column += GroupPanels * Width)
            Group(row, rowEnd, column, Math.Min(columnEnd, column + GroupPanels * Width));
    }

    readonly void Group(int rowStart, int rowEnd, int columnStart, int columnEnd)
    {
        var blocks = (rowEnd - rowStart + BlockRows - 1) / BlockRows;
        var blockRows = Rounded((rowEnd - rowStart + blocks - 1) / blocks, TileRows);
        // With one block of rows every panel is used up as soon as it is packed.
        var kept = blocks == 1 ? 1 : (columnEnd - columnStart + Width - 1) / Width;
        var panels = packsB || columnEnd % R.Count != 0 ? Workspace.Own<T>((nint)kept * DepthPart * Width) : null;
        var depth = DepthStart;
        do
        {
            var depths = Math.Min(DepthPart, DepthEnd - depth);
            for (var row = rowStart; row < rowEnd; row += blockRows)
            {
                var rows = Math.Min(blockRows, rowEnd - row);
                for (var column = columnStart; column < columnEnd; column += Width)
                {
                    var panel = kept == 1 ? panels : panels + (nint)(column - columnStart) * DepthPart;
                    Panel(row, rows, column, Math.Min(Width, columnEnd - column), depth, depths, panel, row == rowStart);
                }
            }
            depth += depths;
        }
        while (depth < DepthEnd);
    }

    readonly void Panel(int row, int rows, int column, int columns, int depth, int depths, T* panel, bool isFirst)
    {
        bool first = depth == 0, last = depth + depths == Depth;
        var b = panel;
        nint bDepth = Width;
        if (!packsB && columns % R.Count == 0)
        {
            b = memoryB.At(column, depth);
            bDepth = memoryB.DepthStride;
        }
        else if (isFirst) SourceB.Pack(panel, Width, column, columns, depth, depths);
        var c = C + row * CLine + column;
        var part = Epilogue.ForPart(first, last).At(row, column);
        if (PacksA)
        {
            var a = PackedA + (nint)(row - RowStart) * depths;
            Tile.Run<R, T>(rows, columns, depths, a, 1, TileRows, (nint)TileRows * depths, b, bDepth, c, CLine, part);
        }
        else
        {
            nint line = memoryA.LineStride;
            Tile.Run<R, T>(rows, columns, depths, memoryA.At(row, depth), line, memoryA.DepthStride, TileRows * line, b, bDepth, c, CLine, part);
        }
        if (last && typeof(F) != typeof(NoActivation)) Rows.Apply<F, R, T>(Activation, c, CLine, rows, columns);
    }
}

/// <summary>Packs panels of A, as the tiles take them, for all who multiply with them.</summary>
unsafe struct PackJob<A, R, T> : IJob where A : struct, IPanelSource<T> where R : struct, IRegister<R, T> where T : unmanaged
{
    // Elements worth a chunk of their own.
    const int Worthwhile = 32 * 1024;

    public A Source;
    public T* To;
    public int RowStart, RowEnd, DepthStart, DepthEnd;

    readonly int Depths => DepthEnd - DepthStart;

    readonly int ChunkRows => Math.Max(1, Worthwhile / (Tile.Rows<R, T>() * Math.Max(1, Depths))) * Tile.Rows<R, T>();

    public readonly int Chunks => (RowEnd - RowStart + ChunkRows - 1) / ChunkRows;

    public readonly void Run(int chunk)
    {
        var width = Tile.Rows<R, T>();
        var end = Math.Min(RowEnd, RowStart + (chunk + 1) * ChunkRows);
        for (var row = RowStart + chunk * ChunkRows; row < end; row += width)
            Source.Pack(To + (nint)(row - RowStart) * Depths, width, row, Math.Min(width, RowEnd - row), DepthStart, Depths);
    }
}
