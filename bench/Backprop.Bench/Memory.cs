using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;

namespace Backprop.Bench;

/// <summary>What the process holds after many steps in which nobody disposes of anything.</summary>
static class Memory
{
    public static void Mlp()
    {
        var generator = new Generator(0);
        var net = Networks.Mlp(x => x.Relu(), Cases.SmallLayers, generator);
        Grow(200, 2000, net, Training.Images([100, 784], generator));
    }

    public static void Gpt()
    {
        var generator = new Generator(0);
        Grow(20, 100, new Gpt(Cases.GptSmall, generator), Training.Texts(Cases.GptSmall, generator));
    }

    static void Grow(int settling, int steps, Module net, (Tensor X, Tensor Y) batch)
    {
        var optimizer = new Sgd(net.Parameters, 0.1);
        Loops.Grow(settling, steps, "nobody disposes", () => Training.Step(net, optimizer, batch.X, batch.Y));
    }
}
