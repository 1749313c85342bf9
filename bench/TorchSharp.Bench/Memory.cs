using Backprop.Bench;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Bench;

/// <summary>What the process holds after many steps, with a dispose scope around each and without any.</summary>
static class Memory
{
    public static void Mlp(bool scoped) => Grow(200, 2000, scoped, Networks.Mlp(() => ReLU(), Cases.SmallLayers), Training.Images(100, 784));

    public static void Gpt(bool scoped) => Grow(20, 100, scoped, new Gpt(Cases.GptSmall), Training.Texts(Cases.GptSmall));

    static void Grow(int settling, int steps, bool scoped, Module<Tensor, Tensor> net, (Tensor X, Tensor Y) batch)
    {
        var optimizer = optim.SGD(net.parameters(), 0.1);
        Loops.Grow(settling, steps, scoped ? "a dispose scope around each step" : "nobody disposes", () =>
        {
            using var scope = scoped ? NewDisposeScope() : null;
            Training.Step(net, optimizer, batch.X, batch.Y);
        });
    }
}
