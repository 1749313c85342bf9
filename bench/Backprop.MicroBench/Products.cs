using Backprop.Randomness;
using BenchmarkDotNet.Attributes;

namespace Backprop.MicroBench;

/// <summary>
/// Products of matrices where tiles of registers begin and end: sizes that they fill, sizes that leave rows and columns over, and one long row or column.
/// </summary>
public class Products
{
    Tensor a = null!, b = null!;

    /// <summary>[m, k] times [k, n].</summary>
    [Params("6x256x16", "6x256x32", "12x256x64", "13x256x65", "96x256x96", "97x255x97", "1x1024x1024", "1024x1024x1", "8x8x8", "192x192x192")]
    public string Size { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var sizes = Size.Split('x').Select(int.Parse).ToArray();
        var generator = new Generator(0);
        (a, b) = (Tensor.RandomNormal([sizes[0], sizes[1]], generator), Tensor.RandomNormal([sizes[1], sizes[2]], generator));
    }

    [Benchmark]
    public Tensor Product() => a.MatMul(b);

    [Benchmark]
    public Tensor OfTransposes() => b.T.MatMul(a.T);
}
