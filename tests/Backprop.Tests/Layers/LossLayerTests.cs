using Backprop.Layers;
using Xunit;

namespace Backprop.Tests.Layers;

public sealed class LossLayerTests
{
    static readonly Tensor scores = new[,] { { 1.0, 2, 3 }, { 0, 0, 0 } };

    [Fact]
    public void Softmax_with_loss_is_y_minus_t_over_the_batch()
    {
        var layer = new SoftmaxWithLoss();
        Tensor t = new[] { 2, 0 };
        var e = new[] { Math.Exp(1), Math.Exp(2), Math.Exp(3) };
        var loss = (-Math.Log(e[2] / e.Sum()) + Math.Log(3)) / 2;
        Assert.Equal(loss, layer.Forward(scores, t).Item(), 1e-15);
        Assert.Same(t, layer.T);
        var y = Tensor.From([.. e.Select(v => v / e.Sum()), 1.0 / 3, 1.0 / 3, 1.0 / 3], [2, 3]);
        Assert.True(layer.Y.AllClose(y, 1e-14));
        var dx = (y - Tensor.OneHot(t, 3)) / 2.0;
        Assert.True(layer.Backward().AllClose(dx, 1e-14));
        Assert.True(layer.Backward(3.0).AllClose(3.0 * dx, 1e-14));
    }

    [Theory]
    [InlineData(DType.Int64)]
    [InlineData(DType.Bool)]
    [InlineData(DType.Float32)]
    public void One_hot_targets_say_the_same_as_labels(DType dtype)
    {
        SoftmaxWithLoss byLabel = new(), byRow = new();
        Tensor t = new[] { 2, 0 };
        Assert.Equal(byLabel.Forward(scores, t).Item(), byRow.Forward(scores, Tensor.OneHot(t, 3).As(dtype)).Item(), 1e-15);
        Assert.True(byLabel.Backward().AllClose(byRow.Backward(), 1e-14));
        Assert.Equal(DType.Float64, byRow.Backward().DType);
    }

    [Fact]
    public void A_single_example_has_no_batch_axis()
    {
        var layer = new SoftmaxWithLoss();
        var loss = layer.Forward(new[] { 1.0, 2, 3 }, new[] { 0, 1, 0 });
        Assert.Equal(-Math.Log(layer.Y.ToArray<double>()[1]), loss.Item(), 1e-15);
        Assert.Equal([3], layer.Backward().Shape);
    }

    [Fact]
    public void Large_scores_do_not_overflow()
    {
        var layer = new SoftmaxWithLoss();
        Assert.Equal(2000, layer.Forward(new[,] { { 1000.0, -1000 } }, new[] { 1 }).Item());
        Assert.Equal([1, -1], layer.Backward().ToArray<double>());
        var sigmoid = new SigmoidWithLoss();
        Assert.Equal(500, sigmoid.Forward(new[] { 1000.0, 1000.0 }, new[] { 0, 1 }).Item());
        Assert.Equal([0.5, 0], sigmoid.Backward().ToArray<double>());
    }

    [Fact]
    public void Sigmoid_with_loss_is_y_minus_t_over_the_batch()
    {
        var layer = new SigmoidWithLoss();
        Tensor x = new[] { 0.5, -2.0, 0.0 }, t = new[] { 1, 0, 1 };
        var y = x.ToArray<double>().Select(v => 1 / (1 + Math.Exp(-v))).ToArray();
        Assert.Equal(-(Math.Log(y[0]) + Math.Log(1 - y[1]) + Math.Log(y[2])) / 3, layer.Forward(x, t).Item(), 1e-15);
        Assert.True(layer.Y.AllClose(y, 1e-14));
        Assert.True(layer.Backward().AllClose(new[] { (y[0] - 1) / 3, y[1] / 3, (y[2] - 1) / 3 }, 1e-14));
    }

    [Fact]
    public void Steps_that_are_ignored_neither_count_nor_learn()
    {
        var x = LayerCatalogue.Normal(2, 3, 4);
        var layer = new TimeSoftmaxWithLoss();
        var loss = layer.Forward(x, Tensor.From(new long[,] { { 1, 3, -1 }, { 0, -1, -1 } }));
        var logs = x.LogSoftmax(2);
        Assert.Equal(-(logs[0, 0, 1] + logs[0, 1, 3] + logs[1, 0, 0]).Item() / 3, loss.Item(), 1e-14);
        var dx = layer.Backward();
        Assert.Equal(x.Shape, dx.Shape);
        foreach (var (n, t) in new[] { (0, 2), (1, 1), (1, 2) }) Assert.Equal([0, 0, 0, 0], dx[n, t].ToArray<double>());
        Assert.True(layer.Y.AllClose(logs.Exp(), 1e-14));
        Assert.Equal(loss.Item(), new TimeSoftmaxWithLoss(ignoreLabel: 9).Forward(x, Tensor.From(new long[,] { { 1, 3, 9 }, { 0, 9, 9 } })).Item());
    }

    [Fact]
    public void Targets_that_do_not_fit_are_refused()
    {
        Assert.Throws<ShapeException>(() => new SoftmaxWithLoss().Forward(scores, new[] { 0, 1, 2 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SoftmaxWithLoss().Forward(scores, new[] { 0, 3 }));
        Assert.Throws<DTypeException>(() => new SoftmaxWithLoss().Forward(scores, new[] { 0.0, 1.0 }));
        Assert.Throws<ShapeException>(() => new SigmoidWithLoss().Forward(scores, new[] { 0, 1 }));
        Assert.Contains("TimeSoftmaxWithLoss", Assert.Throws<ShapeException>(
            () => new TimeSoftmaxWithLoss().Forward(Tensor.Zeros([2, 3, 4]), Tensor.Zeros([3, 2], DType.Int64))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new SoftmaxWithLoss().Forward(scores, null!));
    }

    [Fact]
    public void A_loss_ends_a_chain()
    {
        Tensor x = LayerCatalogue.Normal(2, 4), t = new[] { 2, 0 };
        Affine affine = new(LayerCatalogue.Normal(4, 3), LayerCatalogue.Normal(3));
        SoftmaxWithLoss last = new();
        var chain = new LayerChain();
        chain.Forward(last, chain.Forward(affine, x), t);
        chain.Backward(1.0);
        Assert.Equal(["affine", "last"], chain.ForwardOrder);
        Assert.True(chain.Derivative(x).SequenceEqual(affine.Backward(last.Backward())));
    }
}
