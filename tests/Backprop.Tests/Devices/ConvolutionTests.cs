using Backprop.Autograd;
using Backprop.Ops;
using Backprop.Randomness;
using CsCheck;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>
/// Convolutions of any kind and their derivatives against loops that say what they are, exactly: the numbers are small quarters, whose sums have no
/// rounding; and the same bits for any number of threads.
/// </summary>
public sealed class ConvolutionTests
{
    sealed record Case(int Axes, int Batch, int Groups, int Rows, int Channels, int[] Image, int[] Kernel, int[] Stride, int[] Padding, int[] Dilation, int Seed)
    {
        public int[] Count => [.. Enumerable.Range(0, Axes).Select(i => (Image[i] + 2 * Padding[i] - Dilation[i] * (Kernel[i] - 1) - 1) / Stride[i] + 1)];

        public bool Fits => Enumerable.Range(0, Axes).All(i => Image[i] + 2 * Padding[i] >= Dilation[i] * (Kernel[i] - 1) + 1) &&
            (long)Batch * Groups * Rows * Channels * Product(Count) * Product(Kernel) < 2_000_000;

        public PlainConvolution Op => new([.. Stride], [.. Padding], [.. Dilation], Groups);

        public Tensor X(DType dtype) => Numbers([Batch, Groups * Channels, .. Image], Seed, dtype);

        public Tensor Weight(DType dtype) => Numbers([Groups * Rows, Channels, .. Kernel], Seed + 1, dtype);

        public Tensor Bias(DType dtype) => Numbers([Groups * Rows], Seed + 2, dtype);

        public Tensor Dy(DType dtype) => Numbers([Batch, Groups * Rows, .. Count], Seed + 3, dtype);
    }

    static int Product(int[] sizes) => sizes.Aggregate(1, (a, b) => a * b);

    static Tensor Numbers(int[] shape, int seed, DType dtype)
    {
        var random = new Random(seed);
        return Tensor.From([.. Enumerable.Range(0, Product(shape)).Select(_ => random.Next(-8, 9) / 4.0)], new(shape)).As(dtype);
    }

