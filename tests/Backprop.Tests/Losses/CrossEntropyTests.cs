using Backprop.Losses;
using Backprop.Randomness;
using CsCheck;
using Xunit;

namespace Backprop.Tests.Losses;

/// <summary>The one-pass kernel of the cross entropy against its definition.</summary>
public sealed class CrossEntropyTests
{
    static readonly Gen<(int Rows, int Classes, int Seed)> sizes = Gen.Select(Gen.Int[1, 300], Gen.Int[1, 70], Gen.Int[0, 1000]);

    [Fact]
    public void Any_rows_and_classes_agree_with_the_definition() => sizes.Sample(s =>
    {
        var x = Tensor.RandomNormal([s.Rows, s.Classes], new Generator(s.Seed), 0, 5, DType.Float64);
        var labels = Tensor.RandomIntegers([s.Rows], new Generator(s.Seed + 1), 0, s.Classes);
        // A third of the rows is left out.
        labels = Tensor.Where((Tensor.Arange(s.Rows) % 3L).Equal(2L), -100L, labels);
        foreach (var dtype in new[] { DType.Float64, DType.Float32 })
        {
            Tensor logits = x.As(dtype).Copy(), plain = x.Copy();
            logits.RequiresGrad = plain.RequiresGrad = true;
            var loss = Loss.CrossEntropy(logits, labels, reduction: LossReduction.Sum);
            var kept = labels.NotEqual(-100L);
            var expected = -(plain.LogSoftmax(1).Gather(1, Tensor.Where(kept, labels, 0L).Unsqueeze(1)).Squeeze(1) * kept.As(DType.Float64)).Sum();
            loss.Backward();
            expected.Backward();
            var tolerance = dtype == DType.Float64 ? 1e-12 : 1e-5;
            Assert.True(loss.AllClose(expected, tolerance, tolerance), $"{loss} {expected}");
            Assert.True(logits.Grad!.AllClose(plain.Grad!, tolerance, tolerance));
        }
    }, iter: 60);

    [Fact]
    public void The_mean_is_over_the_rows_that_count()
    {
        Tensor x = new[,] { { 1.0, 2 }, { 3, 1 }, { 0, 0 } };
        Assert.Equal(
            Loss.CrossEntropy(x[..2], new long[] { 0, 1 }).Item(), Loss.CrossEntropy(x, new long[] { 0, 1, -100 }).Item(), 1e-15);
        Assert.True(double.IsNaN(Loss.CrossEntropy(x, new long[] { -100, -100, -100 }).Item()));
    }

    [Fact]
    public void Probabilities_may_be_given_instead_of_labels()
    {
        Tensor x = new[,] { { 1.0, 2, -1 }, { 3, 1, 0 } };
        var probabilities = Tensor.OneHot(new long[] { 2, 0 }, 3).As(DType.Float64);
        Assert.Equal(Loss.CrossEntropy(x, new long[] { 2, 0 }).Item(), Loss.CrossEntropy(x, probabilities).Item(), 1e-15);
    }

    [Fact]
    public void Large_scores_neither_overflow_nor_lose_the_loss()
    {
        Tensor x = new[,] { { 1000f, -1000f }, { -1000f, 1000f } };
        x.RequiresGrad = true;
        var losses = Loss.CrossEntropy(x, new long[] { 0, 0 }, reduction: LossReduction.None);
        Assert.Equal([0f, 2000f], losses.ToArray<float>());
        losses.Sum().Backward();
        Assert.Equal([0f, 0f, -1f, 1f], x.Grad!.ToArray<float>());
    }
}
