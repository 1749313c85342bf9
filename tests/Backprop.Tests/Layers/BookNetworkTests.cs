using Backprop.Cli;
using Backprop.Layers;
using Backprop.Optimizers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Layers;

/// <summary>The books' networks, put together from layers and driven by hand, learn what they should.</summary>
public sealed class BookNetworkTests
{
    static Tensor Weights(Generator generator, double scale, params int[] shape) => Tensor.RandomNormal(new(shape), generator) * scale;

    [Fact]
    public void Volume_1_a_network_of_two_layers_reads_digits()
    {
        var (train, test) = Digits.Load();
        var generator = new Generator(0);
        Affine affine1 = new(Weights(generator, 0.125, 64, 50), Tensor.Zeros([50])), affine2 = new(Weights(generator, 0.14, 50, 10), Tensor.Zeros([10]));
        ReLU relu = new();
        SoftmaxWithLoss last = new();
        Tensor Predict(Tensor x) => affine2.Forward(relu.Forward(affine1.Forward(x)));
        for (var epoch = 0; epoch < 10; epoch++)
            foreach (var (x, t) in train.Batches(50, generator))
            {
                last.Forward(Predict(x), t);
                affine1.Backward(relu.Backward(affine2.Backward(last.Backward())));
                foreach (var affine in new[] { affine1, affine2 })
                {
                    affine.W.Assign(affine.W.Detach() - 0.5 * affine.Dw);
                    affine.B.Assign(affine.B.Detach() - 0.5 * affine.Db);
                }
            }
        var right = Predict(test.Inputs).ArgMax(1).Equal(test.Labels).As(DType.Float64).Mean().Item();
        Assert.True(right > 0.93, $"{right}");
    }

    const string Text = "you say goodbye and i say hello .";

    static int[] Corpus(out int words)
    {
        var all = Text.Split(' ');
        var different = all.Distinct().ToList();
        words = different.Count;
        return [.. all.Select(word => different.IndexOf(word))];
    }

    [Fact]
    public void Volume_2_a_bag_of_words_learns_by_negative_sampling()
    {
        // No two words stand between the same two others.
        int[] corpus = [0, 1, 2, 3, 4, 5, 1, 6, 7];
        const int words = 8, size = 8;
        var generator = new Generator(3);
        // Two words beside each target: both go into the same table.
        var table = new TimeEmbedding(Weights(generator, 0.1, words, size));
        var loss = new NegativeSamplingLoss(Weights(generator, 0.1, words, size), corpus, generator, sampleSize: 3);
        Tensor contexts = Tensor.From([.. Enumerable.Range(1, corpus.Length - 2).SelectMany(i => new long[] { corpus[i - 1], corpus[i + 1] })], [corpus.Length - 2, 2]);
        Tensor targets = corpus[1..^1];
        var optimizer = new Adam([.. table.Parameters, .. loss.Parameters], 0.05);
        double first = 0, mean = 0;
        const int steps = 300;
        for (var step = 0; step < steps; step++)
        {
            var l = loss.Forward(table.Forward(contexts).Detach().Mean(1), targets).Item();
            if (step < 10) first += l / 10;
            if (step >= steps - 10) mean += l / 10;
            optimizer.ZeroGrad();
            var dh = loss.Backward();
            table.Backward((dh / 2.0).Unsqueeze(1).BroadcastTo([targets.Count, 2, size]));
            optimizer.Step();
        }
        Assert.True(mean < 0.3 * first, $"{first} became {mean}");
        // A word is expected most where it stands.
        var scores = table.Forward(contexts).Mean(1).MatMul(loss.W.Detach().T);
        Assert.Equal(targets.ToArray<int>().Select(t => (long)t), scores.ArgMax(1).ToArray<long>());
    }

    [Fact]
    public void Volume_2_a_language_model_learns_a_sentence_by_heart()
    {
        var corpus = Corpus(out var words);
        var generator = new Generator(4);
        const int wordSize = 8, size = 16;
        TimeEmbedding embedding = new(Weights(generator, 0.1, words, wordSize));
        TimeLSTM lstm = new(Weights(generator, 0.35, wordSize, 4 * size), Weights(generator, 0.25, size, 4 * size), Tensor.Zeros([4 * size]), stateful: true);
        TimeAffine affine = new(Weights(generator, 0.25, size, words), Tensor.Zeros([words]));
        TimeSoftmaxWithLoss last = new();
        var optimizer = new Adam([.. embedding.Parameters, .. lstm.Parameters, .. affine.Parameters], 0.03);
        Tensor xs = Tensor.From(corpus[..^1], [1, corpus.Length - 1]), ts = Tensor.From(corpus[1..], [1, corpus.Length - 1]);
        double loss = 0;
        for (var step = 0; step < 100; step++)
        {
            lstm.ResetState();
            loss = last.Forward(affine.Forward(lstm.Forward(embedding.Forward(xs))), ts).Item();
            optimizer.ZeroGrad();
            embedding.Backward(lstm.Backward(affine.Backward(last.Backward())));
            optimizer.Step();
        }
        Assert.True(loss < 0.05, $"{loss}");
        // "say" comes twice, and what follows depends on what came before: word by word, the state carries it.
        lstm.ResetState();
        foreach (var (word, next) in corpus[..^1].Zip(corpus[1..]))
            Assert.Equal(next, affine.Forward(lstm.Forward(embedding.Forward(Tensor.From(new[] { word }, [1, 1])))).ArgMax(2).Item<long>());
    }
}
