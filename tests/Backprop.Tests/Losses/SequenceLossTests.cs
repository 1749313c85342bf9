using Backprop.Autograd;
using Backprop.Losses;
using Backprop.Randomness;
using CsCheck;
using Xunit;

namespace Backprop.Tests.Losses;

/// <summary>Connectionist temporal classification against the sum over all paths, one by one.</summary>
public sealed class SequenceLossTests
{
    // −ln of the sum of the probabilities of every path that reads as the target.
    static double Enumerated(double[,] logs, int steps, long[] target, int blank)
    {
        var classes = logs.GetLength(1);
        var sum = 0.0;
        for (var code = 0; code < Math.Pow(classes, steps); code++)
        {
            var (path, rest, log) = (new long[steps], code, 0.0);
            for (var t = 0; t < steps; t++)
            {
                (rest, var symbol) = Math.DivRem(rest, classes);
                path[t] = symbol;
                log += logs[t, symbol];
            }
            var read = path.Where((symbol, t) => symbol != blank && (t == 0 || symbol != path[t - 1]));
            if (read.SequenceEqual(target)) sum += Math.Exp(log);
        }
        return -Math.Log(sum);
    }

    sealed record Case(int Time, int Classes, int Blank, int[] Steps, long[][] Targets, int Seed);

    static readonly Gen<Case> cases =
        from time in Gen.Int[1, 5]
        from classes in Gen.Int[2, 3]
        from batch in Gen.Int[1, 3]
        from blank in Gen.Int[0, classes - 1]
        from steps in Gen.Int[0, time].Array[batch]
        from targets in Gen.Int[0, classes - 2].Select(k => (long)(k < blank ? k : k + 1)).Array[0, 3].Array[batch]
        from seed in Gen.Int
        select new Case(time, classes, blank, steps, targets, seed);

    static Tensor Rows(long[][] targets)
    {
        var width = targets.Max(t => t.Length);
        // What lies past the end of a target does not matter.
        return Tensor.From([.. targets.SelectMany(t => t.Concat(Enumerable.Repeat(77L, width - t.Length)))], [targets.Length, width]);
    }

    static Tensor Counts(long[][] targets) => Array.ConvertAll(targets, t => t.Length);

    [Fact]
    public void The_loss_is_the_sum_over_all_paths() => cases.Sample(c =>
    {
        var logs = Tensor.RandomNormal([c.Time, c.Steps.Length, c.Classes], new Generator(c.Seed), dtype: DType.Float64).LogSoftmax(-1);
        Tensor Loss_(Tensor logs, Tensor targets) =>
            Loss.ConnectionistTemporalClassification(logs, targets, c.Steps, Counts(c.Targets), c.Blank, LossReduction.None);
        var losses = Loss_(logs, Rows(c.Targets));
        for (var n = 0; n < c.Steps.Length; n++)
        {
            var own = new double[c.Time, c.Classes];
            for (var t = 0; t < c.Time; t++)
                for (var k = 0; k < c.Classes; k++) own[t, k] = (double)logs[t, n, k];
            var expected = Enumerated(own, c.Steps[n], c.Targets[n], c.Blank);
            if (double.IsInfinity(expected)) Assert.Equal(expected, (double)losses[n]);
            else Assert.Equal(expected, (double)losses[n], 1e-9 * Math.Max(1, expected));
        }
        var together = Tensor.From(c.Targets.SelectMany(t => t).ToArray());
        Assert.True(losses.SequenceEqual(Loss_(logs, together)));
        Assert.True(Loss_(logs.As(DType.Float32), together).As(DType.Float64).AllClose(losses, 1e-5, 1e-5));
    }, iter: 300);

