using Backprop.Randomness;
using BenchmarkDotNet.Attributes;

namespace Backprop.MicroBench;

/// <summary>Sums and what is made of them, over a matrix of a million elements: along rows, down columns, over all.</summary>
public class Reductions
{
    Tensor x = null!;

    [Params(10, 128, 1000)]
    public int Width { get; set; }

    [GlobalSetup]
    public void Setup() => x = Tensor.RandomNormal([1_000_000 / Width, Width], new Generator(0));

    [Benchmark]
    public Tensor SumOfAll() => x.Sum();

    [Benchmark]
    public Tensor SumOfRows() => x.Sum(1);

    [Benchmark]
    public Tensor SumOfColumns() => x.Sum(0);

    [Benchmark]
    public Tensor MaximaOfRows() => x.Max(1);

    [Benchmark]
    public Tensor Softmax() => x.Softmax(-1);

    [Benchmark]
    public Tensor LogSoftmax() => x.LogSoftmax(-1);
}
