using System.Reflection;
using Backprop.Losses;
using Xunit;

namespace Backprop.Tests.Losses;

/// <summary>Every loss at the edge: batches of 0 and 1, NaN, operands that do not fit each other.</summary>
public sealed class LossReliabilityTests
{
    public static TheoryData<string> Names => [.. LossCatalogue.Rows.Select(row => row.Name)];

    static LossRow Find(string name) => LossCatalogue.Rows.Single(row => row.Name == name);

    static Tensor[] Batch(LossRow row, int from, int to) => Array.ConvertAll(row.At, x => x[from..to]);

    [Fact]
    public void Every_public_loss_is_in_the_catalogue()
    {
        var losses = typeof(Loss).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(m => m.Name).Where(name => name != nameof(Loss.CosineSimilarity));
        Assert.Empty(losses.Except(LossCatalogue.Rows.Select(row => row.Name)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_batch_of_nothing_has_a_sum_and_no_mean(string name)
    {
        var row = Find(name);
        var nothing = Array.ConvertAll(Batch(row, 0, 0), x => x.Copy());
        Assert.Contains("nothing has no mean", Assert.Throws<ShapeException>(() => row.Call(nothing, LossReduction.Mean)).Message);
        nothing[0].RequiresGrad = true;
        var sum = row.Call(nothing, LossReduction.Sum);
        Assert.Equal(0, sum.Item());
        sum.Backward();
        Assert.Equal(0, row.Call(nothing, LossReduction.None).Count);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_batch_of_one_has_its_own_loss(string name)
    {
        var row = Find(name);
        var all = row.Call(row.At, LossReduction.None);
        var one = row.Call(Batch(row, 1, 2), LossReduction.None);
        Assert.True(one.AllClose(all[1..2], 1e-12, 1e-12));
        Assert.Equal(one.Sum().Item(), row.Call(Batch(row, 1, 2), LossReduction.Sum).Item(), 1e-12);
        Assert.True(double.IsFinite(row.Call(Batch(row, 1, 2), LossReduction.Mean).Item()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_no_number_shows_in_the_loss(string name)
    {
        var row = Find(name);
        Tensor[] x = [.. row.At];
        x[0] = Tensor.Concat([Tensor.FullLike(x[0][..1], double.NaN), x[0][1..]]);
        Assert.True(double.IsNaN(row.Call(x, LossReduction.Mean).Item()));
        var losses = row.Call(x, LossReduction.None);
        Assert.True(losses[0].IsNaN().All().Item<bool>());
        Assert.False(losses[1..].IsNaN().Any().Item<bool>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Operands_that_do_not_fit_are_refused(string name)
    {
        var row = Find(name);
        for (var k = 1; k < row.At.Length; k++)
            foreach (var other in new[] { row.At[k][1..], row.At[k].Unsqueeze(0).Unsqueeze(0), row.At[k].Unsqueeze(1) })
            {
                Tensor[] x = [.. row.At];
                x[k] = other;
                // Whatever is counted one by one may stand in any order of axes.
                if (name.StartsWith("Conn", StringComparison.Ordinal) && k > 1 && other.Count == 4) continue;
                var told = Assert.Throws<ShapeException>(() => row.Call(x, LossReduction.Mean)).Message;
                Assert.Contains($"{other.Shape}", told);
                Assert.StartsWith(name.Split(',')[0], told.Replace("CosineSimilarity", "CosineEmbedding"));
            }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Element_types_meet_and_labels_must_be_whole(string name)
    {
        var row = Find(name);
        var expected = row.Call(row.At, LossReduction.Sum).Item();
        Tensor[] x = [.. row.At];
        x[0] = x[0].As(DType.Float32);
        Assert.Equal(expected, row.Call(x, LossReduction.Sum).As(DType.Float64).Item(), 1e-4);
        for (var k = 1; k < row.At.Length; k++)
        {
            if (row.At[k].DType.IsFloat()) continue;
            x = [.. row.At];
            x[k] = x[k].As(DType.Float64);
            Assert.Contains("As(DType.Int64)", Assert.Throws<DTypeException>(() => row.Call(x, LossReduction.Sum)).Message);
        }
    }

    [Fact]
    public void Labels_and_targets_out_of_range_are_named_with_their_place()
    {
        Tensor x = new[] { 0.5, 0.2 };
        void Refused(Func<Tensor> call, string part) => Assert.Contains(part, Assert.Throws<ArgumentOutOfRangeException>(call).Message);

        Refused(() => Loss.BinaryCrossEntropy(new[] { 0.5, 1.5 }, x), "the probability 1.5 (element 1 of shape [2]) is not within [0, 1]");
        Refused(() => Loss.GaussianNegativeLogLikelihood(x, x, new[] { -1.0, 1 }), "the variance -1 (element 0");
        Refused(() => Loss.Hinge(x, new[] { 0.0, 1 }), "neither 1 nor -1; of 0 and 1, 2 * target - 1 makes such");
        Refused(() => Loss.HingeEmbedding(x, new[] { 1.0, double.NaN }), "the target NaN (element 1");
        Refused(() => Loss.CosineEmbedding(Tensor.Ones([2, 3]), Tensor.Ones([2, 3]), new[] { 1.0, 2 }), "the target 2");
        Refused(() => Loss.MultiMargin(Tensor.Zeros([2, 3]), new long[] { 0, 3 }), "the label 3 of row 1");
        Refused(() => Loss.MultiMargin(Tensor.Zeros([2, 3]), new long[] { 0, 2 }, p: 3), "p is 3");
        Refused(() => Loss.TripletMargin(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), p: 0), "0-norm");
        Refused(() => Loss.SmoothL1(x, x, beta: 0), "SmoothL1: beta is 0 and must be a number > 0");
        Refused(() => Loss.L1(x, x, (LossReduction)9), "no reduction 9");
        Assert.True(double.IsNaN(Loss.CrossEntropy(Tensor.Zeros([2, 3]), new long[] { -100, -100 }).Item()));
        Assert.Equal(0, Loss.CrossEntropy(Tensor.Zeros([2, 3]), new long[] { -100, -100 }, reduction: LossReduction.Sum).Item());
    }

    [Fact]
    public void Weights_do_not_make_more_losses_than_there_are()
    {
        Tensor x = new[] { 0.5, 0.2 }, column = Tensor.Ones([2, 1], DType.Float64);
        Assert.Contains("[2, 1]", Assert.Throws<ShapeException>(() => Loss.BinaryCrossEntropy(x, x, column)).Message);
        Assert.Throws<ShapeException>(() => Loss.BinaryCrossEntropyWithLogits(x, x, positiveWeight: column));
        Assert.Throws<ShapeException>(() => Loss.GaussianNegativeLogLikelihood(x, x, column));
        Assert.Throws<ShapeException>(() => Loss.CrossEntropyOfProbabilities(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Ones([1])));
        // One variance for each example is one column of a matrix of results.
        Assert.True(double.IsFinite(Loss.GaussianNegativeLogLikelihood(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Ones([2, 1])).Item()));
    }

    [Fact]
    public void Hinges_and_counts_are_what_their_formulas_say()
    {
        Tensor x = new[] { 0.5, -2.0, 3.0 };
        Assert.True(Loss.Hinge(x, new[] { 1.0, 1, -1 }, reduction: LossReduction.None).AllClose(new[] { 0.5, 3.0, 4.0 }, 1e-15));
        // (max(0, 1 − 3 + 0.5) + max(0, 1 − 3 − 2))/3 for the label 2; for 0 it is (0 + (1 − 0.5 + 3))/3.
        Assert.Equal(0, Loss.MultiMargin(x, Tensor.Scalar(2L)).Item());
        Assert.Equal(3.5 / 3, Loss.MultiMargin(x, Tensor.Scalar(0L)).Item(), 1e-15);
        Assert.Equal(2 * 3.5 * 3.5 / 3, Loss.MultiMargin(x.Unsqueeze(0), new long[] { 0 }, p: 2, weight: new[] { 2.0, 1, 1 }).Item(), 1e-14);
        var rate = Loss.PoissonNegativeLogLikelihood(new[] { 2.0 }, new[] { 3.0 }, isLogarithm: false, full: true, epsilon: 0).Item();
        Assert.Equal(2 - 3 * Math.Log(2) + 3 * Math.Log(3) - 3 + 0.5 * Math.Log(6 * Math.PI), rate, 1e-14);
        Assert.Equal(Math.Log(2) + 0.5 * Math.Log(2 * Math.PI) + 1.0 / 8, Loss.GaussianNegativeLogLikelihood(new[] { 1.0 }, new[] { 2.0 }, new[] { 4.0 }, full: true).Item(), 1e-14);
        Tensor a = new[] { 0.0, 0 }, near = new[] { 1.0, 0 }, far = new[] { 1.5, 0 };
        Assert.Equal(1 - 1.5 + 1, Loss.TripletMargin(a, near, far, epsilon: 0).Item(), 1e-14);
        Assert.Equal(1 - 0.5 + 1, Loss.TripletMargin(a, near, far, epsilon: 0, swap: true).Item(), 1e-14);
    }
}
