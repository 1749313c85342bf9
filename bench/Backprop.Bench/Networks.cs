using Backprop.Initializers;
using Backprop.Modules;
using Backprop.Randomness;

namespace Backprop.Bench;

/// <summary>The networks, as a user writes them.</summary>
static class Networks
{
    public static Sequential Mlp(Func<Tensor, Tensor> activation, int[] sizes, Generator generator)
    {
        var net = new Sequential();
        for (var i = 1; i < sizes.Length; i++)
        {
            net.Add(new Linear(sizes[i - 1], sizes[i], generator));
            if (i < sizes.Length - 1) net.Add(activation);
        }
        return net;
    }

    /// <summary>Two convolutions of 3 × 3 without a margin, each with ReLU and pooling, then 1600-128-10.</summary>
    public static Sequential Cnn(Generator generator) => new()
    {
        new Conv2d(1, 32, 3, generator), x => x.Relu(), new MaxPool2d(2),
        new Conv2d(32, 64, 3, generator), x => x.Relu(), new MaxPool2d(2),
        x => x.Flatten(1), new Linear(1600, 128, generator), x => x.Relu(), new Linear(128, 10, generator),
    };
}

/// <summary>
/// A small GPT: learnt positions, blocks with the norm first, exact GELU, biases, the output's weights tied to the embedding, no dropout.
/// </summary>
sealed class Gpt : Module
{
    readonly Embedding tokens, positions;
    readonly TransformerEncoder blocks;
    readonly Tensor places;

    public Gpt(GptSize size, Generator generator)
    {
        var (layers, heads, width, context, _) = size;
        (tokens, positions) = (new(GptSize.Vocabulary, width, generator), new(context, width, generator));
        blocks = new(
            Enumerable.Range(0, layers).Select(_ => new TransformerEncoderLayer(
                width, heads, generator, 4 * width, dropout: 0, x => x.Gelu(), normFirst: true, batchFirst: true, isCausal: true)),
            new LayerNorm(width));
        places = Tensor.Arange(context, dtype: DType.Int64);
        this.Initialize((_, p) => p.Rank == 2 ? Initializer.Normal(p.Shape, generator, deviation: 0.02) : null);
    }

    protected override IEnumerable<ModulePart> Parts => [("tokens", tokens), ("positions", positions), ("blocks", blocks)];

    protected override Tensor Compute(Tensor x) => Tensor.Linear(blocks.Forward(tokens.Forward(x) + positions.Forward(places)), tokens.Weight);
}
