using Backprop.Bench;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Bench;

/// <summary>How long one example takes.</summary>
static class Inference
{
    public static void Latency()
    {
        One("mlp-small batch 1", Networks.Mlp(() => ReLU(), Cases.SmallLayers), rand(1, 784));
        One("cnn batch 1", Networks.Cnn(), rand(1, 1, 28, 28));
    }

    static void One(string metric, Module<Tensor, Tensor> net, Tensor x)
    {
        net.eval();
        using var off = inference_mode();
        Loops.Latency(metric, () =>
        {
            using var scope = NewDisposeScope();
            net.call(x);
        });
    }
}
