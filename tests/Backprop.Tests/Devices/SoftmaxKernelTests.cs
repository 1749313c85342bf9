using Backprop.Autograd;
using Backprop.Losses;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>
/// Softmax, its logarithm and the cross entropy against loops in double that say what they are: every kind of rest, every layout, and rows with infinities, NaN
/// or nothing that can be seen.
/// </summary>
public sealed class SoftmaxKernelTests
{
    const double Infinity = double.PositiveInfinity, NaN = double.NaN;

    public static TheoryData<int> Lengths => [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100, 1000, 2049];

    // Ordinary rows, large and tiny numbers, and one row of each kind of trouble.
    static double[][] Rows(int length)
    {
        var random = new Random(length);
        double[] Row(double scale, double off) => [.. Enumerable.Range(0, length).Select(_ => (double)(float)((random.NextDouble() - 0.5) * scale + off))];
        double[] With(double value, int place)
        {
            var row = Row(4, 0);
            row[place] = value;
            return row;
        }
        var last = length - 1;
        return
        [
            Row(4, 0), Row(400, 0), Row(1e-6, 0), Row(4, 80), Row(4, -1000), Row(4, 1e4), [.. Enumerable.Repeat(3.0, length)],
            With(-Infinity, 0), With(-Infinity, last), With(Infinity, last), With(NaN, 0), With(NaN, last), [.. Enumerable.Repeat(-Infinity, length)],
            [.. Enumerable.Range(0, length).Select(i => i == length / 2 ? 1.5 : -Infinity)], With(3e38, length / 2), Row(4, 2),
        ];
    }

    static double[] Log(double[] x)
    {
        var most = x.Max();
        if (x.Any(double.IsNaN)) most = NaN;
        var sum = x.Sum(v => Math.Exp(v - most));
        return [.. x.Select(v => v - most - Math.Log(sum))];
    }

    static double[] Shares(double[] x)
    {
        var most = x.Any(double.IsNaN) ? NaN : x.Max();
        double[] e = [.. x.Select(v => Math.Exp(v - most))];
        return [.. e.Select(v => v / e.Sum())];
    }

    static void Close(double[][] expected, Tensor actual, DType dtype, string what)
    {
        var values = actual.As(DType.Float64).ToArray<double>();
        var length = values.Length / expected.Length;
        var tolerance = dtype == DType.Float32 ? 1e-5 : 1e-12;
        for (var i = 0; i < values.Length; i++)
        {
            var want = expected[i / length][i % length];
            if (want.Equals(values[i])) continue;
            Assert.True(Math.Abs(values[i] - want) <= tolerance * Math.Max(1, Math.Abs(want)), $"{what} of {dtype}, row {i / length} of {length}, place {i % length}: {values[i]:R}, not {want:R}");
        }
    }

    // Rows one below the other; side by side, as columns; in the middle of three axes; as one of many short rows.
    static IEnumerable<(string Layout, Func<Tensor, Func<Tensor, int, Tensor>, Tensor> Run)> Layouts() =>
    [
        ("rows", (x, f) => f(x, 1)),
        ("columns", (x, f) => f(x.T + 0, 0).T),
        ("a view", (x, f) => f(x.T, 0).T),
        ("the middle", (x, f) => f(x.Unsqueeze(2).BroadcastTo([x.Shape[0], x.Shape[1], 9]), 1)[.., .., 4]),
        ("few columns", (x, f) => f(x.Unsqueeze(2).BroadcastTo([x.Shape[0], x.Shape[1], 3]), 1)[.., .., 2]),
        ("many", (x, f) => f(Tensor.Concat([.. Enumerable.Repeat(x, 40)], 0), 1)[^x.Shape[0]..]),
    ];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Softmax_and_its_logarithm_agree_with_the_loops(int length)
    {
        var rows = Rows(length);
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var x = Tensor.From([.. rows.SelectMany(r => r)], [rows.Length, length]).As(dtype);
            var dy = Tensor.From([.. Enumerable.Range(0, x.Count).Select(i => i % 7 / 4.0 - 0.5)], x.Shape).As(dtype);
            double[][] flow = [.. dy.As(DType.Float64).ToArray<double>().Chunk(length)], shares = [.. rows.Select(Shares)], logs = [.. rows.Select(Log)];
            double[][] pulled = [.. shares.Zip(flow, (p, d) => p.Zip(d, (a, b) => a * (b - p.Zip(d, (s, t) => s * t).Sum())).ToArray())];
            double[][] logPulled = [.. logs.Zip(flow, (l, d) => l.Zip(d, (a, b) => b - Math.Exp(a) * d.Sum()).ToArray())];
            foreach (var (layout, run) in Layouts())
            {
                Close(shares, run(x, (t, axis) => t.Softmax(axis)), dtype, $"softmax, {layout}");
                Close(logs, run(x, (t, axis) => t.LogSoftmax(axis)), dtype, $"log-softmax, {layout}");
                Close(pulled, Gradient.Vjp(t => run(t, (u, axis) => u.Softmax(axis)), x).Pullback(dy), dtype, $"derivative of softmax, {layout}");
                Close(logPulled, Gradient.Vjp(t => run(t, (u, axis) => u.LogSoftmax(axis)), x).Pullback(dy), dtype, $"derivative of log-softmax, {layout}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Cross_entropy_agrees_with_the_loops(int length)
    {
        double[][] kinds = Rows(length), rows = [.. Enumerable.Range(0, 5 * kinds.Length).Select(i => kinds[i % kinds.Length])];
        long[] labels = [.. rows.Select((_, i) => i % 6 == 5 ? -100L : i * 7 % length)];
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var x = Tensor.From([.. rows.SelectMany(r => r)], [rows.Length, length]).As(dtype);
            var dy = Tensor.From([.. Enumerable.Range(0, rows.Length).Select(i => i % 5 / 4.0 + 0.25)]).As(dtype);
            var (loss, pull) = Gradient.Vjp(t => Loss.CrossEntropy(t, labels, reduction: LossReduction.None), x);
            double[] d = dy.As(DType.Float64).ToArray<double>();
            Close([[.. rows.Select((r, i) => labels[i] < 0 ? 0 : Of(r, labels[i]))]], loss, dtype, "cross entropy");
            Close([.. rows.Select((r, i) => Shares(r).Select((p, j) => labels[i] < 0 ? 0 : (p - (j == labels[i] ? 1 : 0)) * d[i]).ToArray())], pull(dy), dtype, "derivative of cross entropy");
        }

        static double Of(double[] row, long label) => -Log(row)[label];
    }
}
