using Backprop.Losses;
using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;

namespace Backprop.Bench;

/// <summary>Training steps of whole networks, as a user writes them, over ten prepared batches in turn.</summary>
static class Training
{
    public static void MlpSmall()
    {
        var generator = new Generator(0);
        foreach (var (name, activation) in new (string, Func<Tensor, Tensor>)[] { ("relu", x => x.Relu()), ("sigmoid", x => x.Sigmoid()) })
        {
            var net = Networks.Mlp(activation, Cases.SmallLayers, generator);
            Train(name, net, new Sgd(net.Parameters, 0.1), () => Images([100, 784], generator), 1, "steps/s", "784-50-10, batch 100, SGD");
        }
    }

    public static void MlpLarge()
    {
        var generator = new Generator(0);
        var net = Networks.Mlp(x => x.Relu(), Cases.LargeLayers, generator);
        Train("adam", net, new Adam(net.Parameters, 1e-3), () => Images([128, 784], generator), 1, "steps/s", "784-512-512-10, batch 128, Adam");
        net = Networks.Mlp(x => x.Relu(), Cases.LargeLayers, generator);
        Train("sgd", net, new Sgd(net.Parameters, 1e-2), () => Images([128, 784], generator), 1, "steps/s", "the same with SGD (what Adam costs)");
    }

    public static void Cnn()
    {
        var generator = new Generator(0);
        var net = Networks.Cnn(generator);
        Train("training", net, new Sgd(net.Parameters, 0.01, momentum: 0.9), () => Images([64, 1, 28, 28], generator), 1, "steps/s",
            "1-32-64 conv 3x3 no padding, 1600-128-10, batch 64, SGD momentum 0.9");
        var (x, _) = Images([64, 1, 28, 28], generator);
        using var off = Autograd.Tape.NoGrad();
        Clock.Rate("inference batch 64", () => net.Forward(x), 64, "images/s");
    }

    public static void Lstm()
    {
        var generator = new Generator(0);
        var net = new Sequential { new Lstm(128, 256, generator), new Linear(256, 1000, generator) };
        Train("training", net, new Sgd(net.Parameters, 0.1),
            () => (Tensor.RandomNormal([35, 20, 128], generator), Tensor.RandomIntegers([35 * 20], generator, 0, 1000)), 1, "steps/s",
            "sequence 35, batch 20, 128-256-1000, SGD");
    }

    public static void Gpt(GptSize size)
    {
        Clock.Budget = 5;
        var generator = new Generator(0);
        var net = new Gpt(size, generator);
        Train("training", net, new AdamW(net.Parameters, 1e-3, beta1: 0.9, beta2: 0.99, weightDecay: 0.1), () => Texts(size, generator),
            size.Batch * size.Context, "tokens/s", $"{size}, {net.Parameters.Sum(p => p.Count)} parameters, AdamW");
    }

    /// <summary>The optimiser alone, over the parameters of the large perceptron.</summary>
    public static void AdamStep()
    {
        var generator = new Generator(0);
        var parameters = Networks.Mlp(x => x.Relu(), Cases.LargeLayers, generator).Parameters;
        foreach (var p in parameters) p.Grad = Tensor.RandomNormal(p.Shape, generator);
        var optimizer = new Adam(parameters, 1e-6);
        Clock.Rate("step", optimizer.Step, 1e-6 * parameters.Sum(p => p.Count), "M/s", "million parameters a second, 6 tensors");
    }

    public static (Tensor, Tensor) Images(int[] shape, Generator generator) =>
        (Tensor.RandomUniform(new(shape), generator), Tensor.RandomIntegers([shape[0]], generator, 0, 10));

    public static (Tensor, Tensor) Texts(GptSize size, Generator generator) =>
        (Tensor.RandomIntegers([size.Batch, size.Context], generator, 0, GptSize.Vocabulary),
        Tensor.RandomIntegers([size.Batch * size.Context], generator, 0, GptSize.Vocabulary));

    /// <summary>One step: forward, loss, backward, update.</summary>
    public static Tensor Step(Module net, Optimizer optimizer, Tensor x, Tensor y)
    {
        optimizer.ZeroGrad();
        var output = net.Forward(x);
        var loss = Loss.CrossEntropy(output.Rank == 3 ? output.Flatten(0, 1) : output, y);
        loss.Backward(release: true);
        optimizer.Step();
        return loss;
    }

    static void Train(string metric, Module net, Optimizer optimizer, Func<(Tensor, Tensor)> batch, double work, string unit, string note)
    {
        var batches = Enumerable.Range(0, 10).Select(_ => batch()).ToArray();
        var next = 0;
        Loops.Train(metric, work, unit, note, read =>
        {
            var (x, y) = batches[next++ % batches.Length];
            var loss = Step(net, optimizer, x, y);
            return read ? loss.Item() : 0;
        });
    }
}
