using System.Diagnostics;
using System.Globalization;
using Backprop.Autograd;
using Backprop.Modules;
using Backprop.Randomness;

namespace Backprop.Bench;

/// <summary>How long one example takes; every call is timed, because here the slow ones count.</summary>
static class Inference
{
    const int Calls = 20_000;

    public static void Latency()
    {
        var generator = new Generator(0);
        One("mlp-small batch 1", Networks.Mlp(x => x.Relu(), [784, 50, 10], generator), Tensor.RandomUniform([1, 784], generator));
        One("cnn batch 1", Networks.Cnn(generator), Tensor.RandomUniform([1, 1, 28, 28], generator));
    }

    static void One(string metric, Module net, Tensor x)
    {
        net.Eval();
        using var off = Tape.NoGrad();
        for (var i = 0; i < Calls; i++) net.Forward(x);
        var times = new double[Calls];
        Clock.Watch();
        for (var i = 0; i < Calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            net.Forward(x);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
        var ordered = times.Order().ToArray();
        Clock.Print(metric, times, t => t, "us",
            string.Create(CultureInfo.InvariantCulture, $"p99 {ordered[Calls * 99 / 100]:F1} us, p99.9 {ordered[Calls * 999 / 1000]:F1} us"));
    }
}
