using CsCheck;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>Poolings of any kind against loops over their windows, and resizing against what its formulas say.</summary>
public sealed class PoolingTests
{
    sealed record Case(int Batch, int Channels, int Height, int Width, (int H, int W) Kernel, (int H, int W) Stride, (int H, int W) Padding, (int H, int W) Dilation, bool Ceil, int Seed)
    {
        public int Rows => Count(Height, Kernel.H, Stride.H, Padding.H, Dilation.H);

        public int Columns => Count(Width, Kernel.W, Stride.W, Padding.W, Dilation.W);

        int Count(int size, int kernel, int stride, int padding, int dilation)
        {
            var room = size + 2 * padding - dilation * (kernel - 1) - 1;
            if (room < 0 || 2 * padding > dilation * (kernel - 1) + 1) return 0;
            var count = Ceil ? (room + stride - 1) / stride + 1 : room / stride + 1;
            return Ceil && (count - 1) * stride >= size + padding ? count - 1 : count;
        }

        // The places of a window that lie within the image.
        public IEnumerable<int> Window(int row, int column)
        {
            for (var i = 0; i < Kernel.H; i++)
                for (var j = 0; j < Kernel.W; j++)
                {
                    int y = row * Stride.H - Padding.H + i * Dilation.H, x = column * Stride.W - Padding.W + j * Dilation.W;
                    if (y >= 0 && y < Height && x >= 0 && x < Width) yield return y * Width + x;
                }
        }

        public bool Holds => Rows > 0 && Columns > 0 &&
            Enumerable.Range(0, Rows).All(r => Enumerable.Range(0, Columns).All(c => Window(r, c).Any()));
    }

    static Gen<int> Of(params int[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static Gen<(int, int)> Two(params int[] values) => Gen.Select(Of(values), Of(values));

    static readonly Gen<Case> cases = Gen.Select(
        Gen.Select(Of(0, 1, 1, 2), Of(1, 2, 3)), Gen.Select(Of(1, 2, 5, 8, 13, 33), Of(1, 3, 6, 8, 16, 17, 40)),
        Two(1, 2, 2, 3, 3, 5), Two(1, 1, 2, 2, 3), Two(0, 0, 1, 1, 2), Two(1, 1, 1, 2, 3), Gen.Bool, Gen.Int[0, 10_000],
        (n, size, kernel, stride, padding, dilation, ceil, seed) => new Case(n.Item1, n.Item2, size.Item1, size.Item2, kernel, stride, padding, dilation, ceil, seed))
        .Where(c => c.Holds);

    // Few different numbers, so that there are ties; now and then an infinity or a NaN.
    static float[] Numbers(int count, int seed, bool special)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => special && random.Next(12) == 0
            ? random.Next(3) switch { 0 => float.NaN, 1 => float.NegativeInfinity, _ => float.PositiveInfinity }
            : random.Next(-4, 5) / 4f)];
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Max_pools_agree_with_the_loops(bool special) => cases.Sample(c =>
    {
        int elements = c.Height * c.Width, channels = c.Batch * c.Channels;
        var numbers = Numbers(channels * elements, c.Seed, special);
        var x = Tensor.From(numbers, [c.Batch, c.Channels, c.Height, c.Width]);
        x.RequiresGrad = true;
        List<float> expected = [];
        List<long> places = [];
        var dx = new float[numbers.Length];
        for (var channel = 0; channel < channels; channel++)
            for (var row = 0; row < c.Rows; row++)
                for (var column = 0; column < c.Columns; column++)
                {
                    var best = -1;
                    foreach (var place in c.Window(row, column))
                    {
                        var v = numbers[channel * elements + place];
                        if (best < 0 || v > numbers[channel * elements + best] || float.IsNaN(v)) best = place;
                    }
                    expected.Add(numbers[channel * elements + best]);
                    places.Add(best);
                    dx[channel * elements + best] += expected.Count % 5;
                }
        var (values, indices) = x.Detach().MaxPool2dWithIndices(c.Kernel, c.Stride, c.Padding, c.Dilation, c.Ceil);
        var y = x.MaxPool2d(c.Kernel, c.Stride, c.Padding, c.Dilation, c.Ceil);
        Assert.Equal(expected, y.ToArray<float>());
        Assert.Equal(expected, values.ToArray<float>());
        Assert.Equal(expected, x.Detach().MaxPool2d(c.Kernel, c.Stride, c.Padding, c.Dilation, c.Ceil).ToArray<float>());
        Assert.Equal(places, indices.ToArray<long>());
        y.Backward(Tensor.From([.. Enumerable.Range(1, expected.Count).Select(i => (float)(i % 5))], y.Shape));
        Assert.Equal(dx, x.Grad!.ToArray<float>());
    }, iter: 300);

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Average_pools_agree_with_the_loops(DType dtype) => cases.Where(c => c.Dilation == (1, 1)).Sample(c =>
    {
        int elements = c.Height * c.Width, channels = c.Batch * c.Channels;
        var numbers = Numbers(channels * elements, c.Seed, special: false);
        foreach (var include in new[] { false, true })
        {
            var x = Tensor.From(numbers, [c.Batch, c.Channels, c.Height, c.Width]).As(dtype);
            x.RequiresGrad = true;
            List<double> expected = [];
            var dx = new double[numbers.Length];
            for (var channel = 0; channel < channels; channel++)
                for (var row = 0; row < c.Rows; row++)
                    for (var column = 0; column < c.Columns; column++)
                    {
                        int top = row * c.Stride.H - c.Padding.H, left = column * c.Stride.W - c.Padding.W;
                        var places = c.Window(row, column).ToArray();
                        double count = include
                            ? (Math.Min(top + c.Kernel.H, c.Height + c.Padding.H) - top) * (Math.Min(left + c.Kernel.W, c.Width + c.Padding.W) - left)
                            : places.Length;
                        expected.Add(places.Sum(p => (double)numbers[channel * elements + p]) / count);
                        foreach (var place in places) dx[channel * elements + place] += expected.Count % 5 / count;
                    }
            var y = x.AvgPool2d(c.Kernel, c.Stride, c.Padding, c.Ceil, include);
            Close(expected, y);
            y.Backward(Tensor.From([.. Enumerable.Range(1, expected.Count).Select(i => (double)(i % 5))], y.Shape).As(dtype));
            Close(dx, x.Grad!);
        }
    }, iter: 200);

