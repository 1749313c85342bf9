using System.Globalization;
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
        Mlp("relu", x => x.Relu(), [784, 50, 10], 100, generator, p => new Sgd(p, 0.1), "784-50-10, batch 100, SGD");
        Mlp("sigmoid", x => x.Sigmoid(), [784, 50, 10], 100, generator, p => new Sgd(p, 0.1), "784-50-10, batch 100, SGD");
    }

    public static void MlpLarge()
    {
        var generator = new Generator(0);
        int[] sizes = [784, 512, 512, 10];
        Mlp("adam", x => x.Relu(), sizes, 128, generator, p => new Adam(p, 1e-3), "784-512-512-10, batch 128, Adam");
        Mlp("sgd", x => x.Relu(), sizes, 128, generator, p => new Sgd(p, 1e-2), "the same with SGD (what Adam costs)");
    }

    static void Mlp(
        string metric, Func<Tensor, Tensor> activation, int[] sizes, int batch, Generator generator, Func<IEnumerable<Tensor>, Optimizer> optimizer, string note)
    {
        var net = new Sequential();
        for (var i = 1; i < sizes.Length; i++)
        {
            net.Add(new Linear(sizes[i - 1], sizes[i], generator));
            if (i < sizes.Length - 1) net.Add(activation);
        }
        Train(metric, net, optimizer(net.Parameters), () => Images(batch, [784], generator), 1, "steps/s", note);
    }

    public static void Lstm()
    {
        var generator = new Generator(0);
        var net = new Sequential { new Lstm(128, 256, generator), new Linear(256, 1000, generator) };
        Train("training", net, new Sgd(net.Parameters, 0.1),
            () => (Tensor.RandomNormal([35, 20, 128], generator), Tensor.RandomIntegers([35 * 20], generator, 0, 1000)), 1, "steps/s",
            "sequence 35, batch 20, 128-256-1000, SGD");
    }

    static (Tensor, Tensor) Images(int batch, int[] shape, Generator generator) =>
        (Tensor.RandomUniform(new([batch, .. shape]), generator), Tensor.RandomIntegers([batch], generator, 0, 10));

    static void Train(string metric, Module net, Optimizer optimizer, Func<(Tensor, Tensor)> batch, double work, string unit, string note)
    {
        var batches = Enumerable.Range(0, 10).Select(_ => batch()).ToArray();
        var step = 0;
        Tensor Step()
        {
            var (x, y) = batches[step++ % batches.Length];
            optimizer.ZeroGrad();
            var output = net.Forward(x);
            var loss = Loss.CrossEntropy(output.Rank == 3 ? output.Flatten(0, 1) : output, y);
            loss.Backward(release: true);
            optimizer.Step();
            return loss;
        }
        var first = Step().Item();
        int collections = GC.CollectionCount(0);
        var pause = GC.GetTotalPauseDuration();
        var began = Environment.TickCount64;
        Clock.Rate(metric, () => Step(), work, unit, () =>
        {
            var share = (GC.GetTotalPauseDuration() - pause).TotalMilliseconds / (Environment.TickCount64 - began);
            return string.Create(CultureInfo.InvariantCulture,
                $"{note}; loss {first:F3} -> {Step().Item():F3} after {step} steps; {GC.CollectionCount(0) - collections} collections, {share:P1} of the time");
        });
    }
}