    [Fact]
    public void The_derivative_is_that_of_the_sum_over_all_paths_and_what_flows_on_is_recorded() => cases.Sample(c =>
    {
        var x = Tensor.RandomNormal([c.Time, c.Steps.Length, c.Classes], new Generator(c.Seed), dtype: DType.Float64);
        Tensor Loss_(Tensor x) => Loss.ConnectionistTemporalClassification(
            x, Rows(c.Targets), c.Steps, Counts(c.Targets), c.Blank, LossReduction.Mean, zeroInfinity: true);
        Gradient.Check(Loss_, x).ThrowIfFailed();
        // The recorded rule and the fused one are two ways to the same numbers.
        x.RequiresGrad = true;
        var y = Loss_(x);
        Assert.True(Gradient.Of(y, [x], createGraph: true)[0].AllClose(Gradient.Of(y, [x])[0], 1e-9, 1e-12));
    }, iter: 60);

    [Fact]
    public void A_target_that_cannot_be_read_has_an_infinite_loss_or_none()
    {
        // "aa" needs a blank between and so three steps.
        var logs = Tensor.RandomNormal([2, 2, 3], new Generator(1)).LogSoftmax(-1);
        logs.RequiresGrad = true;
        Tensor targets = Tensor.From(new long[,] { { 1, 1 }, { 1, 2 } });
        Tensor Loss_(bool zeroInfinity) => Loss.ConnectionistTemporalClassification(
            logs, targets, new[] { 2, 2 }, new[] { 2, 2 }, reduction: LossReduction.None, zeroInfinity: zeroInfinity);
        var infinite = Loss_(false);
        Assert.True(float.IsPositiveInfinity((float)infinite[0]));
        Assert.True(float.IsFinite((float)infinite[1]));
        foreach (var recorded in (bool[])[false, true])
        {
            var d = Gradient.Of(infinite.Sum(), [logs], createGraph: recorded)[0];
            Assert.True(d[.., 0, 1].IsNaN().All().Item<bool>());
            Assert.True(d[.., 1].IsFinite().All().Item<bool>());
            d = Gradient.Of(Loss_(true).Sum(), [logs], createGraph: recorded)[0];
            Assert.True(d[.., 0].Equal(0.0).All().Item<bool>());
        }
        Assert.Equal(0, (float)Loss_(true)[0]);
        Assert.Equal((float)infinite[1], (float)Loss_(true)[1]);
    }

    [Fact]
    public void The_mean_divides_by_the_targets_lengths_first()
    {
        var logs = Tensor.RandomNormal([6, 3, 4], new Generator(2), dtype: DType.Float64).LogSoftmax(-1);
        Tensor targets = Tensor.From(new long[,] { { 1, 2, 3 }, { 2, 0, 0 }, { 0, 0, 0 } });
        Tensor Loss_(LossReduction reduction) => Loss.ConnectionistTemporalClassification(logs, targets, new[] { 6, 5, 4 }, new[] { 3, 1, 0 }, reduction: reduction);
        var each = Loss_(LossReduction.None);
        Assert.Equal(((double)each[0] / 3 + (double)each[1] + (double)each[2]) / 3, Loss_(LossReduction.Mean).Item(), 1e-12);
        Assert.Equal(each.Sum().Item(), Loss_(LossReduction.Sum).Item(), 1e-12);
        // Reading nothing is to draw the blank at every step.
        Assert.Equal(-logs[..4, 2, 0].Sum().Item(), (double)each[2], 1e-12);
    }

    [Fact]
    public void A_single_sequence_needs_no_batch()
    {
        var logs = Tensor.RandomNormal([5, 4], new Generator(3)).LogSoftmax(-1);
        var one = Loss.ConnectionistTemporalClassification(logs, new long[] { 2, 3 }, 5, 2, reduction: LossReduction.None);
        var batch = Loss.ConnectionistTemporalClassification(logs.Unsqueeze(1), Tensor.From(new long[,] { { 2, 3 } }), new[] { 5 }, new[] { 2 }, reduction: LossReduction.None);
        Assert.Equal(Shape.Scalar, one.Shape);
        Assert.Equal(batch.Item(), one.Item());
    }

