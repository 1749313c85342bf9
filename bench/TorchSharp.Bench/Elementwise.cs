using Backprop.Bench;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Bench;

/// <summary>Functions of one element at a time. GB/s of the least traffic: every input read once, the output written once.</summary>
static class Elementwise
{
    public static void Maps()
    {
        using var off = no_grad();
        foreach (var (size, count) in Cases.Lengths)
        {
            using Tensor x = randn(count), w = randn(count), rows = x.view(-1, 1000);
            void Map(string name, Func<Tensor> f, int bytes = 8) =>
                Clock.Rate($"{name} {size}", () => f().Dispose(), 1e-9 * bytes * count, "GB/s", $"{bytes} B/element, new output");
            Map("relu", () => x.relu());
            Map("add", () => x + w, 12);
            Map("mul", () => x * w, 12);
            Map("neg", () => -x);
            Map("abs", () => x.abs());
            Map("sigmoid", () => x.sigmoid());
            Map("silu", () => x.silu());
            Map("exp", () => x.exp());
            Map("tanh", () => x.tanh());
            Map("gelu", () => x.gelu());
            Map("gelu-tanh", () => x.gelu(GELU.Approximate.tanh));
            Map("softmax", () => rows.softmax(-1));
        }
    }

    /// <summary>Several functions in a row over inputs of one shape: there is no single pass here, so each of the other side's ways meets the calls.</summary>
    public static void Chains()
    {
        using var off = no_grad();
        foreach (var (size, count) in Cases.Lengths)
        {
            using Tensor x = randn(count), w = randn(count), b = randn(count);
            void Chain(string name, Func<Tensor> f, string note) =>
                Clock.Rate($"{name} {size}", () => f().Dispose(), 16e-9 * count, "GB/s", $"16 B/element, {note}");
            Tensor ThreeCalls()
            {
                using var product = x * w;
                using var sum = product + b;
                return sum.relu();
            }
            Tensor TwoCalls()
            {
                var sum = b.addcmul(x, w, 1);
                sum.relu_();
                return sum;
            }
            Tensor TwelveCalls()
            {
                using var scope = NewDisposeScope();
                return ((((((x * w + b).relu() * x - w).square() * 0.5 + 1).abs() - b).relu() * w) + x).MoveToOuterDisposeScope();
            }
            Chain("affine-relu", ThreeCalls, "relu(x*w+b), three calls");
            Chain("affine-relu best", TwoCalls, "relu(x*w+b), addcmul, and relu in place");
            foreach (var name in new[] { "affine-relu fused", "affine-relu calls" }) Chain(name, ThreeCalls, "relu(x*w+b), three calls");
            foreach (var name in new[] { "chain12", "chain12 fused", "chain12 calls" }) Chain(name, TwelveCalls, "twelve operations, twelve calls");
        }
    }
}
