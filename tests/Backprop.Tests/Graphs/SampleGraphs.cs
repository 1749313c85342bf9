using Backprop.Autograd;
using Backprop.Graphs;
using Backprop.Modules;
using Backprop.Randomness;

namespace Backprop.Tests.Graphs;

/// <summary>Graphs that several tests look at.</summary>
static class SampleGraphs
{
    public static Graph Apple()
    {
        Tensor apple = 100.0, count = 2.0, tax = 1.1;
        Tape.Watch(apple, count, tax);
        var applePrice = apple * count;
        var price = applePrice * tax;
        return Graph.Of(price, apple, count, tax, applePrice);
    }

    public static Graph Orange()
    {
        Tensor apple = 100.0, apples = 2.0, orange = 150.0, oranges = 3.0, tax = 1.1;
        Tape.Watch(apple, apples, orange, oranges, tax);
        var price = (apple * apples + orange * oranges) * tax;
        return Graph.Of(price, apple, apples, orange, oranges, tax);
    }

    public static Graph SecondOrder()
    {
        Tensor x = 0.5;
        Tape.Watch(x);
        var y = (x.Sin() * x - x.Exp() / (1 + x * x)).Tanh();
        y.Backward(createGraph: true);
        return Graph.Of(x.Grad!, x);
    }

    public static Graph Attention()
    {
        var generator = new Generator(3);
        Tensor x = Random(5, 8), wq = Random(8, 8), wk = Random(8, 8), wv = Random(8, 8), wo = Random(8, 8);
        var weights = (x.MatMul(wq).MatMul(x.MatMul(wk).T) / Math.Sqrt(8)).Softmax(-1);
        var y = x + weights.MatMul(x.MatMul(wv)).MatMul(wo);
        var loss = (y * y).Mean();
        return Graph.Of(loss, x, wq, wk, wv, wo, weights);

        Tensor Random(int rows, int columns)
        {
            var t = Tensor.RandomNormal([rows, columns], generator);
            t.RequiresGrad = true;
            return t;
        }
    }

    public static Graph Mlp(bool recorded = true)
    {
        var generator = new Generator(1);
        var model = new Sequential { { "fc1", new Dense(4, 8, generator) }, { "act", t => t.Relu() }, { "fc2", new Dense(8, 3, generator) } };
        Tensor x = Tensor.RandomNormal([5, 4], generator), target = Tensor.RandomNormal([5, 3], generator);
        using var recording = recorded ? Graph.Record() : default;
        var error = model.Forward(x) - target;
        var loss = (error * error).Mean();
        return Graph.Of(loss, model, x, target);
    }

    public static Graph Residual(bool recorded, int blocks = 3)
    {
        var generator = new Generator(2);
        var model = new ResidualNet(generator, blocks);
        var x = Tensor.RandomNormal([3, 6], generator);
        using var recording = recorded ? Graph.Record() : default;
        var loss = model.Forward(x).Mean();
        return Graph.Of(loss, model, x);
    }

    /// <summary>A deep chain, each step of which also needs the first number.</summary>
    public static Graph Deep(int length)
    {
        Tensor x = 1.0;
        Tape.Watch(x);
        var y = x;
        for (var i = 0; i < length; i++) y = i % 2 == 0 ? y * 0.5 : y + x;
        return Graph.Of(y, x);
    }

    /// <summary>A graph with arrows of all lengths; the same for the same seed.</summary>
    public static Graph Random(int seed, int operations)
    {
        var random = new Random(seed);
        var values = new List<Tensor>();
        for (var i = 0; i < 4; i++)
        {
            Tensor leaf = random.Next(3) == 0 ? Tensor.Full([random.Next(1, 4), 1 + random.Next(5)], 0.5, DType.Float64) : random.NextDouble();
            leaf.RequiresGrad = true;
            values.Add(random.Next(2) == 0 ? leaf : leaf.Named(new string('m', random.Next(1, 30))));
        }
        for (var i = 0; i < operations; i++)
        {
            Tensor a = values[random.Next(values.Count)].Sum(), b = values[^random.Next(1, Math.Min(6, values.Count) + 1)];
            var result = random.Next(5) switch { 0 => a * b, 1 => a + b, 2 => (a - b).Sin(), 3 => Tensor.Concat([a.Reshape(1), b.Reshape(-1), a.Reshape(1)]), _ => b.Tanh() * 2 };
            values.Add(random.Next(4) == 0 ? result.Named($"step {i}") : result);
        }
        return Graph.Of([values[^1], values[^Math.Min(3, values.Count)].Sum(), values[random.Next(4)]]);
    }

    /// <summary>A network of nested parts, some with ways around them; the same for the same seed.</summary>
    public static Graph RandomNetwork(int seed, bool recorded)
    {
        var random = new Random(seed);
        var generator = new Generator(seed);
        var shared = new Dense(3, 3, generator);
        var model = Part(3);
        var x = Tensor.RandomNormal([2, 3], generator).Named("x");
        using var recording = recorded ? Graph.Record() : default;
        var loss = (model.Forward(x) * x).Sum();
        return Graph.Of(loss.RequiresGrad ? loss : loss + shared.Forward(x).Sum(), model);

        Module Part(int depth) => (depth == 0 ? random.Next(3) : random.Next(6)) switch
        {
            0 => new Dense(3, 3, generator, bias: random.Next(2) == 0),
            1 => new Function(t => t.Relu() + 1),
            2 => shared,
            3 => new Around(Part(depth - 1)),
            _ => new Sequential([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Part(depth - 1))]),
        };
    }

    /// <summary>A layer of several calls, whatever the library makes of its own.</summary>
    public sealed class Dense(int inputs, int outputs, Generator generator, bool bias = true) : Module
    {
        readonly Tensor weight = Random(generator, outputs, inputs), shift = Random(generator, outputs);

        protected override IEnumerable<ModulePart> Parts => bias ? [("weight", weight), ("bias", shift)] : [("weight", weight)];

        protected override Tensor Compute(Tensor x) => bias ? x.MatMul(weight.T) + shift : x.MatMul(weight.T);

        static Tensor Random(Generator generator, params int[] sizes)
        {
            var t = Tensor.RandomUniform(new Shape(sizes), generator, -0.5, 0.5);
            t.RequiresGrad = true;
            return t;
        }
    }

    public sealed class Around(Module inner) : Module
    {
        protected override IEnumerable<ModulePart> Parts => [("inner", inner)];

        protected override Tensor Compute(Tensor x) => x + inner.Forward(x.Tanh());
    }

    public sealed class Block(Generator generator) : Module
    {
        readonly Dense up = new(6, 12, generator), down = new(12, 6, generator);

        protected override IEnumerable<ModulePart> Parts => [("up", up), ("down", down)];

        protected override Tensor Compute(Tensor x) => x + down.Forward(up.Forward(x).Relu());
    }

    public sealed class ResidualNet(Generator generator, int count) : Module
    {
        readonly ModuleList<Block> blocks = new(Enumerable.Range(0, count).Select(_ => new Block(generator)));

        protected override IEnumerable<ModulePart> Parts => [("blocks", blocks)];

        protected override Tensor Compute(Tensor x)
        {
            foreach (var block in blocks) x = block.Forward(x);
            return x;
        }
    }
}