    static Gen<int> Of(params int[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static readonly Gen<Case> cases = Gen.Int[1, 3].SelectMany(axes => Gen.Select(
        Gen.Select(Of(0, 1, 1, 2, 3, 5), Of(1, 1, 1, 2, 3, 8), Of(1, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33), Of(1, 1, 2, 3, 4, 5, 16, 17, 31, 32, 33, 40)),
        Of(axes == 1 ? [1, 4, 17, 40, 100, 300] : axes == 2 ? [1, 3, 7, 8, 14, 16, 19, 33] : [1, 2, 3, 5, 8]).Array[axes],
        Of(1, 1, 2, 3, 3, 3, 4, 5, 7).Array[axes],
        Of(1, 1, 1, 2, 2, 3, 4).Array[axes],
        Of(0, 0, 1, 1, 2, 3, 5).Array[axes],
        Of(1, 1, 1, 2, 3).Array[axes],
        Gen.Int[0, 10_000],
        (n, image, kernel, stride, padding, dilation, seed) => new Case(axes, n.Item1, n.Item2, n.Item3, n.Item4, image, kernel, stride, padding, dilation, seed)))
        .Where(c => c.Fits);

    // Every product that there is in a convolution, as flat places of the image, the weight and the result.
    static void Visit(Case c, Action<int, int, int> visit)
    {
        int[] count = c.Count;
        int windows = Product(count), places = Product(c.Kernel), elements = Product(c.Image);
        for (var window = 0; window < windows; window++)
            for (var place = 0; place < places; place++)
            {
                var (at, w, p, outer) = (0, window, place, 1);
                for (var axis = c.Axes - 1; axis >= 0; axis--)
                {
                    var i = w % count[axis] * c.Stride[axis] + p % c.Kernel[axis] * c.Dilation[axis] - c.Padding[axis];
                    if (i < 0 || i >= c.Image[axis]) at = int.MinValue / 2;
                    at += i * outer;
                    outer *= c.Image[axis];
                    w /= count[axis];
                    p /= c.Kernel[axis];
                }
                if (at < 0) continue;
                for (var n = 0; n < c.Batch; n++)
                    for (var g = 0; g < c.Groups; g++)
                        for (var o = 0; o < c.Rows; o++)
                            for (var k = 0; k < c.Channels; k++)
                                visit(((n * c.Groups + g) * c.Channels + k) * elements + at, ((g * c.Rows + o) * c.Channels + k) * places + place,
                                    ((n * c.Groups + g) * c.Rows + o) * windows + window);
            }
    }

    static void Agrees(Case c, DType dtype)
    {
        Tensor x = c.X(dtype), weight = c.Weight(dtype), bias = c.Bias(dtype), dy = c.Dy(dtype);
        double[] xs = x.As(DType.Float64).ToArray<double>(), ws = weight.As(DType.Float64).ToArray<double>(), gs = dy.As(DType.Float64).ToArray<double>();
        var b = bias.As(DType.Float64).ToArray<double>();
        double[] y = new double[gs.Length], dx = new double[xs.Length], dw = new double[ws.Length];
        var windows = Product(c.Count);
        for (var i = 0; i < y.Length; i++) y[i] = b[i / windows % b.Length];
        Visit(c, (i, j, k) =>
        {
            y[k] += ws[j] * xs[i];
            dx[i] += ws[j] * gs[k];
            dw[j] += gs[k] * xs[i];
        });
        foreach (var t in new[] { x, weight, bias }) t.RequiresGrad = true;
        var result = PlainConvolution.Call(x, weight, bias, c.Op.Stride, c.Op.Padding, c.Op.Dilation, c.Groups);
        Equal(y, result);
        result.Backward(dy);
        Equal(dx, x.Grad!);
        Equal(dw, weight.Grad!);
        var plain = PlainConvolution.Call(x.Detach(), weight.Detach(), null, c.Op.Stride, c.Op.Padding, c.Op.Dilation, c.Groups);
        Equal(y, plain + bias.Detach().Reshape([-1, .. Enumerable.Repeat(1, c.Axes)]));
    }

    static void Equal(double[] expected, Tensor actual) => Assert.Equal(expected, actual.As(DType.Float64).ToArray<double>());

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Convolutions_and_their_derivatives_agree_with_the_loops(DType dtype) => cases.Sample(c => Agrees(c, dtype), iter: 250);

    [Theory]
    [InlineData(1, 1, 64, 64, 28, 3, 1, 1)]
    [InlineData(2, 1, 200, 70, 7, 3, 1, 1)]
    [InlineData(1, 1, 300, 64, 14, 3, 2, 1)]
    [InlineData(2, 24, 1, 1, 30, 5, 1, 2)]
    [InlineData(2, 1, 3, 80, 20, 3, 1, 1)]
    [InlineData(9, 1, 64, 3, 17, 7, 2, 3)]
    public void Larger_ones_agree_too(int batch, int groups, int rows, int channels, int image, int kernel, int stride, int padding) => Agrees(
        new(2, batch, groups, rows, channels, [image, image], [kernel, kernel], [stride, stride], [padding, padding], [1, 1], 3), DType.Float32);

    /// <summary>Float images seen through many windows of 3 by 3 are filtered with fewer products, whose rounding is greater.</summary>
    [Fact]
    public void Minimal_filtering_stays_within_a_ten_thousandth() => Gen.Select(Gen.Int[1, 5], Gen.Int[16, 40], Gen.Int[16, 40], Gen.Int[9, 33], Gen.Int[9, 33], Gen.Int[0, 2], Gen.Bool)
        .Sample((batch, channels, rows, height, width, padding, withBias) =>
        {
            var generator = new Generator(channels * rows);
            Tensor x = Tensor.RandomNormal([batch, channels, height, width], generator), w = Tensor.RandomNormal([rows, channels, 3, 3], generator);
            var bias = withBias ? Tensor.RandomNormal([rows], generator) : null;
            Tensor Y(Tensor[] t) => t[0].Conv2d(t[1], t.Length > 2 ? t[2] : null, padding: padding);
            Tensor[] at = bias is null ? [x, w] : [x, w, bias];
            var (y, pull) = Gradient.Vjp(Y, at);
            var (exact, exactPull) = Gradient.Vjp(Y, [.. at.Select(t => t.As(DType.Float64))]);
            var dy = Tensor.RandomNormal(y.Shape, generator);
            foreach (var (actual, expected) in pull(dy).Prepend(y).Zip(exactPull(dy.As(DType.Float64)).Prepend(exact)))
                Assert.InRange((actual.As(DType.Float64) - expected).Abs().Max().Item() / expected.Abs().Max().Item(), 0, 1e-4);
        }, iter: 40);

    [Fact]
    public void What_lies_beyond_the_image_does_not_matter()
    {
        // Each of two images holds a NaN; where it is not seen, the results are numbers.
        var x = Tensor.Zeros([2, 2, 5, 5]).ToArray<float>();
        x[24] = x[50] = float.NaN;
        var image = Tensor.From(x, [2, 2, 5, 5]);
        image.RequiresGrad = true;
        foreach (var groups in new[] { 1, 2 })
        {
            var weight = Tensor.Ones([2, 2 / groups, 2, 2]);
            weight.RequiresGrad = true;
            var y = image.Conv2d(weight, groups: groups);
            Assert.Equal(groups == 1 ? 4 : 2, y.IsNaN().Sum().Item<long>());
        }
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        var generator = new Backprop.Randomness.Generator(5);
        Tensor Random(params int[] shape) => Tensor.RandomNormal(new(shape), generator);
        (Tensor X, Tensor W, int Stride, int Groups)[] convolutions =
        [
            (Random(3, 16, 20, 20), Random(40, 16, 3, 3), 1, 1),
            (Random(5, 64, 9, 9), Random(64, 64, 3, 3), 2, 1),
            (Random(4, 24, 30, 30), Random(24, 1, 3, 3), 1, 24),
            (Random(9, 48, 12, 12), Random(80, 48, 1, 1), 1, 1),
        ];
        Tensor[] Run() =>
        [
            .. convolutions.SelectMany(c =>
            {
                Tensor x = c.X.Detach(), w = c.W.Detach();
                x.RequiresGrad = w.RequiresGrad = true;
                var y = x.Conv2d(w, stride: c.Stride, padding: 1, groups: c.Groups);
                y.Backward(y.Detach());
                return new[] { y, x.Grad!, w.Grad! };
            })
        ];
        var before = BackpropSettings.Threads;
        try
        {
            BackpropSettings.Threads = 1;
            var expected = Run();
            for (var threads = 2; threads <= 4; threads++)
            {
                BackpropSettings.Threads = threads;
                var actual = Run();
                for (var i = 0; i < expected.Length; i++)
                    Assert.True(actual[i].Bytes().SequenceEqual(expected[i].Bytes()), $"result {i} with {threads} threads");
            }
        }
        finally
        {
            BackpropSettings.Threads = before;
        }
    }
}
