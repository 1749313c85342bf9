using Backprop.Layers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Layers;

public sealed class WordLayerTests
{
    static UnigramSampler Sampler(int[] corpus, int sampleSize, double power = 0.75, long seed = 1) => new(corpus, power, sampleSize, new Generator(seed));

    [Fact]
    public void Scores_are_inner_products_with_the_rows_named()
    {
        var layer = new EmbeddingDot(new[,] { { 1.0, 2 }, { 3, 4 }, { 5, 6 } });
        Tensor h = new[,] { { 1.0, 1 }, { 2, 0 } };
        Assert.Equal([11, 2], layer.Forward(h, new[] { 2, 0 }).ToArray<double>());
        Assert.Equal([5, 6, 10, 20], layer.Backward(new[] { 1.0, 10 }).ToArray<double>());
        Assert.Equal([20, 0, 0, 0, 1, 1], layer.Gradients[0].ToArray<double>());
        Assert.Equal([3, 7, 10, 10], layer.Forward(h, Tensor.From(new long[,] { { 0, 1 }, { 2, 2 } })).ToArray<double>());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var layer = new EmbeddingDot(Tensor.Zeros([3, 2]));
        Assert.Contains("[2, 3]", Assert.Throws<ShapeException>(() => layer.Forward(Tensor.Zeros([2, 3]), new[] { 0, 1 })).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => layer.Forward(Tensor.Zeros([2, 2]), new[] { 0, 1, 2 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => layer.Forward(Tensor.Zeros([1, 2]), new[] { 3 }));
        Assert.Throws<ShapeException>(() => new EmbeddingDot(Tensor.Zeros([3])));
        Assert.Throws<ShapeException>(() => new NegativeSamplingLoss(Tensor.Zeros([3, 2]), new[] { 0, 1, 3, 2 }, new Generator(1), sampleSize: 2));
        Assert.Throws<ShapeException>(() => new TimeEmbedding(Tensor.Zeros([3, 2])).Forward(new[] { 1 }));
    }

    [Fact]
    public void Words_drawn_are_different_and_never_the_target()
    {
        var sampler = Sampler([0, 1, 1, 2, 3, 3, 3, 4], sampleSize: 3);
        Tensor targets = Enumerable.Range(0, 500).Select(i => i % 5).ToArray();
        var drawn = sampler.GetNegativeSample(targets);
        Assert.Equal([500, 3], drawn.Shape);
        for (var row = 0; row < 500; row++)
        {
            var words = drawn[row].ToArray<long>().Append(row % 5).ToArray();
            Assert.Equal(4, words.Distinct().Count());
            Assert.All(words, word => Assert.InRange(word, 0, 4));
        }
        // The same seed draws the same words; one generator goes on.
        Assert.True(drawn.SequenceEqual(Sampler([0, 1, 1, 2, 3, 3, 3, 4], 3).GetNegativeSample(targets)));
        Assert.False(drawn.SequenceEqual(sampler.GetNegativeSample(targets)));
    }

    [Fact]
    public void With_just_enough_words_all_the_others_are_drawn()
    {
        var drawn = Sampler([0, 1, 2, 3], sampleSize: 3).GetNegativeSample(new[] { 2 });
        Assert.Equal([0, 1, 3], drawn[0].ToArray<long>().Order());
    }

    [Theory]
    [InlineData(0.75)]
    [InlineData(1.0)]
    [InlineData(0.0)]
    public void Words_come_as_often_as_their_counts_to_the_power(double power)
    {
        int[] counts = [8, 0, 1, 4, 3];
        var corpus = counts.SelectMany((count, word) => Enumerable.Repeat(word, count)).ToArray();
        var sampler = Sampler(corpus, sampleSize: 1, power);
        var weights = counts.Select(count => count == 0 ? 0 : Math.Pow(count, power)).ToArray();
        Assert.Equal(weights.Select(w => w / weights.Sum()), Enumerable.Range(0, 5).Select(sampler.Probability));
        const int times = 20_000;
        foreach (var target in new[] { 0, 1, 3 })
        {
            var drawn = sampler.GetNegativeSample(Tensor.Full([times], target, DType.Int64)).ToArray<long>();
            var rest = weights.Sum() - weights[target];
            for (var word = 0; word < 5; word++)
            {
                var p = word == target ? 0 : weights[word] / rest;
                Assert.InRange(drawn.Count(w => w == word) / (double)times, p - 0.015, p + 0.015);
            }
            Assert.DoesNotContain(target, drawn.Select(w => (int)w));
        }
    }

    [Fact]
    public void A_second_word_is_drawn_from_what_is_left()
    {
        // From 0 with weights 1, 2, 3 of the words 1, 2, 3: p(1, 2) = 1/6 · 2/5, p(3, 1) = 3/6 · 1/3, …
        var sampler = Sampler([0, 1, 2, 2, 3, 3, 3], sampleSize: 2, power: 1);
        const int times = 20_000;
        var drawn = sampler.GetNegativeSample(Tensor.Zeros([times], DType.Int64));
        long[] first = drawn[.., 0].ToArray<long>(), second = drawn[.., 1].ToArray<long>();
        foreach (var (a, b) in new[] { (1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2) })
        {
            var p = a / 6.0 * b / (6.0 - a);
            Assert.InRange(first.Zip(second).Count(pair => pair == (a, b)) / (double)times, p - 0.015, p + 0.015);
        }
    }

    [Fact]
    public void A_corpus_without_enough_words_or_with_none_is_refused()
    {
        Assert.Contains("2 different", Assert.Throws<ArgumentOutOfRangeException>(() => Sampler([0, 1, 1], 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Sampler([], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sampler([0, -1, 2], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sampler([0, 1, 2], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sampler([0, 1, 2], 1, double.NaN));
        Assert.Throws<DTypeException>(() => new UnigramSampler(new[] { 0.0, 1.0 }, 1, 1, new Generator(1)));
        var sampler = Sampler([0, 1, 2], 1);
        Assert.Contains("0 to 2", Assert.Throws<ArgumentOutOfRangeException>(() => sampler.GetNegativeSample(new[] { 0, 3 })).Message, StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => sampler.GetNegativeSample(new[] { 0.5 }));
        Assert.Throws<ShapeException>(() => sampler.GetNegativeSample(1L));
    }

    [Fact]
    public void The_loss_is_that_of_the_target_and_of_the_words_drawn()
    {
        int[] corpus = [0, 1, 2, 3, 4, 1];
        Tensor w = LayerCatalogue.Normal(5, 3), h = LayerCatalogue.Normal(2, 3), target = new[] { 1, 4 };
        var layer = new NegativeSamplingLoss(w, corpus, new Generator(8), sampleSize: 2);
        var loss = layer.Forward(h, target);
        var dh = layer.Backward();
        // The book's way: a dot and a loss for the target, and for each word drawn.
        var drawn = new UnigramSampler(corpus, 0.75, 2, new Generator(8)).GetNegativeSample(target);
        var sum = 0.0;
        Tensor dhs = 0.0, dw = 0.0;
        for (var i = -1; i < 2; i++)
        {
            EmbeddingDot dot = new(w.Copy());
            SigmoidWithLoss sigmoid = new();
            sum += sigmoid.Forward(dot.Forward(h, i < 0 ? target : drawn[.., i]), i < 0 ? new[] { 1, 1 } : new[] { 0, 0 }).Item();
            dhs += dot.Backward(sigmoid.Backward());
            dw += dot.Gradients[0];
        }
        Assert.Equal(sum, loss.Item(), 1e-14);
        Assert.True(dhs.AllClose(dh, 1e-13));
        Assert.True(dw.AllClose(layer.Gradients[0], 1e-13));
    }
}
