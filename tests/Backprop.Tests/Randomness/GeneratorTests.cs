using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Randomness;

public class GeneratorTests
{
    static float[] Floats(int n, Action<float[]> fill) { var x = new float[n]; fill(x); return x; }
    static double[] Doubles(int n, Action<double[]> fill) { var x = new double[n]; fill(x); return x; }
    static long[] Longs(int n, Action<long[]> fill) { var x = new long[n]; fill(x); return x; }

    [Fact]
    public void The_stream_of_seed_0_never_changes()
    {
        Assert.Equal(0x6627e8d5u, new Generator(0).NextUInt32());
        Assert.Equal(0xe169c58d6627e8d5ul, new Generator(0).NextUInt64());
        Assert.Equal([0.39904642f, 0.88052016f, 0.73571277f, 0.6054818f], Floats(4, x => new Generator(0).Uniform(x)));
        Assert.Equal(
            [0.8805201978886142, 0.6054818538799213, 0.36209111566940344, 0.037094080749417335],
            Doubles(4, x => new Generator(0).Uniform(x)));
        Assert.Equal([-0.25581598f, 1.1775912f, 0.63018364f, 0.26756224f], Floats(4, x => new Generator(0).Normal(x)));
        Assert.Equal(
            [1.1775912390542727, 0.26756224953309987, -0.35287489660161836, -1.785451191677237],
            Doubles(4, x => new Generator(0).Normal(x)));
        Assert.Equal([3, 1, -2, -5, -2, -3, -1, -1], Longs(8, x => new Generator(0).Integers(x, -5, 5)));
        Assert.Equal([3, 5, 6, 1, 0, 2, 4, 7], new Generator(0).Permutation(8));
        Assert.Equal(-9092638030538989149, new Generator(0).Split().Seed);
    }

    [Fact]
    public void The_stream_of_seed_42_never_changes()
    {
        Assert.Equal(0x9ceaf053u, new Generator(42).NextUInt32());
        Assert.Equal([0.61295986f, 0.4685865f, 0.0732317f, 0.3408615f], Floats(4, x => new Generator(42).Uniform(x)));
        Assert.Equal(
            [0.4685865183391049, 0.34086154938517876, 0.32706338120338474, 0.4543156017348883],
            Doubles(4, x => new Generator(42).Uniform(x)));
        Assert.Equal([0.2870419f, -0.07882347f, -1.4521371f, -0.41011295f], Floats(4, x => new Generator(42).Normal(x)));
        Assert.Equal(
            [-0.07882346885253179, -0.41011294279565147, -0.4480366278979277, -0.11476523741853367],
            Doubles(4, x => new Generator(42).Normal(x)));
        Assert.Equal([-1, -2, -2, -1, 1, 2, 1, -2], Longs(8, x => new Generator(42).Integers(x, -5, 5)));
        Assert.Equal([0, 5, 7, 4, 6, 1, 2, 3], new Generator(42).Permutation(8));
        Assert.Equal(4108515926583640430, new Generator(42).Split().Seed);
    }

    // Two hundred thousand draws reach nearly every branch; one changed bit changes the hash, which a second
    // implementation, in Python, gives too.
    [Fact]
    public void No_bit_of_a_long_fill_ever_changes()
    {
        Assert.Equal(13003474123220146370, Hash(Floats(200_000, x => new Generator(1).Normal(x, 0.5, 3))));
        Assert.Equal(9206848984960996469u, Hash(Doubles(200_000, x => new Generator(1).Normal(x))));
        Assert.Equal(2773522440873811808u, Hash(Floats(200_000, x => new Generator(1).Uniform(x, -0.1f, 0.7f))));
    }

    // FNV-1a over whole words.
    static ulong Hash(IEnumerable<ulong> words) => words.Aggregate(14695981039346656037, (hash, word) => (hash ^ word) * 1099511628211);
    static ulong Hash(float[] x) => Hash(x.Select(v => (ulong)BitConverter.SingleToUInt32Bits(v)));
    static ulong Hash(double[] x) => Hash(x.Select(BitConverter.DoubleToUInt64Bits));

