using Backprop.Cli.Expressions;
using Backprop.Graphs;
using Backprop.Losses;
using Backprop.Modules;
using Backprop.Randomness;

namespace Backprop.Cli;

/// <summary>The computations that <c>graph</c> knows by name.</summary>
static class GraphExamples
{
    public static readonly IReadOnlyDictionary<string, Func<Graph>> All = new OrderedDictionary<string, Func<Graph>>
    {
        ["apples"] = () => OfStatements("apple = 100; count = 2; tax = 1.1; applePrice = apple * count; price = applePrice * tax"),
        ["oranges"] = () => OfStatements("""
            apple = 100; apples = 2; orange = 150; oranges = 3; tax = 1.1
            applePrice = apple * apples; orangePrice = orange * oranges
            all = applePrice + orangePrice; price = all * tax
            """),
        ["mlp"] = () => Classified(
            generator => new() { { "fc1", new Linear(4, 8, generator) }, { "act1", x => x.Relu() }, { "fc2", new Linear(8, 3, generator) } }, [5, 4], 3),
        ["lenet"] = () => Classified(
            generator => new()
            {
                { "conv1", new Conv2d(1, 6, 5, generator, padding: 2) }, { "act1", x => x.Relu() }, { "pool1", new MaxPool2d(2) },
                { "conv2", new Conv2d(6, 16, 5, generator) }, { "act2", x => x.Relu() }, { "pool2", new MaxPool2d(2) },
                { "flatten", new Flatten() }, { "fc1", new Linear(400, 120, generator) }, { "act3", x => x.Relu() },
                { "fc2", new Linear(120, 84, generator) }, { "act4", x => x.Relu() }, { "fc3", new Linear(84, 10, generator) },
            }, [2, 1, 28, 28], 10),
        ["attention"] = Attention,
    };

    public static Graph OfStatements(string text, string? file = null)
    {
        var computation = Computation.Run(text, new Dictionary<string, double>(), file);
        return Graph.Of(computation.Result, resultName: computation.ResultName);
    }

    static Graph Classified(Func<Generator, Sequential> network, int[] shape, int classes)
    {
        var generator = new Generator(1);
        var model = network(generator);
        var x = Tensor.RandomNormal(new(shape), generator).Named("x");
        var labels = Tensor.RandomIntegers([shape[0]], generator, 0, classes).Named("labels");
        using var recording = Graph.Record();
        var loss = Loss.CrossEntropy(model.Forward(x), labels);
        return Graph.Of(loss, model);
    }

    // Scaled dot-product attention as it is written in the books.
    static Graph Attention()
    {
        const int length = 5, width = 8;
        var generator = new Generator(1);
        Tensor Weights(string name)
        {
            var w = (Tensor.RandomNormal([width, width], generator) / Math.Sqrt(width)).Named(name);
            w.RequiresGrad = true;
            return w;
        }
        var x = Tensor.RandomNormal([length, width], generator).Named("x");
        Tensor q = x.MatMul(Weights("Wq")).Named("Q"), k = x.MatMul(Weights("Wk")).Named("K"), v = x.MatMul(Weights("Wv")).Named("V");
        var scores = (q.MatMul(k.T) / Math.Sqrt(width)).Named("scores");
        var weights = scores.Softmax(-1).Named("weights");
        var y = weights.MatMul(v).Named("y");
        var loss = (y * y).Mean();
        return Graph.Of(loss);
    }
}
