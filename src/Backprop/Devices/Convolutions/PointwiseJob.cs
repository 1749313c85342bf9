using System.Numerics;

namespace Backprop.Devices;

/// <summary>A convolution with windows of one element: for every image and group, weights [rows, channels] times [channels, positions].</summary>
unsafe struct PointwiseJob<T> : IJob where T : unmanaged, INumber<T>
{
    // So many matrices are shared among the threads whole; fewer are multiplied one after the other, each by all threads.
    const int ManyMatrices = 8;
    const int Worthwhile = 1 << 18;

    public T* X, Y, Bias;

    /// <summary>The weights of the first group.</summary>
    public Strided<T> Weights;
    public int Groups, Rows, Channels, Positions, Matrices;

    int ofChunk;

    public readonly int Chunks => (Matrices + ofChunk - 1) / ofChunk;

    public void Split()
    {
        var each = (long)Rows * Channels * Positions;
        ofChunk = Matrices < ManyMatrices ? Matrices : (int)Math.Clamp(Worthwhile / Math.Max(1, each), 1, Matrices);
    }

    public readonly void Run(int chunk)
    {
        var end = Math.Min(Matrices, (chunk + 1) * ofChunk);
        for (var i = chunk * ofChunk; i < end; i++)
        {
            var group = i % Groups;
            var weights = new Strided<T>(Weights.First + (nint)group * Rows * Channels, Weights.LineStride, Weights.DepthStride);
            var x = new Strided<T>(X + (nint)i * Channels * Positions, 1, Positions);
            var epilogue = new Epilogue<T> { RowBias = Bias == null ? null : Bias + group * Rows };
            Product.Run(Rows, Positions, Channels, weights, x, Y + (nint)i * Rows * Positions, Positions, epilogue);
        }
    }
}
