using Backprop.Autograd;
using Backprop.Modules;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Modules;

public sealed class NormalizationTests
{
    static Tensor Normal(params int[] shape) => Tensor.RandomNormal(new(shape), new Generator(7), mean: 2, std: 3, dtype: DType.Float64);

    [Fact]
    public void Layer_norm_gives_mean_0_and_variance_1()
    {
        var y = new LayerNorm([4, 5], dtype: DType.Float64).Forward(Normal(3, 4, 5)).Reshape(3, 20);
        Assert.True(y.Mean(1).AllClose(Tensor.Zeros([3]), 0, 1e-12));
        Assert.True(y.Var(1, correction: 0).AllClose(Tensor.Ones([3]), 1e-4));
        Assert.Equal("LayerNorm([4, 5])", new LayerNorm([4, 5]).Name);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        Tensor x = Normal(2, 6, 5), four = Tensor.Ones([4], DType.Float64);
        Assert.Equal("LayerNorm: x of shape [2, 6, 5] does not end in [4], the sizes that are normalised over.",
            Assert.Throws<ShapeException>(() => x.LayerNorm([4])).Message);
        Assert.Equal("LayerNorm: a weight of shape [4] does not fit x of shape [2, 6, 5]; it must be [5].",
            Assert.Throws<ShapeException>(() => x.LayerNorm([5], four)).Message);
        Assert.Equal("LayerNorm: a bias of shape [4] does not fit x of shape [2, 6, 5]; it must be [5].",
            Assert.Throws<ShapeException>(() => x.LayerNorm([5], bias: four)).Message);
        Assert.Throws<ShapeException>(() => x.LayerNorm([]));
        Assert.Throws<ShapeException>(() => x.RmsNorm([6]));
        Assert.Equal("GroupNorm: the 6 channels of x of shape [2, 6, 5] cannot be divided into 4 groups of equal size.",
            Assert.Throws<ShapeException>(() => x.GroupNorm(4)).Message);
        Assert.Equal("GroupNorm: a weight of shape [4] does not fit x of shape [2, 6, 5]; it must be [6].",
            Assert.Throws<ShapeException>(() => x.GroupNorm(2, four)).Message);
        Assert.Throws<ShapeException>(() => x.GroupNorm(2, bias: four));
        Assert.Throws<ShapeException>(() => x.GroupNorm(0));
        Assert.Throws<ShapeException>(() => x[0, 0].GroupNorm(1));
        Assert.Throws<ShapeException>(() => x.BatchNorm(four));
        Assert.Throws<ShapeException>(() => x.BatchNorm(bias: four));
        Assert.Equal("BatchNorm: a mean of shape [4] and a variance of shape [4] do not fit x of shape [2, 6, 5]; both must be [6].",
            Assert.Throws<ShapeException>(() => x.BatchNorm(statistics: (four, four))).Message);
        Assert.Equal("BatchNorm: needs x of shape [batch, channels, ...] and got [5].", Assert.Throws<ShapeException>(() => x[0, 0].BatchNorm()).Message);
        Assert.Equal("LocalResponseNorm: a neighbourhood of 0 channels is none; its size must be at least 1.",
            Assert.Throws<ShapeException>(() => x.LocalResponseNorm(0)).Message);
        Assert.Contains("axis 3", Assert.Throws<ShapeException>(() => x.Normalize(axis: 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Modules_name_the_channels_and_axes_they_want()
    {
        Assert.Equal("BatchNorm2d(3): x of shape [2, 4, 5, 5] has 4 channels along axis 1 and should have 3.",
            Assert.Throws<ShapeException>(() => new BatchNorm2d(3).Forward(Normal(2, 4, 5, 5))).Message);
        Assert.Equal("BatchNorm2d(4): needs x of shape [batch, channels, height, width] and got [2, 4, 5].",
            Assert.Throws<ShapeException>(() => new BatchNorm2d(4).Forward(Normal(2, 4, 5))).Message);
        Assert.Throws<ShapeException>(() => new BatchNorm1d(4).Forward(Normal(2, 4, 5, 5)));
        Assert.Throws<ShapeException>(() => new BatchNorm3d(4).Forward(Normal(2, 4, 5, 5)));
        Assert.Equal("InstanceNorm2d(3): x of shape [2, 4, 5, 5] has 4 channels along axis 1 and should have 3.",
            Assert.Throws<ShapeException>(() => new InstanceNorm2d(3).Forward(Normal(2, 4, 5, 5))).Message);
        Assert.Throws<ShapeException>(() => new InstanceNorm1d(4).Forward(Normal(2, 4, 5, 5)));
        Assert.Throws<ShapeException>(() => new GroupNorm(2, 4).Forward(Normal(2, 6, 5)));
        Assert.Equal("GroupNorm: 5 channels cannot be divided into 2 groups of equal size.", Assert.Throws<ArgumentException>(() => new GroupNorm(2, 5)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm1d(0));
    }

    [Fact]
    public void Batch_norm_gathers_mean_and_variance()
    {
        Tensor first = Normal(6, 3), second = first * 2.0 + 1;
        var norm = new BatchNorm1d(3, dtype: DType.Float64);
        norm.Forward(first);
        norm.Forward(second);
        var mean = (first.Mean(0) * 0.1) * 0.9 + second.Mean(0) * 0.1;
        var variance = (0.9 + first.Var(0) * 0.1) * 0.9 + second.Var(0) * 0.1;
        Assert.True(norm.RunningMean!.AllClose(mean, 1e-12));
        Assert.True(norm.RunningVariance!.AllClose(variance, 1e-12));
        Assert.Equal(2, norm.BatchesTracked!.Item<long>());

        norm.Eval();
        Assert.True(norm.Forward(first).AllClose((first - mean) / (variance + 1e-5).Sqrt(), 1e-12, 1e-12));
        Assert.Equal(2, norm.BatchesTracked.Item<long>());
        Assert.Equal(["weight", "bias", "running_mean", "running_var", "num_batches_tracked"], norm.State().Keys);
    }

    [Fact]
    public void Without_a_momentum_all_batches_count_the_same()
    {
        Tensor first = Normal(6, 3), second = first * 2.0 + 1;
        var norm = new BatchNorm1d(3, momentum: null, dtype: DType.Float64);
        norm.Forward(first);
        norm.Forward(second);
        Assert.True(norm.RunningMean!.AllClose((first.Mean(0) + second.Mean(0)) / 2.0, 1e-12));
        Assert.True(norm.RunningVariance!.AllClose((first.Var(0) + second.Var(0)) / 2.0, 1e-12));
    }

    [Fact]
    public void Without_statistics_batches_go_by_their_own_in_use_too()
    {
        var norm = new BatchNorm1d(3, trackRunningStatistics: false, dtype: DType.Float64);
        var trained = norm.Forward(Normal(6, 3));
        norm.Eval();
        Assert.True(norm.Forward(Normal(6, 3)).SequenceEqual(trained));
        Assert.Null(norm.RunningMean);
        Assert.Equal(["weight", "bias"], norm.State().Keys);
    }

    [Fact]
    public void Instance_norm_gathers_the_mean_of_its_batch()
    {
        var x = Normal(3, 2, 7);
        var norm = new InstanceNorm1d(2, trackRunningStatistics: true, dtype: DType.Float64);
        norm.Forward(x);
        Assert.True(norm.RunningMean!.AllClose(x.Mean(2).Mean(0) * 0.1, 1e-12));
        Assert.True(norm.RunningVariance!.AllClose(0.9 + x.Var(2).Mean(0) * 0.1, 1e-12));
        norm.Eval();
        var expected = (x - norm.RunningMean.Reshape(1, 2, 1)) / (norm.RunningVariance.Reshape(1, 2, 1) + 1e-5).Sqrt();
        Assert.True(norm.Forward(x).AllClose(expected, 1e-12, 1e-12));
        Assert.Equal([2, 7], norm.Forward(x[0]).Shape.ToArray());
    }

    [Fact]
    public void One_number_for_each_mean_is_refused()
    {
        Assert.Equal(
            "BatchNorm: x of shape [1, 3] has one number for each mean, which leaves nothing of it; " +
            "train on batches of several, or use Eval() for statistics gathered before.",
            Assert.Throws<ShapeException>(() => new BatchNorm1d(3).Forward(Normal(1, 3))).Message);
        Assert.Throws<ShapeException>(() => new BatchNorm2d(3).Forward(Normal(1, 3, 1, 1)));
        Assert.Equal("InstanceNorm: x of shape [2, 3, 1] has one number for each mean, which leaves nothing of it; it needs several positions.",
            Assert.Throws<ShapeException>(() => Normal(2, 3, 1).InstanceNorm()).Message);
        var norm = new BatchNorm1d(3, dtype: DType.Float64);
        norm.Eval();
        Assert.Equal([1, 3], norm.Forward(Normal(1, 3)).Shape.ToArray());
    }

    [Fact]
    public void A_call_that_fails_leaves_the_statistics_as_they_were()
    {
        var norm = new BatchNorm1d(3, dtype: DType.Float64);
        norm.Forward(Normal(6, 3));
        var before = norm.State();
        Assert.Throws<ShapeException>(() => norm.Forward(Normal(1, 3)));
        Assert.Throws<ShapeException>(() => norm.Forward(Normal(6, 4)));
        Assert.Throws<ShapeException>(() => norm.Forward(Normal(6)));
        foreach (var (name, value) in norm.State()) Assert.True(value.SequenceEqual(before[name]), name);
    }

    [Fact]
    public void Empty_batches_give_empty_results_and_teach_nothing()
    {
        var norm = new BatchNorm1d(3, dtype: DType.Float64);
        var before = norm.State();
        var x = Tensor.Zeros([0, 3], DType.Float64);
        x.RequiresGrad = true;
        var y = norm.Forward(x);
        Assert.Equal([0, 3], y.Shape.ToArray());
        y.Sum().Backward();
        Assert.Equal([0, 3], x.Grad!.Shape.ToArray());
        Assert.Equal([0.0, 0, 0], norm.Weight!.Grad!.ToArray<double>());
        foreach (var (name, value) in norm.State()) Assert.True(value.SequenceEqual(before[name]), name);

        foreach (var module in new Module[] { new LayerNorm(3, dtype: DType.Float64), new RmsNorm(3, dtype: DType.Float64), new GroupNorm(3, 3, dtype: DType.Float64) })
        {
            var result = module.Forward(x);
            Assert.Equal([0, 3], result.Shape.ToArray());
            result.Sum().Backward();
            Assert.All(module.Parameters, p => Assert.True(p.Grad!.SequenceEqual(Tensor.Zeros([3], DType.Float64))));
        }
        Assert.Equal([0, 3, 4], Tensor.Zeros([0, 3, 4]).InstanceNorm().Shape.ToArray());
        Assert.Equal([0, 3, 4], Tensor.Zeros([0, 3, 4]).LocalResponseNorm(3).Shape.ToArray());
        Assert.Equal([0, 3], Tensor.Zeros([0, 3]).Normalize().Shape.ToArray());
        Assert.Equal([2, 3, 0], Tensor.Zeros([2, 3, 0]).GroupNorm(3).Shape.ToArray());
        Assert.Equal([2, 3, 0], Tensor.Zeros([2, 3, 0]).BatchNorm().Shape.ToArray());
    }

    [Fact]
    public void A_batch_of_one_is_normalised_by_itself()
    {
        var x = Normal(1, 6);
        var whole = Tensor.Concat([x, x * 3.0], 0);
        Assert.True(x.LayerNorm([6]).SequenceEqual(whole.LayerNorm([6])[..1]));
        Assert.True(x.GroupNorm(2).SequenceEqual(whole.GroupNorm(2)[..1]));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_number_spoils_its_own_mean_only(double value)
    {
        var values = Normal(4, 40).ToArray<double>();
        values[45] = value;
        var x = Tensor.From(values, [4, 40]);
        foreach (var y in new[] { x.LayerNorm([40]), x.RmsNorm([40]), x.Unsqueeze(0).InstanceNorm()[0], x.Normalize() })
        {
            var bad = y.IsFinite().Not().ToArray<bool>();
            Assert.True(bad[45]);
            Assert.DoesNotContain(true, bad[..40]);
            Assert.DoesNotContain(true, bad[80..]);
        }
        var batch = x.BatchNorm().IsNaN().ToArray<bool>();
        for (var i = 0; i < batch.Length; i++) Assert.Equal(i % 40 == 5, batch[i]);
    }

    [Fact]
    public void Equal_numbers_become_zeros()
    {
        foreach (var n in new[] { 3, 17, 100 })
        {
            var x = Tensor.Full([2, n], 0.1f);
            Assert.True(x.LayerNorm([n]).SequenceEqual(Tensor.Zeros([2, n])));
            Assert.True(x.Unsqueeze(0).GroupNorm(2).SequenceEqual(Tensor.Zeros([1, 2, n])));
        }
    }

    [Fact]
    public void Precisions_that_differ_meet()
    {
        Tensor x = Normal(4, 6).As(DType.Float32), w = Normal(6), b = Normal(6).As(DType.Float32);
        x.RequiresGrad = w.RequiresGrad = b.RequiresGrad = true;
        foreach (var y in new[] { x.LayerNorm([6], w, b), x.GroupNorm(2, w, b), x.BatchNorm(w, b) })
        {
            Assert.Equal(DType.Float64, y.DType);
            var d = Gradient.Of((y * y).Sum(), [x, w, b]);
            Assert.Equal([DType.Float32, DType.Float64, DType.Float32], d.Select(t => t.DType));
        }
        Assert.Equal(DType.Float64, Tensor.From(new[,] { { 1, 2 }, { 3, 5 } }).LayerNorm([2]).DType);
    }

    [Fact]
    public void Views_with_gaps_are_normalised_as_they_look()
    {
        Tensor x = Normal(5, 4, 6), view = x.Permute(2, 0, 1), packed = view.Copy();
        Assert.False(view.IsContiguous);
        Assert.True(view.LayerNorm([4]).SequenceEqual(packed.LayerNorm([4])));
        Assert.True(view.GroupNorm(5).SequenceEqual(packed.GroupNorm(5)));
        Assert.True(view.BatchNorm().SequenceEqual(packed.BatchNorm()));
        Assert.True(view.LocalResponseNorm(2).SequenceEqual(packed.LocalResponseNorm(2)));
        Assert.True(view.Normalize(axis: 1).AllClose(packed.Normalize(axis: 1), 1e-14));
    }

    [Fact]
    public void Vectors_of_length_one()
    {
        Tensor x = new[,] { { 3.0, 4.0 }, { 0.0, 0.0 } };
        Assert.Equal([0.6, 0.8, 0, 0], x.Normalize().ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-15);
        x.RequiresGrad = true;
        Assert.True((bool)Gradient.Of(x.Normalize().Sum(), [x])[0].IsFinite().All());
    }
}
