using Backprop.Autograd;
using Backprop.Modules;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Modules;

public sealed class DropoutTests
{
    [Fact]
    public void About_the_given_part_is_dropped_and_the_mean_stays()
    {
        var y = Tensor.Ones([100, 1000]).Dropout(0.3, new Generator(1));
        var zeros = (double)y.Equal(0.0).As(DType.Float64).Mean();
        Assert.InRange(zeros, 0.29, 0.31);
        Assert.InRange((double)y.Mean(), 0.98, 1.02);
        Assert.True((bool)y.Equal(0.0).Or(y.Equal((float)(1 / 0.7))).All());
    }

    [Fact]
    public void In_use_nothing_is_dropped_or_drawn()
    {
        var generator = new Generator(1);
        var x = Tensor.RandomNormal([2, 3, 4, 5], new Generator(2));
        foreach (var module in new Module[] { new Dropout(generator), new Dropout2d(generator), new AlphaDropout(generator) })
        {
            module.Eval();
            Assert.True(module.Forward(x).SequenceEqual(x));
        }
        Assert.Equal(0, generator.Position);
    }

    [Fact]
    public void The_same_seed_drops_the_same_whatever_the_precision()
    {
        var x = Tensor.RandomNormal([5, 7], new Generator(2));
        var y = x.Dropout(0.5, new Generator(9));
        Assert.True(y.SequenceEqual(x.Dropout(0.5, new Generator(9))));
        Assert.True(y.AllClose(x.As(DType.Float64).Dropout(0.5, new Generator(9)), 1e-6));
        Assert.False(y.SequenceEqual(x.Dropout(0.5, new Generator(10))));
    }

    [Fact]
    public void The_gradient_passes_where_the_number_did()
    {
        var x = Tensor.RandomNormal([50], new Generator(2));
        x.RequiresGrad = true;
        var y = x.Dropout(0.5, new Generator(9));
        Assert.True(Gradient.Of(y.Sum(), [x])[0].AllClose(Tensor.Where(y.Equal(0.0), 0.0, 2.0), 1e-6));
        Assert.Equal("Dropout", y.Node!.Op.Name);
    }

    [Fact]
    public void All_or_nothing()
    {
        var x = Tensor.RandomNormal([3, 4], new Generator(2));
        x.RequiresGrad = true;
        foreach (var drop in new Func<double, Tensor>[] { p => x.Dropout(p, new Generator(1)), p => x.DropoutChannels(p, new Generator(1)), p => x.AlphaDropout(p, new Generator(1)) })
        {
            Assert.True(drop(0).SequenceEqual(x));
            Assert.True(drop(1).SequenceEqual(Tensor.Zeros([3, 4])));
            Assert.True(Gradient.Of(drop(1).Sum(), [x])[0].SequenceEqual(Tensor.Zeros([3, 4])));
            foreach (var wrong in new[] { -0.1, 1.1, double.NaN }) Assert.Throws<ArgumentOutOfRangeException>(() => drop(wrong));
        }
        Assert.Equal("Dropout: the probability 1.5 must lie in [0, 1]. (Parameter 'probability')\nActual value was 1.5.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(new Generator(1), 1.5)).Message.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Whole_channels_are_dropped()
    {
        var y = new Dropout2d(new Generator(3), 0.4).Forward(Tensor.Ones([20, 10, 3, 3]));
        var kept = y.NotEqual(0.0).As(DType.Float64).Mean([2, 3]);
        Assert.True((bool)kept.Equal(0.0).Or(kept.Equal(1.0)).All());
        Assert.InRange((double)kept.Mean(), 0.5, 0.7);
        Assert.Equal("Dropout2d(0.5): needs x of shape [batch, channels, height, width] and got [3, 4].",
            Assert.Throws<ShapeException>(() => new Dropout2d(new Generator(1)).Forward(Tensor.Ones([3, 4]))).Message);
    }

    [Fact]
    public void Alpha_dropout_keeps_mean_and_variance()
    {
        var x = Tensor.RandomNormal([200_000], new Generator(1), dtype: DType.Float64);
        var y = x.AlphaDropout(0.3, new Generator(2));
        Assert.InRange(y.Mean().Item(), -0.01, 0.01);
        Assert.InRange(y.Var().Item(), 0.98, 1.02);
    }

    [Fact]
    public void Empty_tensors_and_single_numbers()
    {
        var generator = new Generator(1);
        Assert.Equal([0, 3], Tensor.Zeros([0, 3]).Dropout(0.5, generator).Shape.ToArray());
        Assert.Contains(((Tensor)3.0).Dropout(0.5, generator).Item(), new[] { 0, 6.0 });
        Assert.True(double.IsNaN(Tensor.Full([1], double.NaN).Dropout(0.01, generator).Item()));
    }

    [Fact]
    public void Random_slopes_lie_within_their_bounds()
    {
        var x = Tensor.RandomNormal([1000], new Generator(1));
        var module = new RRelu(new Generator(2), 0.2, 0.4);
        var ratio = module.Forward(x) / x;
        Assert.True((bool)Tensor.Where(x > 0.0, ratio.Equal(1.0), (ratio >= 0.199).And(ratio <= 0.401)).All());
        module.Eval();
        Assert.True(module.Forward(x).AllClose(x.LeakyRelu(0.3), 1e-6));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RRelu(new Generator(1), 0.4, 0.4));
    }

    [Fact]
    public void Small_modules()
    {
        var x = Tensor.RandomNormal([2, 3, 4], new Generator(1));
        Assert.Same(x, new Identity().Forward(x));
        Assert.True(new Residual(new Function(a => a * 2.0)).Forward(x).AllClose(x * 3.0, 1e-6));
        Assert.Equal("Residual: a => a.Sum(0) makes [3, 4] of [2, 3, 4]; what is added must have the shape of what it is added to.",
            Assert.Throws<ShapeException>(() => new Residual(new Function(a => a.Sum(0))).Forward(x)).Message);
        Assert.True(new PRelu().Forward(x).SequenceEqual(x.LeakyRelu(0.25)));
        Assert.Equal("PRelu(3)", new PRelu(3).Name);
        Assert.Throws<ShapeException>(() => new PRelu(4).Forward(x));
        Assert.Equal("Bilinear(3, 2 → 4)", new Bilinear(3, 2, 4, new Generator(1)).Name);
        Assert.True(x.Unsqueeze(0).Softmax2d().SequenceEqual(x.Unsqueeze(0).Softmax(1)));
        Assert.Throws<ShapeException>(() => x[0].Softmax2d());
    }
}