    [Fact]
    public void Single_draws_and_fills_read_the_same_stream()
    {
        var g = new Generator(5);
        Assert.Equal(Floats(7, x => new Generator(5).Uniform(x)), Enumerable.Range(0, 7).Select(_ => g.NextSingle()));
        g = new(5);
        Assert.Equal(Doubles(7, x => new Generator(5).Uniform(x)), Enumerable.Range(0, 7).Select(_ => g.NextDouble()));
        g = new(5);
        Assert.Equal(Doubles(7, x => new Generator(5).Normal(x)), Enumerable.Range(0, 7).Select(_ => g.NextNormal()));
        g = new(5);
        Assert.Equal(Longs(7, x => new Generator(5).Integers(x, 0, 100)), Enumerable.Range(0, 7).Select(_ => (long)g.NextInt(0, 100)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(511)]
    [InlineData(1024)]
    public void A_fill_may_be_cut_anywhere(int cut)
    {
        const long Range = 3L << 61;   // a quarter of the words is refused
        var whole = new Generator(9) { Position = 1 };
        var floats = Floats(3000, x => whole.Normal(x));
        var longs = Longs(3000, x => whole.Integers(x, 0, Range));
        var pieces = new Generator(9) { Position = 1 };
        var tail = new Generator(9) { Position = 1 + cut };   // as another thread would
        var cutFloats = new float[3000];
        tail.Normal(cutFloats.AsSpan(cut));
        pieces.Normal(cutFloats.AsSpan(0, cut));
        Assert.Equal(floats, cutFloats);
        pieces.Position = tail.Position;
        var cutLongs = new long[3000];
        pieces.Integers(cutLongs.AsSpan(0, cut), 0, Range);
        pieces.Integers(cutLongs.AsSpan(cut), 0, Range);
        Assert.Equal(longs, cutLongs);
        Assert.Equal(whole.State, pieces.State);
    }

    [Fact]
    public void A_state_restores_the_stream()
    {
        var g = new Generator(-3);
        g.Uniform(new float[13]);
        var state = g.State;
        Assert.Equal((-3, 13), state);
        var first = g.NextUInt64();
        var other = new Generator(0) { State = state };
        Assert.Equal(first, other.NextUInt64());
        Assert.Equal(g.State, other.State);
        Assert.Equal("Generator(seed -3, position 15)", g.ToString());
    }

    [Fact]
    public void Uniform_numbers_are_uniform()
    {
        var x = Doubles(100_000, x => new Generator(11).Uniform(x));
        AssertMoments(x, 0.5, Math.Sqrt(1 / 12.0));
        AssertDistribution(x, v => v);
        x = [.. Floats(100_000, x => new Generator(11).Uniform(x, -2, 6)).Select(v => (double)v)];
        AssertMoments(x, 2, 8 * Math.Sqrt(1 / 12.0));
        AssertDistribution(x, v => (v + 2) / 8);
    }

    [Fact]
    public void Normal_numbers_are_normal()
    {
        var x = Doubles(100_000, x => new Generator(12).Normal(x, 3, 2));
        AssertMoments(x, 3, 2);
        AssertDistribution(x, v => Cumulative((v - 3) / 2));
        x = [.. Floats(100_000, x => new Generator(13).Normal(x)).Select(v => (double)v)];
        AssertMoments(x, 0, 1);
        AssertDistribution(x, Cumulative);
        Assert.InRange(x.Average(v => v * v * v), -0.05, 0.05);
        Assert.InRange(x.Average(v => v * v * v * v), 2.9, 3.1);
        Assert.All(Doubles(10, x => new Generator(1).Normal(x, 4, 0)), v => Assert.Equal(4, v));
    }

    [Fact]
    public void Streams_of_neighbouring_seeds_and_of_split_generators_are_uncorrelated()
    {
        var parent = new Generator(0);
        Generator[] generators = [new(0), new(1), parent.Split(), parent.Split()];
        double[][] streams = [.. generators.Select(g => Doubles(20_000, x => g.Normal(x)))];
        for (var i = 0; i < streams.Length; i++)
            for (var j = 0; j < i; j++)
                Assert.InRange(streams[i].Zip(streams[j], (a, b) => a * b).Average(), -0.03, 0.03);
        Assert.Equal(4, parent.Position);
    }

    // Values of Python's statistics.NormalDist().inv_cdf.
    [Theory]
    [InlineData(0.5, 0.0)]
    [InlineData(0.3, -0.5244005127080407)]
    [InlineData(0.9, 1.2815515655446008)]
    [InlineData(0.075, -1.4395314709384557)]
    [InlineData(0.9999, 3.7190164854557084)]
    [InlineData(1e-10, -6.361340902404056)]
    [InlineData(1e-15, -7.941345326170995)]
    [InlineData(1.1102230246251565e-16, -8.209536151601386)]
    public void The_quantile_of_the_normal_distribution_is_exact_to_the_last_digits(double p, double z) =>
        Assert.Equal(z, Gaussian.Quantile(p), 4e-15);

    [Fact]
    public void The_logarithm_agrees_with_the_platforms()
    {
        var g = new Generator(3);
        for (var i = 0; i < 20_000; i++)
        {
            var x = Math.ScaleB(1 + g.NextDouble(), g.NextInt(-60, 3));
            Assert.Equal(Math.Log(x), Gaussian.Log(x), Math.Max(1e-17, Math.Abs(Math.Log(x)) * 5e-16));
        }
        Assert.Equal(0, Gaussian.Log(1));
    }

    [Fact]
    public void Ranges_leave_out_their_upper_end()
    {
        var g = new Generator(21);
        // Between these bounds lies hardly a number: without care the sum rounds up to high.
        Assert.All(Floats(5000, x => g.Uniform(x, 1e7f, 1e7f + 2)), v => Assert.True(v is >= 1e7f and < 1e7f + 2));
        Assert.All(Doubles(5000, x => g.Uniform(x, 1, double.BitIncrement(1))), v => Assert.Equal(1, v));
        Assert.All(Floats(5000, x => g.Uniform(x)), v => Assert.True(v is >= 0 and < 1));
        var counts = new int[7];
        foreach (var v in Longs(70_000, x => g.Integers(x, -3, 4))) counts[v + 3]++;
        Assert.All(counts, c => Assert.InRange(c, 9_600, 10_400));
        Assert.All(Longs(100, x => g.Integers(x, 8, 9)), v => Assert.Equal(8, v));
        var wide = Longs(1000, x => g.Integers(x, long.MinValue, long.MaxValue));
        Assert.InRange(wide.Count(v => v < 0), 430, 570);
        Assert.InRange(g.NextLong(long.MaxValue - 1, long.MaxValue), long.MaxValue - 1, long.MaxValue - 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void A_permutation_holds_every_number_once(int n)
    {
        var g = new Generator(2);
        var order = g.Permutation(n);
        Assert.Equal(Enumerable.Range(0, n), order.Order());
        Assert.Equal(2 * Math.Max(0, n - 1), g.Position);
        var longs = new long[n];
        new Generator(2).Permutation<long>(longs);
        Assert.Equal(order.Select(v => (long)v), longs);
    }

    [Fact]
    public void All_orders_are_equally_probable()
    {
        var g = new Generator(6);
        var counts = Enumerable.Range(0, 24_000).Select(_ => string.Concat(g.Permutation(4))).CountBy(key => key).ToArray();
        Assert.Equal(24, counts.Length);
        Assert.All(counts, pair => Assert.InRange(pair.Value, 860, 1140));
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        var g = new Generator(0);
        AssertRefused("low 1 and high 1", () => g.Uniform(new float[1], 1, 1));
        AssertRefused("low 2 and high 1", () => g.Uniform(new double[1], 2, 1));
        AssertRefused("distance finite", () => g.Uniform(new float[1], float.MinValue, float.MaxValue));
        AssertRefused("low NaN", () => g.Uniform(new double[1], double.NaN, 1));
        AssertRefused("std -1", () => g.Normal(new float[1], 0, -1));
        AssertRefused("std NaN", () => g.Normal(new double[1], 0, double.NaN));
        AssertRefused("5 is not below 5", () => g.NextInt(5, 5));
        AssertRefused("9 is not below 3", () => g.Integers(new long[1], 9, 3));
        AssertRefused("-1", () => g.Permutation(-1));
        AssertRefused("-1", () => g.Position = -1);
        Assert.Equal(0, g.Position);
    }

    static void AssertRefused(string part, Action action) =>
        Assert.Contains(part, Assert.Throws<ArgumentOutOfRangeException>(action).Message);

    static void AssertMoments(double[] x, double mean, double deviation)
    {
        var tolerance = 4 * deviation / Math.Sqrt(x.Length);
        Assert.Equal(mean, x.Average(), tolerance);
        Assert.Equal(deviation, Math.Sqrt(x.Average(v => (v - mean) * (v - mean))), tolerance);
    }

    // Kolmogorov and Smirnov: the largest distance exceeds 1.95/√n once in a thousand seeds.
    static void AssertDistribution(double[] x, Func<double, double> cumulative)
    {
        Array.Sort(x);
        var distance = x.Select((v, i) => Math.Max(cumulative(v) - (double)i / x.Length, (i + 1.0) / x.Length - cumulative(v))).Max();
        Assert.InRange(distance, 0, 1.95 / Math.Sqrt(x.Length));
    }

    // Φ by Simpson's rule on the density.
    static double Cumulative(double z)
    {
        const int Steps = 40;
        double h = z / Steps, sum = 0;
        for (var i = 0; i <= Steps; i++)
            sum += (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-(i * h) * (i * h) / 2);
        return 0.5 + sum * h / 3 / Math.Sqrt(2 * Math.PI);
    }
}
