using System.Diagnostics;
using System.Globalization;
using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;

namespace Backprop.Bench;

/// <summary>What the process holds after many steps in which nobody disposes of anything.</summary>
static class Memory
{
    public static void Grow(bool transformer)
    {
        var generator = new Generator(0);
        Module net = transformer ? new Gpt(4, 4, 128, 64, 65, generator) : Networks.Mlp(x => x.Relu(), [784, 50, 10], generator);
        var optimizer = new Sgd(net.Parameters, 0.1);
        var (x, y) = transformer ? Training.Texts(12, 64, generator) : Training.Images([100, 784], generator);
        var steps = transformer ? 100 : 2000;
        for (var i = 0; i < steps / 100; i++) Training.Step(net, optimizer, x, y);
        double before = Clock.Megabytes("VmRSS"), most = before;
        Clock.Watch();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < steps; i++)
        {
            Training.Step(net, optimizer, x, y);
            if (i % (steps / 50) == 0) most = Math.Max(most, Clock.Megabytes("VmRSS"));
        }
        var rate = steps / watch.Elapsed.TotalSeconds;
        most = Math.Max(most, Clock.Megabytes("VmRSS"));
        var note = string.Create(CultureInfo.InvariantCulture,
            $"nobody disposes; {steps} steps; {before:F0} MB before; GC heap {GC.GetTotalMemory(false) / 1e6:F1} MB, {GC.CollectionCount(0)} collections");
        Clock.Value("rss growth", most - before, "MB", note);
        Clock.Value("rate", rate, "steps/s", note);
    }
}