    static void Close(IReadOnlyList<double> expected, Tensor actual) =>
        Assert.True(actual.AllClose(Tensor.From([.. expected], actual.Shape), 1e-5, 1e-6), $"{actual}\n{string.Join(", ", expected)}");

    [Fact]
    public void Adaptive_pools_agree_with_the_loops() => Gen.Select(Of(0, 1, 2), Of(1, 2, 5, 9), Of(1, 3, 8, 17), Gen.Int[1, 6], Gen.Int[1, 9], Gen.Int[0, 10_000]).Sample(
        (batch, height, width, rows, columns, seed) =>
        {
            var numbers = Numbers(batch * 2 * height * width, seed, special: false);
            var x = Tensor.From(numbers, [batch, 2, height, width]);
            var (largest, places) = x.AdaptiveMaxPool2dWithIndices((rows, columns));
            var means = x.AdaptiveAvgPool2d((rows, columns));
            Assert.Equal(new Shape(batch, 2, rows, columns), means.Shape);
            (int, int) Window(int i, int n, int m) => (i * n / m, ((i + 1) * n + m - 1) / m);
            for (var channel = 0; channel < 2 * batch; channel++)
                for (var row = 0; row < rows; row++)
                    for (var column = 0; column < columns; column++)
                    {
                        var ((top, bottom), (left, right)) = (Window(row, height, rows), Window(column, width, columns));
                        var window = (from i in Enumerable.Range(top, bottom - top) from j in Enumerable.Range(left, right - left) select i * width + j).ToArray();
                        var best = window.MaxBy(p => numbers[channel * height * width + p]);
                        int[] at = [channel / 2, channel % 2, row, column];
                        Assert.Equal(window.Average(p => numbers[channel * height * width + p]), means[at[0], at[1], at[2], at[3]].Item(), 1e-5);
                        Assert.Equal(numbers[channel * height * width + best], largest[at[0], at[1], at[2], at[3]].Item());
                        Assert.Equal(best, places[at[0], at[1], at[2], at[3]].Item<long>());
                    }
        }, iter: 100);

    [Fact]
    public void Straight_lines_stay_straight()
    {
        // Linear interpolation hits the points of a line; at the edges it stays with the last element.
        var line = Tensor.From(new[] { 0.0, 1, 2, 3, 4 }, [1, 1, 5]);
        Assert.Equal([0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4], line.Interpolate(2, InterpolationMode.Linear).ToArray<double>());
        Assert.Equal([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4], line.Interpolate([9], InterpolationMode.Linear, alignCorners: true).ToArray<double>());
        Assert.Equal([0, 0, 1, 1, 2, 3, 3, 4], line.Interpolate([8]).ToArray<double>());
        Assert.Equal([1, 3], line.Interpolate([2], InterpolationMode.NearestExact).ToArray<double>());
        Assert.Equal([0], line.Interpolate([1], InterpolationMode.Linear, alignCorners: true).ToArray<double>());
    }

    [Fact]
    public void Cubic_curves_go_through_constants_and_add_up_to_one()
    {
        var image = Tensor.Full([1, 1, 3, 4], 2.5, DType.Float64);
        Assert.All(image.Interpolate([7, 9], InterpolationMode.Cubic).ToArray<double>(), v => Assert.Equal(2.5, v, 1e-12));
        var same = Tensor.RandomNormal([1, 2, 4, 5], new Backprop.Randomness.Generator(1), dtype: DType.Float64);
        Assert.True(same.Interpolate([4, 5], InterpolationMode.Cubic).AllClose(same));
    }
}
