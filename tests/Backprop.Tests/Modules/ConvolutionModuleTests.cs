using Backprop.Modules;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Modules;

/// <summary>Convolutional layers: how they start, what they are called, and what the book computes with them.</summary>
public sealed class ConvolutionModuleTests
{
    [Fact]
    public void Weights_start_as_PyTorchs_do()
    {
        var layer = new Conv2d(6, 64, (3, 5), new Generator(1), groups: 2);
        Assert.Equal(new Shape(64, 3, 3, 5), layer.Weight.Shape);
        Assert.Equal(new Shape(64), layer.Bias!.Shape);
        Within(1 / Math.Sqrt(45), layer);
        var transposed = new ConvTranspose2d(6, 64, (3, 5), new Generator(1), groups: 2);
        Assert.Equal(new Shape(6, 32, 3, 5), transposed.Weight.Shape);
        Within(1 / Math.Sqrt(32 * 15), transposed);
        Assert.Equal(["weight", "bias"], layer.NamedParameters.Select(p => p.Key));
        Assert.Equal(["weight"], new Conv1d(1, 1, 1, new Generator(1), bias: false).NamedParameters.Select(p => p.Key));
    }

    static void Within(double bound, ConvolutionModule layer)
    {
        foreach (var parameter in layer.Parameters)
        {
            var largest = parameter.Abs().Max().Item();
            Assert.InRange(largest, 0.9 * bound, bound);
        }
    }

    [Fact]
    public void Layers_tell_what_they_are()
    {
        var generator = new Generator(0);
        Assert.Equal("Conv2d(3 → 16, kernel 3)", new Conv2d(3, 16, 3, generator).Name);
        Assert.Equal(
            "Conv2d(4 → 8, kernel (3, 5), stride 2, padding (1, 2), dilation 2, 2 groups)",
            new Conv2d(4, 8, (3, 5), generator, 2, (1, 2), 2, groups: 2).Name);
        Assert.Equal("MaxPool2d((3, 2))", new MaxPool2d((3, 2)).Name);
        Assert.Equal("MaxPool2d(3, stride 2, padding 1)", new MaxPool2d(3, 2, 1).Name);
        Assert.Equal("AdaptiveAvgPool3d((1, 2, 3))", new AdaptiveAvgPool3d((1, 2, 3)).Name);
        Assert.Equal("Upsample(× 1.5, Linear)", new Upsample(1.5, InterpolationMode.Linear).Name);
    }

    [Fact]
    public void A_convolution_is_the_book_s_matrix_product()
    {
        var generator = new Generator(3);
        Tensor x = Tensor.RandomNormal([2, 3, 7, 6], generator, dtype: DType.Float64), w = Tensor.RandomNormal([4, 3, 3, 2], generator, dtype: DType.Float64);
        var columns = x.Im2Col((3, 2), stride: 2, padding: 1);
        Assert.Equal(new Shape(2 * 4 * 4, 3 * 3 * 2), columns.Shape);
        var y = columns.MatMul(w.Reshape(4, -1).T).Reshape(2, 4, 4, 4).Permute(0, 3, 1, 2);
        Assert.True(x.Conv2d(w, stride: 2, padding: 1).AllClose(y));
        // Putting the windows back counts every element as often as it was seen.
        var seen = Tensor.Ones([1, 1, 3, 3]).Im2Col(2).Col2Im([1, 1, 3, 3], 2);
        Assert.Equal([1f, 2, 1, 2, 4, 2, 1, 2, 1], seen.ToArray<float>());
    }

    [Fact]
    public void A_transposed_convolution_undoes_the_size()
    {
        var generator = new Generator(0);
        var x = Tensor.RandomNormal([2, 3, 9, 8], generator);
        var down = new Conv2d(3, 5, 3, generator, stride: 2, padding: 1);
        var up = new ConvTranspose2d(5, 3, 3, generator, stride: 2, padding: 1, outputPadding: (0, 1));
        Assert.Equal(x.Shape, up.Forward(down.Forward(x)).Shape);
    }

    [Fact]
    public void A_batch_may_be_empty_or_missing()
    {
        var layer = new Conv2d(3, 5, 3, new Generator(0), padding: 1);
        var nothing = Tensor.Zeros([0, 3, 4, 4]);
        nothing.RequiresGrad = true;
        var y = layer.Forward(nothing);
        Assert.Equal(new Shape(0, 5, 4, 4), y.Shape);
        y.MaxPool2d(2).AvgPool2d(2).Sum().Backward();
        Assert.Equal(nothing.Shape, nothing.Grad!.Shape);
        Assert.All(layer.Weight.Grad!.ToArray<float>(), v => Assert.Equal(0, v));
        Assert.Equal(new Shape(5, 4, 4), layer.Forward(Tensor.Ones([3, 4, 4])).Shape);
        Assert.Equal(new Shape(3, 2, 2), Tensor.Ones([3, 4, 4]).MaxPool2d(2).Shape);
        Assert.Equal(new Shape(3, 2, 2), Tensor.Ones([3, 4, 4]).MaxPool2dWithIndices(2).Indices.Shape);
        Assert.Equal(new Shape(3, 1, 1), Tensor.Ones([3, 4, 4]).AdaptiveMaxPool2d(1).Shape);
    }

    [Fact]
    public void A_small_network_learns_to_tell_lines_apart()
    {
        // Rows from columns: 8 × 8 images with one line.
        var pixels = new float[16, 1, 8, 8];
        var labels = new long[16];
        for (var i = 0; i < 16; i++)
            for (var k = 0; k < 8; k++)
            {
                labels[i] = i % 2;
                pixels[i, 0, i % 2 == 0 ? i / 2 : k, i % 2 == 0 ? k : i / 2] = 1;
            }
        Tensor x = Tensor.From(pixels.Cast<float>().ToArray(), [16, 1, 8, 8]), t = Tensor.From(labels);
        var generator = new Generator(4);
        var model = new Sequential
        {
            new Conv2d(1, 4, 3, generator, padding: 1), y => y.Relu(), new MaxPool2d(2), new Conv2d(4, 8, 3, generator), y => y.Relu(),
            new AdaptiveAvgPool2d(1), new Flatten(), new Linear(8, 2, generator),
        };
        var optimizer = new Backprop.Optimizers.Adam(model.Parameters, 0.02);
        double first = 0, loss = 0;
        for (var step = 0; step < 60; step++)
        {
            var error = Backprop.Losses.Loss.CrossEntropy(model.Forward(x), t);
            loss = error.Item();
            if (step == 0) first = loss;
            foreach (var parameter in model.Parameters) parameter.Grad = null;
            error.Backward();
            optimizer.Step();
        }
        Assert.InRange(loss, 0, first / 5);
    }
}
