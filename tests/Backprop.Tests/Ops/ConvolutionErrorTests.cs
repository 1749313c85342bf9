using Backprop.Modules;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Ops;

/// <summary>Convolutions, poolings and resizing refuse what does not fit, and say what would have.</summary>
public sealed class ConvolutionErrorTests
{
    static readonly Tensor images = Tensor.Ones([2, 4, 6, 6]), weight = Tensor.Ones([8, 4, 3, 3]);

    static string Refused(Func<Tensor> f) => Assert.Throws<ShapeException>(f).Message;

    [Fact]
    public void Channels_must_fit_weight_and_groups()
    {
        Assert.Equal("Conv2d: x of shape [2, 4, 6, 6] has 4 channels, and a weight of shape [8, 3, 3, 3] takes 3.", Refused(() => images.Conv2d(Tensor.Ones([8, 3, 3, 3]))));
        Assert.Contains("with 2 groups takes 8", Refused(() => images.Conv2d(weight, groups: 2)));
        Assert.Contains("8 output channels, from the weight's shape [8, 4, 3, 3], do not fall into 3 equal groups", Refused(() => images.Conv2d(weight, groups: 3)));
        Assert.Contains("ConvTranspose2d: x of shape [2, 4, 6, 6] has 4 channels", Refused(() => images.ConvTranspose2d(weight)));
        Assert.Contains("it must be [8]", Refused(() => images.Conv2d(weight, Tensor.Ones([4]))));
    }

    [Fact]
    public void Windows_must_fit_the_image()
    {
        Assert.Contains("a window of 7 along axis 2 does not fit x of shape [2, 4, 6, 6], which has 6 there", Refused(() => images.Conv2d(Tensor.Ones([1, 4, 7, 1]))));
        Assert.Contains("a window of 7 along axis 3", Refused(() => images.Conv2d(weight, padding: (1, 0), dilation: (1, 3))));
        Assert.Contains("MaxPool2d: a window of 7", Refused(() => images.MaxPool2d(7)));
        Assert.Contains("padding 2 is more than half of a window", Refused(() => images.AvgPool2d(3, padding: 2)));
        Assert.Contains("holds no element", Refused(() => Tensor.Ones([1, 1, 1]).MaxPool1d(2, padding: 1, dilation: 2)));
        Assert.Contains("leave -2 elements along axis 2", Refused(() => Tensor.Ones([1, 1, 1]).ConvTranspose1d(Tensor.Ones([1, 1, 2]), padding: 2)));
    }

    [Fact]
    public void Numbers_must_make_sense()
    {
        Assert.Contains("stride [0, 0]", Refused(() => images.Conv2d(weight, stride: 0)));
        Assert.Contains("padding [-1, 0] at least 0", Refused(() => images.Conv2d(weight, padding: (-1, 0))));
        Assert.Contains("dilation [0, 0]", Refused(() => images.Conv2d(weight, dilation: 0)));
        Assert.Contains("groups 0", Refused(() => images.Conv2d(weight, groups: 0)));
        Assert.Contains("stride [0, 2]", Refused(() => images.MaxPool2d(2, (0, 2))));
        Assert.Contains("output padding [2] must be at least 0 and less than the stride", Refused(() => Tensor.Ones([1, 1, 3]).ConvTranspose1d(Tensor.Ones([1, 1, 2]), stride: 2, outputPadding: 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => images.AvgPool2d(2, divisor: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => images.Interpolate(0));
        Assert.Throws<ArgumentException>(() => images.Interpolate([3, 3], alignCorners: true));
        Assert.Contains("PixelShuffle", Refused(() => images.PixelShuffle(3)));
        Assert.Contains("PixelUnshuffle", Refused(() => images.PixelUnshuffle(4)));
        Assert.Contains("is empty along axis 3", Refused(() => images.Conv2d(Tensor.Ones([8, 4, 3, 0]))));
    }

    [Fact]
    public void Ranks_must_fit()
    {
        Assert.Contains("needs x of shape [batch, channels, height, width] and got [2, 4]", Refused(() => Tensor.Ones([2, 4]).Conv2d(weight)));
        Assert.Contains("needs a weight of 4 axes, [outputs, channels / groups, kernel sizes], and got [8, 4, 3]", Refused(() => images.Conv2d(Tensor.Ones([8, 4, 3]))));
        Assert.Contains("MaxPool1d: needs x of shape [batch, channels, length]", Refused(() => images.MaxPool1d(2)));
        Assert.Contains("AdaptiveAvgPool1d", Refused(() => images.AdaptiveAvgPool1d(2)));
        Assert.Contains("2 sizes do not fit", Refused(() => Tensor.Ones([2, 4, 5]).Interpolate([2, 2])));
        Assert.Contains("images have the shape", Refused(() => Tensor.Ones([2, 4]).Col2Im([2, 4], 2)));
        Assert.Contains("it must be [50, 16]", Refused(() => Tensor.Ones([2, 4]).Col2Im([2, 4, 6, 6], 2)));
    }

    [Fact]
    public void Whole_numbers_are_refused()
    {
        var whole = images.As(DType.Int64);
        Assert.Contains("needs float32 or float64 and got int64", Assert.Throws<DTypeException>(() => whole.Conv2d(weight.As(DType.Int64))).Message);
        Assert.Throws<DTypeException>(() => whole.MaxPool2d(2));
        Assert.Throws<DTypeException>(() => whole.AvgPool2d(2));
        Assert.Throws<DTypeException>(() => whole.AdaptiveAvgPool2d(4));
        Assert.Throws<DTypeException>(() => whole.Interpolate([3, 3], InterpolationMode.Linear));
    }

    [Fact]
    public void Precisions_meet()
    {
        Assert.Equal(DType.Float64, images.Conv2d(weight.As(DType.Float64)).DType);
        var w = weight.As(DType.Float64);
        w.RequiresGrad = true;
        images.Conv2d(w).Sum().Backward();
        Assert.Equal(DType.Float64, w.Grad!.DType);
    }

    [Fact]
    public void Layers_refuse_what_makes_no_sense()
    {
        var generator = new Generator(0);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d(0, 1, 3, generator));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d(1, 1, 0, generator));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d(1, 1, 3, generator, stride: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d(1, 1, 3, generator, padding: -1));
        Assert.Contains("do not fall into 2 equal groups", Assert.Throws<ArgumentException>(() => new Conv2d(4, 3, 3, generator, groups: 2)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConvTranspose2d(1, 1, 3, generator, outputPadding: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Upsample(0));
    }
}
