using Backprop.Randomness;
using CsCheck;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>
/// Sums, means and spreads against exact ones. The error is held against the sum of the absolute values, as it must be where signs are mixed, and the
/// bound does not grow with how many numbers there are.
/// </summary>
public sealed class SummationTests
{
    // Numbers are added up in single precision in runs of so many, at most.
    const double Run = 32;

    static readonly Dictionary<string, Func<int, double[]>> numbers = new()
    {
        ["of mixed signs"] = n => Tensor.RandomNormal([n], new Generator(1), 0, 1000, DType.Float64).ToArray<double>(),
        ["of one sign"] = n => Tensor.RandomUniform([n], new Generator(2), dtype: DType.Float64).ToArray<double>(),
        ["one large, many small"] = n => [1e8, .. Enumerable.Repeat(1.0, n - 1)],
        ["large ones that cancel"] = n => [.. Enumerable.Range(0, n).Select(i => i % 2 == 0 ? 1e8 : i % 4 == 1 ? -1e8 : -99_999_999)],
        ["of every size"] = n => [.. Enumerable.Range(0, n).Select(i => Math.Pow(10, i % 17 - 8) * (i % 3 - 1))],
    };

    public static TheoryData<string> Names => [.. numbers.Keys];

    static double[] Rounded(string name, int n, DType dtype) =>
        dtype == DType.Float32 ? Array.ConvertAll(numbers[name](n), v => (double)(float)v) : numbers[name](n);

    // Knuth's sum of two numbers with its error: exact to twice the precision.
    static (double Sum, double Size) Exact(IEnumerable<double> values)
    {
        double sum = 0, lost = 0, size = 0;
        foreach (var v in values)
        {
            double next = sum + v, part = next - sum;
            lost += sum - (next - part) + (v - part);
            sum = next;
            size += Math.Abs(v);
        }
        return (sum + lost, size);
    }

    static void Close(double exact, double size, double actual, DType dtype, string what)
    {
        var unit = dtype == DType.Float32 ? Math.Pow(2, -24) : Math.Pow(2, -53);
        // In double, the runs are put together in double as well.
        var bound = dtype == DType.Float32 ? Run * unit * size : 2000 * unit * size;
        Assert.True(Math.Abs(actual - exact) <= bound, $"{what}: {actual:R}, not {exact:R}; {Math.Abs(actual - exact) / (unit * size):F1} units of {size:R}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Ten_million_numbers_are_added_up_as_exactly_as_ten(string name)
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
            foreach (var n in new[] { 10, 1000, 100_003, dtype == DType.Float32 ? 10_000_000 : 1_000_000 })
            {
                var values = Rounded(name, n, dtype);
                var (exact, size) = Exact(values);
                var x = Tensor.From(values).As(dtype);
                Close(exact, size, x.Sum().Item(), dtype, $"sum of {n}");
                Close(exact / n, size / n, x.Mean().Item(), dtype, $"mean of {n}");
                // Down columns that lie side by side.
                var two = Tensor.Stack([x, x], 1).Sum(0);
                Close(exact, size, two[0].Item(), dtype, $"column of {n}");
                Close(exact, size, two[1].Item(), dtype, $"column of {n}");
            }
    }

    static readonly Gen<(int[] Shape, bool[] Reduced, int[] Order, int Step, int Seed)> cases = Gen.Int[1, 4].SelectMany(rank => Gen.Select(
        Gen.Int[0, 4].Select(i => new[] { 1, 2, 7, 33, 130 }[i]).Array[rank], Gen.Bool.Array[rank], Gen.Shuffle(Enumerable.Range(0, rank).ToArray()),
        Gen.Int[1, 3], Gen.Int[0, 1000])).Where(c => c.Item1.Aggregate(1L, (a, b) => a * b) < 200_000);

    /// <summary>Any axes of any view: permuted, and every second or third element along the last.</summary>
    [Fact]
    public void Sums_over_any_axes_of_any_view_are_exact_enough() => cases.Sample(c =>
    {
        int[] sizes = c.Shape, stored = [.. sizes];
        stored[^1] *= c.Step;
        var x = Tensor.RandomNormal(new(stored), new Generator(c.Seed), 0, 100);
        var view = (c.Step == 1 ? x : x[[.. Enumerable.Repeat((TensorIndex)(..), sizes.Length - 1), Tensor.Step(null, null, c.Step)]]).Permute(c.Order);
        int[] axes = [.. Enumerable.Range(0, sizes.Length).Where(i => c.Reduced[i])];
        if (axes.Length == 0) return;
        Tensor sum = view.Sum(axes), mean = view.Mean(axes), spread = view.Var(axes, correction: 0);
        var values = view.As(DType.Float64).ToArray<double>();
        var shape = view.Shape.ToArray();
        var groups = new Dictionary<int, List<double>>();
        for (var i = 0; i < values.Length; i++)
        {
            int rest = i, place = 0, outer = 1;
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                (rest, var index) = Math.DivRem(rest, shape[axis]);
                if (c.Reduced[axis]) continue;
                place += index * outer;
                outer *= shape[axis];
            }
            (groups.TryGetValue(place, out var group) ? group : groups[place] = []).Add(values[i]);
        }
        float[] sums = sum.ToArray<float>(), means = mean.ToArray<float>(), spreads = spread.ToArray<float>();
        Assert.Equal(groups.Count, sums.Length);
        foreach (var (place, group) in groups)
        {
            var (exact, size) = Exact(group);
            Close(exact, size, sums[place], DType.Float32, "sum");
            Close(exact / group.Count, size / group.Count, means[place], DType.Float32, "mean");
            var variance = Exact(group.Select(v => (v - exact / group.Count) * (v - exact / group.Count))).Sum / group.Count;
            Assert.Equal(variance, spreads[place], 2e-6 * variance + 1e-30);
        }
    }, iter: 150);

    /// <summary>In Σx² − n·mean² nothing would be left: beside 10⁶, whose square float32 knows to 65,536, the spread is 1.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(300_000)]
    public void The_spread_around_a_large_mean_is_found(int n)
    {
        var x = Tensor.RandomNormal([n], new Generator(3)) + 1e6;
        var values = x.As(DType.Float64).ToArray<double>();
        var mean = Exact(values).Sum / n;
        var expected = Exact(values.Select(v => (v - mean) * (v - mean))).Sum / n;
        foreach (var layout in new[] { x.Reshape(1, n), x.Reshape(n, 1), Tensor.Stack([x, x], 1), Tensor.Stack([x, x], 1).T, Tensor.Stack([x, x], 0)[.., Tensor.Step(null, null, -1)] })
        {
            var axis = layout.Shape[0] == n && layout.Shape[1] <= 2 ? 0 : 1;
            foreach (var spread in layout.Var(axis, correction: 0).ToArray<float>()) Assert.Equal(expected, spread, 1e-3 * expected);
        }
    }
}
