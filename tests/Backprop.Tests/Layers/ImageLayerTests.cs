using Backprop.Layers;
using Xunit;

namespace Backprop.Tests.Layers;

public sealed class ImageLayerTests
{
    // The book's example of chapter 7: a 4 × 4 image and a 3 × 3 filter.
    static readonly Tensor image = Tensor.From([1.0, 2, 3, 0, 0, 1, 2, 3, 3, 0, 1, 2, 2, 3, 0, 1], [1, 1, 4, 4]);
    static readonly Tensor filter = Tensor.From([2.0, 0, 1, 0, 1, 2, 1, 0, 2], [1, 1, 3, 3]);

    [Fact]
    public void The_books_numbers_come_out()
    {
        Assert.Equal([18, 19, 9, 18], new Convolution(filter.Copy(), new[] { 3.0 }).Forward(image).ToArray<double>());
        var padded = new Convolution(filter.Copy(), new[] { 0.0 }, pad: 1).Forward(image);
        Assert.Equal([1, 1, 4, 4], padded.Shape);
        Assert.Equal([7, 12, 10, 2, 4, 15, 16, 10, 10, 6, 15, 6, 8, 10, 4, 3], padded.ToArray<double>());
        Assert.Equal([2, 3, 3, 2], new Pooling(2, 2, stride: 2).Forward(image).ToArray<double>());
    }

    static double At(Tensor x, int n, int c, int i, int j) =>
        i < 0 || j < 0 || i >= x.Shape[2] || j >= x.Shape[3] ? double.NaN : x[n, c, i, j].Item();

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    public void A_convolution_is_what_its_definition_says(int stride, int pad)
    {
        Tensor x = LayerCatalogue.Normal(2, 3, 6, 5), w = LayerCatalogue.Normal(4, 3, 3, 2), b = LayerCatalogue.Normal(4);
        var y = new Convolution(w.Copy(), b.Copy(), stride, pad).Forward(x);
        Assert.Equal([2, 4, (6 + 2 * pad - 3) / stride + 1, (5 + 2 * pad - 2) / stride + 1], y.Shape);
        for (var n = 0; n < 2; n++)
            for (var f = 0; f < 4; f++)
                for (var i = 0; i < y.Shape[2]; i++)
                    for (var j = 0; j < y.Shape[3]; j++)
                    {
                        var sum = b[f].Item();
                        for (var c = 0; c < 3; c++)
                            for (var k = 0; k < 3; k++)
                                for (var l = 0; l < 2; l++)
                                    if (At(x, n, c, i * stride - pad + k, j * stride - pad + l) is var v && !double.IsNaN(v)) sum += v * w[f, c, k, l].Item();
                        Assert.Equal(sum, y[n, f, i, j].Item(), 1e-12);
                    }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    public void Pooling_takes_the_largest_of_every_window(int stride, int pad)
    {
        // All below 0: what lies outside must not win.
        var x = -LayerCatalogue.Normal(2, 3, 6, 5).Abs();
        var y = new Pooling(3, 2, stride, pad).Forward(x);
        Assert.Equal([2, 3, (6 + 2 * pad - 3) / stride + 1, (5 + 2 * pad - 2) / stride + 1], y.Shape);
        for (var n = 0; n < 2; n++)
            for (var c = 0; c < 3; c++)
                for (var i = 0; i < y.Shape[2]; i++)
                    for (var j = 0; j < y.Shape[3]; j++)
                    {
                        var window = Enumerable.Range(0, 6).Select(k => At(x, n, c, i * stride - pad + k / 2, j * stride - pad + k % 2));
                        Assert.Equal(window.Where(v => !double.IsNaN(v)).Max(), y[n, c, i, j].Item());
                    }
    }

    [Fact]
    public void Of_equals_the_first_gets_the_derivative()
    {
        var pooling = new Pooling(2, 2, stride: 2);
        pooling.Forward(Tensor.Ones([1, 1, 2, 2]));
        Assert.Equal([5, 0, 0, 0], pooling.Backward(Tensor.Full([1, 1, 1, 1], 5)).ToArray<float>());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    public void Im2col_lays_windows_out_as_rows_and_col2im_adds_them_up_again(int stride, int pad)
    {
        var x = LayerCatalogue.Normal(2, 3, 6, 5);
        int rows = (6 + 2 * pad - 3) / stride + 1, columns = (5 + 2 * pad - 2) / stride + 1;
        var matrix = x.Im2Col((3, 2), stride, pad);
        Assert.Equal([2 * rows * columns, 3 * 3 * 2], matrix.Shape);
        var sums = new double[2, 3, 6, 5];
        for (var row = 0; row < matrix.Shape[0]; row++)
            for (var column = 0; column < matrix.Shape[1]; column++)
            {
                var (n, i, j) = (row / (rows * columns), row / columns % rows * stride - pad + column / 2 % 3, row % columns * stride - pad + column % 2);
                var value = matrix[row, column].Item();
                if (At(x, n, column / 6, i, j) is var expected && double.IsNaN(expected)) Assert.Equal(0, value);
                else
                {
                    Assert.Equal(expected, value);
                    sums[n, column / 6, i, j] += value;
                }
            }
        Assert.True(matrix.Col2Im(x.Shape, (3, 2), stride, pad).AllClose(Tensor.From(sums), 1e-13));
    }

    [Fact]
    public void The_books_convolution_is_im2col_and_a_product()
    {
        Tensor x = LayerCatalogue.Normal(2, 3, 6, 5), w = LayerCatalogue.Normal(4, 3, 3, 2), b = LayerCatalogue.Normal(4);
        var y = (x.Im2Col((3, 2)).MatMul(w.Reshape(4, -1).T) + b).Reshape(2, 4, 4, 4).Permute(0, 3, 1, 2);
        Assert.True(new Convolution(w, b).Forward(x).AllClose(y, 1e-12));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ShapeException>(() => new Convolution(Tensor.Zeros([2, 3, 3]), Tensor.Zeros([2])));
        Assert.Throws<ShapeException>(() => new Convolution(Tensor.Zeros([2, 1, 3, 3]), Tensor.Zeros([3])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Convolution(filter.Copy(), new[] { 0.0 }, stride: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Convolution(filter.Copy(), new[] { 0.0 }, pad: -1));
        var convolution = new Convolution(filter.Copy(), new[] { 0.0 });
        Assert.Contains("[batch, 1, height, width]", Assert.Throws<ShapeException>(() => convolution.Forward(Tensor.Zeros([1, 2, 4, 4]))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => convolution.Forward(Tensor.Zeros([1, 1, 2, 4])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Pooling(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Pooling(2, 2, pad: 2));
        Assert.Throws<ShapeException>(() => new Pooling(2, 2).Forward(Tensor.Zeros([4, 4])));
        Assert.Throws<ShapeException>(() => new Pooling(5, 5).Forward(image));
    }
}
