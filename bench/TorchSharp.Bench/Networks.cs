using Backprop.Bench;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Bench;

/// <summary>The networks, as a user of TorchSharp writes them.</summary>
static class Networks
{
    public static Sequential Mlp(Func<Module<Tensor, Tensor>> activation, int[] sizes)
    {
        var net = Sequential();
        for (var i = 1; i < sizes.Length; i++)
        {
            net.append(Linear(sizes[i - 1], sizes[i]));
            if (i < sizes.Length - 1) net.append(activation());
        }
        return net;
    }

    /// <summary>Two convolutions of 3 × 3 without a margin, each with ReLU and pooling, then 1600-128-10.</summary>
    public static Sequential Cnn() => Sequential(
        Conv2d(1, 32, 3), ReLU(), MaxPool2d(2),
        Conv2d(32, 64, 3), ReLU(), MaxPool2d(2),
        Flatten(), Linear(1600, 128), ReLU(), Linear(128, 10));
}

/// <summary>An LSTM, and a linear layer at every step.</summary>
sealed class Recurrent : Module<Tensor, Tensor>
{
    readonly LSTM lstm;
    readonly Linear output;

    public Recurrent(int inputs, int width, int outputs)
        : base(nameof(Recurrent))
    {
        (lstm, output) = (LSTM(inputs, width), Linear(width, outputs));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => output.call(lstm.call(input).Item1);
}

/// <summary>Attention and two linear layers, each after a norm and beside a way around it.</summary>
sealed class GptBlock : Module<Tensor, Tensor>
{
    readonly int heads;
    readonly LayerNorm beforeAttention, beforeLayers;
    readonly Linear queriesKeysValues, together, wide, narrow;

    public GptBlock(int width, int heads)
        : base(nameof(GptBlock))
    {
        this.heads = heads;
        (beforeAttention, beforeLayers) = (LayerNorm(width), LayerNorm(width));
        (queriesKeysValues, together, wide, narrow) = (Linear(width, 3 * width), Linear(width, width), Linear(width, 4 * width), Linear(4 * width, width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var x = input + Attend(beforeAttention.call(input));
        return x + narrow.call(functional.gelu(wide.call(beforeLayers.call(x))));
    }

    Tensor Attend(Tensor x)
    {
        var (batch, length, width) = (x.shape[0], x.shape[1], x.shape[2]);
        var parts = queriesKeysValues.call(x).chunk(3, -1).Select(part => part.view(batch, length, heads, width / heads).transpose(1, 2)).ToArray();
        var attended = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_casual: true);
        return together.call(attended.transpose(1, 2).reshape(batch, length, width));
    }
}

/// <inheritdoc cref="GptSize"/>
sealed class Gpt : Module<Tensor, Tensor>
{
    readonly Embedding tokens, positions;
    readonly Sequential blocks;
    readonly LayerNorm norm;
    readonly Tensor places;

    public Gpt(GptSize size)
        : base(nameof(Gpt))
    {
        (tokens, positions, norm) = (Embedding(GptSize.Vocabulary, size.Width), Embedding(size.Context, size.Width), LayerNorm(size.Width));
        blocks = Sequential(Enumerable.Range(0, size.Layers).Select(_ => new GptBlock(size.Width, size.Heads)));
        places = arange(size.Context, dtype: int64).DetachFromDisposeScope();
        RegisterComponents();
        foreach (var weight in parameters().Where(p => p.dim() == 2)) init.normal_(weight, 0, 0.02);
    }

    public override Tensor forward(Tensor input) =>
        functional.linear(norm.call(blocks.call(tokens.call(input) + positions.call(places))), tokens.weight!);
}
