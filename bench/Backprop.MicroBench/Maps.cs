using Backprop.Randomness;
using BenchmarkDotNet.Attributes;

namespace Backprop.MicroBench;

/// <summary>Formulas over arrays that lie in the first-level cache, in the second, and in the last or in memory.</summary>
public class Maps
{
    static readonly Func<Tensor, Tensor, Tensor> gate = Tensor.Fuse((x, w) => x * w.Sigmoid());

    Tensor x = null!, w = null!;

    [Params(1_000, 30_000, 1_000_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var generator = new Generator(0);
        (x, w) = (Tensor.RandomNormal([Count], generator), Tensor.RandomNormal([Count], generator));
    }

    [Benchmark]
    public Tensor Relu() => x.Relu();

    [Benchmark]
    public Tensor Add() => x + w;

    [Benchmark]
    public Tensor Exp() => x.Exp();

    [Benchmark]
    public Tensor Tanh() => x.Tanh();

    [Benchmark]
    public Tensor Gelu() => x.Gelu();

    [Benchmark]
    public Tensor GateInTwoCalls() => x * w.Sigmoid();

    [Benchmark]
    public Tensor GateFused() => gate(x, w);
}