    [Fact]
    public void Certain_impossibilities_are_no_trouble()
    {
        // Probabilities of exactly 0 off the one path: a loss of 0, and derivatives without NaN.
        var logs = Tensor.Full([3, 1, 3], double.NegativeInfinity, DType.Float64);
        logs = Tensor.Where(Tensor.OneHot(new long[] { 1, 0, 2 }, 3).Unsqueeze(1).Equal(1L), 0.0, logs);
        logs.RequiresGrad = true;
        var loss = Loss.ConnectionistTemporalClassification(logs, Tensor.From(new long[,] { { 1, 2 } }), new[] { 3 }, new[] { 2 });
        Assert.Equal(0, loss.Item());
        Assert.Equal(-1.5, Gradient.Of(loss, [logs])[0].Sum().Item());
        Assert.Equal(-1.5, Gradient.Of(loss, [logs], createGraph: true)[0].Sum().Item());
    }

    [Fact]
    public void A_network_learns_to_read_without_being_told_where_the_labels_are()
    {
        var g = new Generator(4);
        var x = Tensor.RandomNormal([8, 2, 3], g);
        x.RequiresGrad = true;
        double At() => Loss.ConnectionistTemporalClassification(x.LogSoftmax(-1), Tensor.From(new long[,] { { 1, 2 }, { 2, 2 } }), new[] { 8, 8 }, new[] { 2, 2 }).Item();
        var before = At();
        for (var i = 0; i < 50; i++)
        {
            Loss.ConnectionistTemporalClassification(x.LogSoftmax(-1), Tensor.From(new long[,] { { 1, 2 }, { 2, 2 } }), new[] { 8, 8 }, new[] { 2, 2 }).Backward();
            x.Assign((x - x.Grad! * 2.0).Detach());
            x.Grad = null;
        }
        Assert.True(At() < before / 10);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_what_would()
    {
        var logs = Tensor.Zeros([5, 2, 3]);
        Tensor targets = Tensor.From(new long[,] { { 1, 2 }, { 2, 1 } }), two = new[] { 2, 2 };
        void Refused<E>(string message, Tensor logs, Tensor targets, Tensor steps, Tensor counts, int blank = 0) where E : Exception => Assert.Contains(message,
            Assert.Throws<E>(() => Loss.ConnectionistTemporalClassification(logs, targets, steps, counts, blank)).Message, StringComparison.Ordinal);

        Refused<ShapeException>("lengths of shapes [3] and [2] do not fit", logs, targets, new[] { 1, 2, 3 }, two);
        Refused<ShapeException>("targets of shape [1, 2] do not fit a batch of 2", logs, targets[..1], two, two);
        Refused<ShapeException>("3 labels one after the other do not fit targets of 4", logs, new long[] { 1, 2, 1 }, two, two);
        Refused<ArgumentOutOfRangeException>("sequence 1 is said to have 6 steps; there may be 0 to 5", logs, targets, new[] { 5, 6 }, two);
        Refused<ArgumentOutOfRangeException>("sequence 0 is said to have 3 labels; there may be 0 to 2", logs, targets, two, new[] { 3, 1 });
        Refused<ArgumentOutOfRangeException>("the label 2 of sequence 0 is none of the 3 classes without the blank, 2", logs, targets, two, two, blank: 2);
        Refused<ArgumentOutOfRangeException>("the blank 3 is none of 3 classes", logs, targets, two, two, blank: 3);
        Refused<DTypeException>("labels and lengths are whole numbers and got float64", logs, targets, two, new[] { 2.0, 2 });
        Assert.Equal(Shape.Scalar, Loss.ConnectionistTemporalClassification(Tensor.Zeros([5, 0, 3]), Tensor.Zeros([0, 2], DType.Int64),
            Tensor.Zeros([0], DType.Int64), Tensor.Zeros([0], DType.Int64), reduction: LossReduction.Sum).Shape);
    }
}
