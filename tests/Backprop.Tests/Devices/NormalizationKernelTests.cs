using Backprop.Autograd;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>The kernels of normalisation against their slow twin, at sizes that leave every kind of rest.</summary>
public sealed class NormalizationKernelTests
{
    const double Epsilon = 1e-3;

    static int[] Places(int count, Func<int, int> of) => [.. Enumerable.Range(0, count).Select(of)];

    // Numbers that float32 holds exactly, so that both precisions see the same; their mean lies off 0.
    static Tensor Numbers(Shape shape, int seed, double mean = 0) => (Tensor.RandomNormal(shape, new Generator(seed)) + mean).As(DType.Float64);

    static void Close(string what, double[] expected, Tensor actual, DType dtype)
    {
        var size = Math.Max(1, expected.Length == 0 ? 0 : expected.Max(Math.Abs));
        var values = actual.As(DType.Float64).ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++)
            Assert.True(Math.Abs(values[i] - expected[i]) <= size * (dtype == DType.Float32 ? 5e-6 : 1e-12), $"{what}[{i}] of {dtype}: {values[i]:R}, not {expected[i]:R}");
    }

    static void Agrees(SlowNorm slow, Func<Tensor, Tensor, Tensor, Tensor> fast, Shape shape, Shape parameters, bool hasBias = true)
    {
        Tensor x = Numbers(shape, 1, mean: 3), w = Numbers(parameters, 2, mean: 1), b = Numbers(parameters, 3), dy = Numbers(shape, 4);
        double[] x0 = x.ToArray<double>(), w0 = w.ToArray<double>(), dy0 = dy.ToArray<double>();
        var y = slow.Forward(x0, w0, hasBias ? b.ToArray<double>() : null);
        var (dx, dw, db) = slow.Backward(x0, w0, dy0);
        foreach (var dtype in new[] { DType.Float64, DType.Float32 })
        {
            var (value, pullback) = Gradient.Vjp(t => fast(t[0], t[1], t[2]), [x.As(dtype), w.As(dtype), b.As(dtype)]);
            Close("y", y, value, dtype);
            var d = pullback(dy.As(dtype));
            Close("dx", dx, d[0], dtype);
            Close("dw", dw, d[1], dtype);
            if (hasBias) Close("db", db, d[2], dtype);
        }
    }

    public static TheoryData<int, int> Rows => new()
    {
        { 3, 1 }, { 2, 2 }, { 5, 3 }, { 4, 7 }, { 3, 8 }, { 3, 15 }, { 3, 16 }, { 2, 17 }, { 4, 31 }, { 2, 33 }, { 3, 64 }, { 2, 100 }, { 2, 133 },
        { 600, 5 }, { 300, 24 }, { 1, 768 }, { 2, 2048 }, { 2, 2053 }, { 1, 5000 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Layer_norm_and_rms_norm(int rows, int length)
    {
        int[] group = Places(rows * length, i => i / length), channel = Places(rows * length, i => i % length);
        Agrees(new(group, channel, centred: true, Epsilon), (x, w, b) => x.LayerNorm([length], w, b, Epsilon), [rows, length], [length]);
        Agrees(new(group, channel, centred: false, Epsilon), (x, w, _) => x.RmsNorm([length], w, Epsilon), [rows, length], [length], hasBias: false);
    }

    public static TheoryData<int, int, int, int> Channels => new()
    {
        { 3, 4, 2, 1 }, { 2, 6, 3, 3 }, { 2, 4, 1, 7 }, { 2, 4, 4, 31 }, { 2, 4, 2, 32 }, { 3, 6, 3, 33 }, { 2, 2, 1, 50 }, { 1, 2, 2, 2100 },
        { 300, 4, 2, 1 }, { 300, 3, 3, 5 }, { 2, 600, 4, 2 }, { 5, 17, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Channels))]
    public void Group_norm_and_batch_norm(int batch, int channels, int groups, int positions)
    {
        var count = batch * channels * positions;
        Shape shape = positions == 1 ? [batch, channels] : [batch, channels, positions];
        int[] channel = Places(count, i => i / positions % channels), group = Places(count, i => i / (channels / groups * positions));
        Agrees(new(group, channel, centred: true, Epsilon), (x, w, b) => x.GroupNorm(groups, w, b, Epsilon), shape, [channels]);
        if (batch * positions > 1) Agrees(new(channel, channel, centred: true, Epsilon), (x, w, b) => x.BatchNorm(w, b, Epsilon), shape, [channels]);
    }

    [Theory]
    [MemberData(nameof(Channels))]
    public void Batch_norm_by_given_statistics(int batch, int channels, int groups, int positions)
    {
        _ = groups;
        var channel = Places(batch * channels * positions, i => i / positions % channels);
        var slow = new SlowNorm(channel, channel, centred: true, Epsilon);
        Shape shape = [batch, channels, positions];
        Tensor x = Numbers(shape, 1, 3), w = Numbers([channels], 2, 1), b = Numbers([channels], 3), dy = Numbers(shape, 4);
        Tensor mean = Numbers([channels], 5, 2), variance = Numbers([channels], 6).Square().As(DType.Float32).As(DType.Float64);
        double[] x0 = x.ToArray<double>(), w0 = w.ToArray<double>(), mean0 = mean.ToArray<double>(), variance0 = variance.ToArray<double>();
        var y = slow.Forward(x0, w0, b.ToArray<double>(), mean0, variance0);
        var (dx, dw, db) = slow.Backward(x0, w0, dy.ToArray<double>(), mean0, variance0);
        foreach (var dtype in new[] { DType.Float64, DType.Float32 })
        {
            var (value, pullback) = Gradient.Vjp(
                t => t[0].BatchNorm(t[1], t[2], Epsilon, (mean.As(dtype), variance.As(dtype))), [x.As(dtype), w.As(dtype), b.As(dtype)]);
            Close("y", y, value, dtype);
            var d = pullback(dy.As(dtype));
            Close("dx", dx, d[0], dtype);
            Close("dw", dw, d[1], dtype);
            Close("db", db, d[2], dtype);
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(3000)]
    public void A_mean_far_from_zero_costs_no_accuracy(int length)
    {
        // In Σx² − n·mean² nothing would be left of a variance of 1 beside a mean of 10⁴ in float32, whose own steps there are 0.001.
        var x = Numbers([4, length], 1).As(DType.Float32) + 1e4;
        var x0 = x.As(DType.Float64).ToArray<double>();
        var rows = Places(4 * length, i => i / length);
        var expected = new SlowNorm(rows, rows, centred: true, 1e-5).Forward(x0, null, null);
        Assert.True(x.LayerNorm([length]).AllClose(Tensor.From(expected, [4, length]), 0, 4e-3));
        Assert.True(x.Unsqueeze(0).GroupNorm(4).AllClose(Tensor.From(expected, [1, 4, length]), 0, 4e-3));
        Assert.True(x.T.Packed().BatchNorm().AllClose(Tensor.From(expected, [4, length]).T, 0, 4e-3));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    public void Local_response_norm(int size)
    {
        const int batch = 2, channels = 6, positions = 11;
        var x = Numbers([batch, channels, positions], 1);
        var x0 = x.ToArray<double>();
        var expected = new double[x0.Length];
        for (var i = 0; i < x0.Length; i++)
        {
            int channel = i / positions % channels, sample = i / (positions * channels);
            var sum = 0.0;
            for (var other = Math.Max(0, channel - size / 2); other <= Math.Min(channels - 1, channel + (size - 1) / 2); other++)
                sum += Math.Pow(x0[(sample * channels + other) * positions + i % positions], 2);
            expected[i] = x0[i] / Math.Pow(1.5 + 0.4 / size * sum, 0.6);
        }
        Close("y", expected, x.LocalResponseNorm(size, 0.4, 0.6, 1.5), DType.Float64);
        Close("y", expected, x.As(DType.Float32).LocalResponseNorm(size, 0.4, 0.6, 1.5), DType.Float32);
    }

    [Fact]
    public void A_derivative_that_is_not_wanted_is_left_out()
    {
        Tensor x = Numbers([4, 6, 40], 1), w = Numbers([6], 2), row = Numbers([40], 3);
        (string, Func<Tensor, Tensor, Tensor, Tensor>, Tensor)[] norms =
        [
            ("layer", (a, b, c) => a.LayerNorm([40], b, c), row), ("rms", (a, b, _) => a.RmsNorm([40], b), row),
            ("group", (a, b, c) => a.GroupNorm(2, b, c), w), ("batch", (a, b, c) => a.BatchNorm(b, c), w),
            ("short batch", (a, b, c) => a[.., .., ..2].BatchNorm(b, c), w), ("short group", (a, b, c) => a[.., .., ..2].GroupNorm(3, b, c), w),
        ];
        foreach (var (name, norm, parameter) in norms)
        {
            var (_, all) = Gradient.Vjp(t => norm(t[0], t[1], t[2]).Square(), [x, parameter, parameter * 0.5]);
            var dy = Tensor.OnesLike(norm(x, parameter, parameter));
            var whole = all(dy);
            for (var k = 0; k < 3; k++)
            {
                Tensor[] at = [x, parameter, parameter * 0.5];
                var wanted = k;
                var (_, one) = Gradient.Vjp(t => norm(wanted == 0 ? t[0] : at[0], wanted == 1 ? t[0] : at[1], wanted == 2 ? t[0] : at[2]).Square(), [at[k]]);
                if (name == "rms" && k == 2) continue;
                Assert.True(one(dy)[0].AllClose(whole[k], 1e-12, 1e-12), $"{name}, operand {k}");
            }
        }
    }
}
