using Backprop.Autograd;
using Backprop.Layers;
using Backprop.Randomness;

namespace Backprop.Bench;

/// <summary>What is measured, by name. Data are random with fixed seeds and made before the clock starts.</summary>
static class Workloads
{
    public static readonly Dictionary<string, Action> All = new()
    {
        ["seed-scalar"] = SeedScalar,
        ["dispatch"] = Dispatch,
        ["elementwise"] = Elementwise,
        ["matmul"] = Matmul,
        ["mlp-small"] = Training.MlpSmall,
        ["mlp-large"] = Training.MlpLarge,
        ["lstm"] = Training.Lstm,
    };

    // (apple · 2 + orange · 3) · tax with five float64 leaves.
    static void SeedScalar()
    {
        Tensor apple = 100.0, appleCount = 2.0, orange = 150.0, orangeCount = 3.0, tax = 1.1;
        Tensor[] leaves = [apple, appleCount, orange, orangeCount, tax];
        Tape.Watch(leaves);
        Tensor Price() => (apple * appleCount + orange * orangeCount) * tax;

        Clock.Nanoseconds("forward", () => Price(), note: "graph recorded");
        Clock.Nanoseconds("forward+backward", () =>
        {
            Price().Backward();
            foreach (var leaf in leaves) leaf.Grad = null;
        }, note: "Backward() into Grad of 5 leaves, then cleared");
        Clock.Nanoseconds("by hand", () =>
        {
            MulLayer mulApple = new(), mulOrange = new(), mulTax = new();
            var add = new AddLayer();
            mulTax.Forward(add.Forward(mulApple.Forward(apple, appleCount), mulOrange.Forward(orange, orangeCount)), tax);
            var (dPrices, _) = mulTax.Backward(1.0);
            var (dApples, dOranges) = add.Backward(dPrices);
            mulApple.Backward(dApples);
            mulOrange.Backward(dOranges);
        }, note: "the seed's layers, made anew each time");
    }

    static void Dispatch()
    {
        Tensor x = 1.0001, tracked = 1.0001, one = 1.0;
        tracked.RequiresGrad = true;
        Clock.Nanoseconds("scalar mul", () => Repeat(() => x * x), 100, "no input requires a gradient");
        Clock.Nanoseconds("scalar mul autograd", () => Repeat(() => tracked * tracked), 100, "records one node");
        Clock.Nanoseconds("chain1000 add forward+backward", () =>
        {
            var y = tracked;
            for (var i = 0; i < 1000; i++) y = y + one;
            y.Backward();
            tracked.Grad = null;
        }, 1000, "per add");
    }

    static Tensor Repeat(Func<Tensor> f)
    {
        var y = f();
        for (var i = 1; i < 100; i++) y = f();
        return y;
    }

    // GB/s of the least traffic: every input read once, the output written once.
    static void Elementwise()
    {
        var generator = new Generator(0);
        foreach (var (size, count) in new[] { ("1e4", 10_000), ("1e6", 1_000_000), ("1e7", 10_000_000) })
        {
            var x = Tensor.RandomNormal([count], generator);
            void Map(string name, Func<Tensor, Tensor> f) => Clock.Rate($"{name} {size}", () => f(x), 8e-9 * count, "GB/s", "8 B/element, new output");
            Map("relu", t => t.Relu());
            Map("sigmoid", t => t.Sigmoid());
            Map("tanh", t => t.Tanh());
            Map("exp", t => t.Exp());
            Map("gelu", t => t.Gelu());
        }
    }

    static void Matmul()
    {
        var generator = new Generator(0);
        foreach (var (m, k, n) in new[] { (64, 64, 64), (256, 256, 256), (100, 784, 50), (128, 784, 512) })
        {
            Tensor a = Tensor.RandomNormal([m, k], generator), b = Tensor.RandomNormal([k, n], generator);
            Clock.Rate($"{m}x{k}x{n}", () => a.MatMul(b), 2e-9 * m * k * n, "GFLOP/s", "float32");
        }
    }
}
