using Backprop.Bench;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Bench;

/// <summary>Training steps of whole networks, as a user of TorchSharp writes them: each in a dispose scope, over ten prepared batches in turn.</summary>
static class Training
{
    public static void MlpSmall()
    {
        foreach (var (name, activation) in new (string, Func<Module<Tensor, Tensor>>)[] { ("relu", () => ReLU()), ("sigmoid", () => Sigmoid()) })
        {
            var net = Networks.Mlp(activation, Cases.SmallLayers);
            Train(name, net, optim.SGD(net.parameters(), 0.1), () => Images(100, 784), 1, "steps/s", "784-50-10, batch 100, SGD");
        }
    }

    public static void MlpLarge()
    {
        var net = Networks.Mlp(() => ReLU(), Cases.LargeLayers);
        Train("adam", net, optim.Adam(net.parameters(), 1e-3), () => Images(128, 784), 1, "steps/s", "784-512-512-10, batch 128, Adam");
        net = Networks.Mlp(() => ReLU(), Cases.LargeLayers);
        Train("sgd", net, optim.SGD(net.parameters(), 1e-2), () => Images(128, 784), 1, "steps/s", "the same with SGD (what Adam costs)");
    }

    public static void Cnn()
    {
        var net = Networks.Cnn();
        Train("training", net, optim.SGD(net.parameters(), 0.01, momentum: 0.9), () => Images(64, 1, 28, 28), 1, "steps/s",
            "1-32-64 conv 3x3 no padding, 1600-128-10, batch 64, SGD momentum 0.9");
        var (x, _) = Images(64, 1, 28, 28);
        using var off = no_grad();
        Clock.Rate("inference batch 64", () =>
        {
            using var scope = NewDisposeScope();
            net.call(x);
        }, 64, "images/s");
    }

    public static void Lstm()
    {
        var net = new Recurrent(128, 256, 1000);
        Train("training", net, optim.SGD(net.parameters(), 0.1), () => (randn(35, 20, 128), randint(1000, [35 * 20], dtype: int64)), 1, "steps/s",
            "sequence 35, batch 20, 128-256-1000, SGD");
    }

    public static void Gpt(GptSize size)
    {
        Clock.Budget = 5;
        var net = new Gpt(size);
        Train("training", net, optim.AdamW(net.parameters(), 1e-3, 0.9, 0.99, weight_decay: 0.1), () => Texts(size),
            size.Batch * size.Context, "tokens/s", $"{size}, {net.parameters().Sum(p => p.numel())} parameters, AdamW");
    }

    /// <summary>The optimiser alone, over the parameters of the large perceptron.</summary>
    public static void AdamStep()
    {
        var parameters = Networks.Mlp(() => ReLU(), Cases.LargeLayers).parameters().ToArray();
        foreach (var p in parameters) p.grad = randn_like(p);
        var optimizer = optim.Adam(parameters, 1e-6);
        Clock.Rate("step", () =>
        {
            using var scope = NewDisposeScope();
            optimizer.step();
        }, 1e-6 * parameters.Sum(p => p.numel()), "M/s", "million parameters a second, 6 tensors");
    }

    public static (Tensor, Tensor) Images(params long[] shape) => (rand(shape), randint(10, [shape[0]], dtype: int64));

    public static (Tensor, Tensor) Texts(GptSize size) =>
        (randint(GptSize.Vocabulary, [size.Batch, size.Context], dtype: int64), randint(GptSize.Vocabulary, [size.Batch * size.Context], dtype: int64));

    /// <summary>One step: forward, loss, backward, update.</summary>
    public static Tensor Step(Module<Tensor, Tensor> net, optim.Optimizer optimizer, Tensor x, Tensor y)
    {
        optimizer.zero_grad();
        var output = net.call(x);
        var loss = functional.cross_entropy(output.dim() == 3 ? output.flatten(0, 1) : output, y);
        loss.backward();
        optimizer.step();
        return loss;
    }

    static void Train(
        string metric, Module<Tensor, Tensor> net, optim.Optimizer optimizer, Func<(Tensor, Tensor)> batch, double work, string unit, string note)
    {
        var batches = Enumerable.Range(0, 10).Select(_ => batch()).ToArray();
        var next = 0;
        Loops.Train(metric, work, unit, note, read =>
        {
            using var scope = NewDisposeScope();
            var (x, y) = batches[next++ % batches.Length];
            var loss = Step(net, optimizer, x, y);
            return read ? loss.item<float>() : 0;
        });
    }
}
