using Backprop.Autograd;
using Backprop.Modules;
using Backprop.Randomness;

namespace Backprop.Bench;

/// <summary>How long one example takes.</summary>
static class Inference
{
    public static void Latency()
    {
        var generator = new Generator(0);
        One("mlp-small batch 1", Networks.Mlp(x => x.Relu(), Cases.SmallLayers, generator), Tensor.RandomUniform([1, 784], generator));
        One("cnn batch 1", Networks.Cnn(generator), Tensor.RandomUniform([1, 1, 28, 28], generator));
    }

    static void One(string metric, Module net, Tensor x)
    {
        net.Eval();
        using var off = Tape.NoGrad();
        Loops.Latency(metric, () => net.Forward(x));
    }
}
