namespace Backprop.Devices;

/// <summary>Lays out the channels of some images, some of them a chunk.</summary>
unsafe struct LayOutJob<T> : IJob where T : unmanaged
{
    // Elements worth a chunk.
    const int Worthwhile = 1 << 15;

    public PhasedImage Image;
    public T* From, To;
    public T Outside;
    public int Channels;

    readonly int OfChunk => Math.Max(1, Worthwhile / Math.Max(1, Image.Size));

    public readonly int Chunks => (Channels + OfChunk - 1) / OfChunk;

    public readonly void Run(int chunk)
    {
        nint size = Image.Image.Product;
        var end = Math.Min(Channels, (chunk + 1) * OfChunk);
        for (var c = chunk * OfChunk; c < end; c++) Image.Fill(From + c * size, To + (nint)c * Image.Size, Outside);
    }
}
