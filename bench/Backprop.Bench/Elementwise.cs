using System.Runtime.CompilerServices;
using Backprop.Formulas;
using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop.Bench;

/// <summary>Functions of one element at a time. GB/s of the least traffic: every input read once, the output written once.</summary>
static class Elementwise
{
    public static void Maps()
    {
        var generator = new Generator(0);
        foreach (var (size, count) in Cases.Lengths)
        {
            Tensor x = Tensor.RandomNormal([count], generator), w = Tensor.RandomNormal([count], generator);
            void Map(string name, Func<Tensor, Tensor> f, int bytes = 8) =>
                Clock.Rate($"{name} {size}", () => f(x), 1e-9 * bytes * count, "GB/s", $"{bytes} B/element, new output");
            Map("relu", t => t.Relu());
            Map("add", t => t + w, 12);
            Map("mul", t => t * w, 12);
            Map("neg", t => -t);
            Map("abs", t => t.Abs());
            Map("sigmoid", t => t.Sigmoid());
            Map("silu", t => t.Silu());
            Map("exp", t => t.Exp());
            Map("tanh", t => t.Tanh());
            Map("gelu", t => t.Gelu());
            Map("gelu-tanh", t => t.Gelu(approximate: true));
            var rows = x.Reshape(-1, 1000);
            Clock.Rate($"softmax {size}", () => rows.Softmax(-1), 8e-9 * count, "GB/s", "8 B/element, rows of 1000");
        }
    }

    /// <summary>Several functions in a row over inputs of one shape: as a formula, as a function that is fused, as calls.</summary>
    public static void Chains()
    {
        var generator = new Generator(0);
        var affineRelu = Tensor.Fuse((x, w, b) => (x * w + b).Relu());
        var twelve = Tensor.Fuse(InCalls);
        foreach (var (size, count) in Cases.Lengths)
        {
            Tensor x = Tensor.RandomNormal([count], generator), w = Tensor.RandomNormal([count], generator), b = Tensor.RandomNormal([count], generator);
            void Chain(string name, Func<Tensor> f, string note) => Clock.Rate($"{name} {size}", () => f(), 16e-9 * count, "GB/s", $"16 B/element, {note}");
            Chain("affine-relu", () => Ternary<AffineRelu>.Call(default, x, w, b), "relu(x*w+b), one pass against three calls");
            Chain("affine-relu best", () => Ternary<AffineRelu>.Call(default, x, w, b), "relu(x*w+b), one pass against the best two calls");
            Chain("affine-relu fused", () => affineRelu(x, w, b), "relu(x*w+b), Tensor.Fuse");
            Chain("affine-relu calls", () => (x * w + b).Relu(), "relu(x*w+b), three calls");
            Chain("chain12", () => Ternary<Twelve>.Call(default, x, w, b), "twelve operations, one pass");
            Chain("chain12 fused", () => twelve(x, w, b), "twelve operations, Tensor.Fuse");
            Chain("chain12 calls", () => InCalls(x, w, b), "twelve operations, twelve calls");
        }
    }

    static Tensor InCalls(Tensor x, Tensor w, Tensor b) => (((((x * w + b).Relu() * x - w).Square() * 0.5 + 1).Abs() - b).Relu() * w + x);

    readonly record struct AffineRelu : ITernary<AffineRelu>
    {
        public V Value<V>(V a, V b, V c) where V : IReal<V> => V.Max(a * b + c, 0);

        public V SlopeA<V>(V a, V b, V c) where V : IReal<V> => V.Where(a * b + c > 0, b, 0);

        public V SlopeB<V>(V a, V b, V c) where V : IReal<V> => V.Where(a * b + c > 0, a, 0);

        public V SlopeC<V>(V a, V b, V c) where V : IReal<V> => V.Where(a * b + c > 0, 1, 0);
    }

    // The same twelve operations as InCalls.
    readonly record struct Twelve : ITernary<Twelve>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Value<V>(V x, V w, V b) where V : IReal<V>
        {
            var t = V.Max(x * w + b, 0) * x - w;
            return V.Max(V.Abs(t * t * 0.5 + 1) - b, 0) * w + x;
        }

        public V SlopeA<V>(V x, V w, V b) where V : IReal<V> => Value(new Dual<V>(x, 1), new Dual<V>(w, 0), new Dual<V>(b, 0)).Slope;

        public V SlopeB<V>(V x, V w, V b) where V : IReal<V> => Value(new Dual<V>(x, 0), new Dual<V>(w, 1), new Dual<V>(b, 0)).Slope;

        public V SlopeC<V>(V x, V w, V b) where V : IReal<V> => Value(new Dual<V>(x, 0), new Dual<V>(w, 0), new Dual<V>(b, 1)).Slope;
    }
}
