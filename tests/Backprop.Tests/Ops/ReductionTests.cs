using Backprop.Autograd;
using Backprop.Ops;
using Xunit;

namespace Backprop.Tests.Ops;

public class ReductionTests
{
    static Tensor Ramp(params int[] sizes)
    {
        var x = new double[new Shape(sizes).Count];
        for (var i = 0; i < x.Length; i++) x[i] = Math.Sin(1.7 * i) * 2;
        return Tensor.From(x, new Shape(sizes));
    }

    [Fact]
    public void Axes_that_do_not_exist_are_named()
    {
        var x = Ramp(2, 3);
        Assert.Equal("Sum: axis 2 does not exist in shape [2, 3]; axes run from 0 to 1, or from -2 to -1.", Assert.Throws<ShapeException>(() => x.Sum(2)).Message);
        Assert.Equal("Var: axis -3 does not exist in shape [2, 3]; axes run from 0 to 1, or from -2 to -1.", Assert.Throws<ShapeException>(() => x.Var(-3)).Message);
        Assert.Equal("Max: axis 1 of shape [2, 3] is named twice in [1, -1].", Assert.Throws<ShapeException>(() => x.Max([1, -1])).Message);
        Assert.Equal("Softmax: axis 0 does not exist; the tensor is a scalar and has no axes.",
            Assert.Throws<ShapeException>(() => ((Tensor)1.0).Softmax(0)).Message);
    }

    [Fact]
    public void Extremes_of_nothing_are_refused()
    {
        var x = Tensor.Zeros([2, 0]);
        Assert.Equal("Max: axis 1 of shape [2, 0] is empty, and nothing has no maximum.", Assert.Throws<ShapeException>(() => x.Max(1)).Message);
        Assert.Equal("Min: the tensor of shape [2, 0] is empty, and nothing has no minimum.", Assert.Throws<ShapeException>(() => x.Min()).Message);
        Assert.Equal("ArgMax: axis 1 of shape [2, 0] is empty, and nothing has no maximum.", Assert.Throws<ShapeException>(() => x.ArgMax(1)).Message);
        Assert.Throws<ShapeException>(() => x.ArgMin(1));
        Assert.Equal([0], x.Max(0).Shape.ToArray());
    }

    [Fact]
    public void Reductions_of_nothing_have_their_neutral_value()
    {
        var x = Tensor.Zeros([2, 0]);
        Assert.Equal([0f, 0f], x.Sum(1).ToArray<float>());
        Assert.Equal([1f, 1f], x.Prod(1).ToArray<float>());
        Assert.Equal([float.NaN, float.NaN], x.Mean(1).ToArray<float>());
        Assert.Equal([float.NegativeInfinity, float.NegativeInfinity], x.LogSumExp(1).ToArray<float>());
        Assert.Equal([0f, 0f], x.Norm(1).ToArray<float>());
        Assert.Equal([false, false], x.Any(1).ToArray<bool>());
        Assert.Equal([true, true], x.All(1).ToArray<bool>());
        Assert.Equal([0L, 0L], x.CountNonZero(1).ToArray<long>());
        Assert.True(double.IsNaN(Ramp(1).Var().Item()));
        Assert.Equal([2, 0], x.Softmax(1).Shape.ToArray());
    }

    [Fact]
    public void Whole_numbers_and_bools()
    {
        var x = Tensor.From(new[,] { { 1, 2 }, { 3, int.MaxValue } });
        Assert.Equal([4L, int.MaxValue + 2L], x.Sum(0).ToArray<long>());
        Assert.Equal([2L, 3L * int.MaxValue], x.Prod(1).ToArray<long>());
        Assert.Equal([1.5, (3.0 + int.MaxValue) / 2], x.Mean(1).ToArray<double>());
        Assert.Equal([3, int.MaxValue], x.Max(0).ToArray<int>());
        Assert.Equal(DType.Float64, x.Softmax(0).DType);
        Assert.Equal(1.5, ((Tensor)new[] { 1, 2 }).LogSumExp().Item() - Math.Log(Math.Exp(-0.5) + Math.Exp(0.5)), 12);
        Tensor truths = new[] { true, false, true };
        Assert.Equal(2L, truths.Sum().Item<long>());
        Assert.Equal([1L, 1L, 2L], truths.CumSum(0).ToArray<long>());
        Assert.True((bool)truths.Any() && !(bool)truths.All());
        Assert.Equal([1L, 2L, 0L], ((Tensor)new[] { false, true, true }).ArgSort(descending: true).ToArray<long>());
        Assert.Equal(1L, ((Tensor)new[] { double.NaN, 0, -0.0 }).CountNonZero().Item<long>());
        Assert.Equal([2L, 0L, 1L], Tensor.From(new sbyte[] { 3, 5, -7 }).ArgSort().ToArray<long>());
    }

    [Fact]
    public void Long_sums_keep_their_small_parts()
    {
        const int n = 10_000_000;
        var values = new float[n];
        Array.Fill(values, 0.1f);
        var x = Tensor.From(values);
        // A running sum in single precision would be off by 9 %.
        CheckSums(x, n * (double)0.1f, 2e-7);
        values[0] = 1e6f;
        CheckSums(Tensor.From(values), 1e6 + (n - 1) * (double)0.1f, 5e-7);
        Assert.Equal(n, Expand.Call(Tensor.Ones([1]), [n]).Sum().Item());

        static void CheckSums(Tensor x, double exact, double tolerance)
        {
            tolerance *= exact;
            Assert.Equal(exact, x.Sum().Item(), tolerance);
            Assert.Equal(exact, x.Mean().Item() * x.Count, tolerance);
            Assert.Equal(exact, x.Reshape(-1, 10).Sum(0).Sum().Item(), tolerance);
            Assert.Equal(exact, x.Reshape(10, -1).Sum(0).Sum().Item(), tolerance);
            Assert.Equal(exact, x.Reshape(100, 1000, 100).Sum([0, 2]).Sum().Item(), tolerance);
            Assert.Equal(exact, x.Reshape(100, 1000, 100).Sum(1).Sum().Item(), tolerance);
        }
    }

    [Fact]
    public void The_spread_of_numbers_far_from_zero_is_found()
    {
        var x = (Ramp(3000) + 1e4).As(DType.Float32);
        var exact = x.As(DType.Float64);
        Assert.Equal(exact.Var().Item(), x.Var().Item(), 1e-4);
        Assert.Equal(exact.Std().Item(), x.Std().Item(), 1e-4);
    }

    [Fact]
    public void NaN_shows_in_every_reduction()
    {
        var values = Ramp(70).ToArray<double>();
        values[66] = double.NaN;
        Tensor x = values;
        foreach (var y in new[] { x.Sum(), x.Mean(), x.Max(), x.Min(), x.Prod(), x.LogSumExp(), x.Var(), x.Norm(), x.Norm([], p: double.PositiveInfinity) })
            Assert.True(double.IsNaN(y.Item()));
        Assert.Equal((66L, 66L), (x.ArgMax().Item<long>(), x.ArgMin().Item<long>()));
        Assert.Equal(66L, Tensor.From(values, [70, 1]).ArgMax(0).Item<long>());
        Assert.Equal([66L, 66L], Tensor.From(values.SelectMany(v => new[] { v, v }).ToArray(), [70, 2]).ArgMin(0).ToArray<long>());
        Assert.Equal(66L, x.Sort().Indices.ToArray<long>()[^1]);
        Assert.Equal(66L, x.TopK(1).Indices.Item<long>());
    }

    [Fact]
    public void Ties_go_to_the_first_or_are_shared()
    {
        Tensor x = new[] { 1.0, 3, 3, 0 };
        Tape.Watch(x);
        Assert.Equal(1L, x.ArgMax().Item<long>());
        x.Max().Backward();
        Assert.Equal([0, 0.5, 0.5, 0], x.Grad!.ToArray<double>());
        x.Grad = null;
        x.MaxWithIndex(0).Values.Backward();
        Assert.Equal([0.0, 1, 0, 0], x.Grad!.ToArray<double>());
        Assert.Equal([1L, 2L], x.TopK(2).Indices.ToArray<long>());
        Assert.Equal([1L, 2L, 0L, 3L], x.Sort(descending: true).Indices.ToArray<long>());
    }

    public static TheoryData<string> Names => [.. calls.Keys];

    static readonly Dictionary<string, Func<Tensor, int[], Tensor>> calls = new()
    {
        ["Sum"] = (x, axes) => x.Sum(axes),
        ["Mean"] = (x, axes) => x.Mean(axes, true),
        ["Prod"] = (x, axes) => x.Prod(axes),
        ["Max"] = (x, axes) => x.Max(axes),
        ["Min"] = (x, axes) => x.Min(axes, true),
        ["LogSumExp"] = (x, axes) => x.LogSumExp(axes),
        ["Var"] = (x, axes) => x.Var(axes),
        ["Std"] = (x, axes) => x.Std(axes, true, 0),
        ["Norm"] = (x, axes) => x.Norm(axes),
        ["Norm3"] = (x, axes) => x.Norm(axes, p: 3),
        ["NormMax"] = (x, axes) => x.Norm(axes, p: double.PositiveInfinity),
        ["ArgMax"] = (x, axes) => x.ArgMax(axes),
        ["ArgMin"] = (x, axes) => x.ArgMin(axes),
        ["Softmax"] = (x, axes) => x.Softmax(axes[0]),
        ["LogSoftmax"] = (x, axes) => x.LogSoftmax(axes[^1]),
        ["CumSum"] = (x, axes) => x.CumSum(axes[0]),
        ["CumProd"] = (x, axes) => x.CumProd(axes[^1], reverse: true),
        ["Sort"] = (x, axes) => x.Sort(axes[0]).Values,
        ["TopK"] = (x, axes) => x.TopK(2, axes[^1], largest: false).Values,
        ["Gather"] = (x, axes) => x.Gather(axes[0], x.ArgSort(axes[0])),
    };

    // Sizes around the registers' widths, short rows, few and many columns; operands as they lie, transposed, reversed, repeated.
    [Theory]
    [MemberData(nameof(Names))]
    public void However_the_operand_lies_the_result_is_the_same(string name)
    {
        var call = calls[name];
        foreach (var sizes in new int[][] { [3, 70, 2], [2, 5, 40], [65, 2, 9] })
        {
            var x = Ramp(sizes);
            foreach (var axes in new int[][] { [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2] })
            {
                var plain = call(x, axes);
                Check(plain, Reference(name, x, axes));
                Check(call(x.Permute(2, 0, 1).Packed().Permute(1, 2, 0), axes), plain);
                Check(call(x.Permute(1, 0, 2).Packed().Permute(1, 0, 2), axes), plain);
                var reversed = new Slice([.. sizes.Select(n => new SliceRange(n - 1, n, -1))]);
                Check(call(reversed.Apply(reversed.Apply(x).Packed()), axes), plain);
                var one = new Slice([.. sizes.Select((n, i) => new SliceRange(0, i == 1 ? 1 : n, 1))]).Apply(x);
                Check(call(Expand.Call(one, x.Shape), axes), call(Expand.Call(one, x.Shape).Packed(), axes));
            }
        }

        void Check(Tensor y, Tensor? expected)
        {
            if (expected is not null && !y.AllClose(expected, 1e-12, 1e-12)) Assert.Fail($"{name}: {y.Shape} {y} is not {expected.Shape} {expected}");
        }
    }

    // Element by element, from the definition.
    static Tensor? Reference(string name, Tensor x, int[] axes)
    {
        Func<double[], double>? of = name switch
        {
            "Sum" => v => v.Sum(),
            "Prod" => v => v.Aggregate(1.0, (a, b) => a * b),
            "Max" => v => v.Max(),
            "LogSumExp" => v => Math.Log(v.Sum(Math.Exp)),
            "Var" => v => v.Sum(a => (a - v.Average()) * (a - v.Average())) / (v.Length - 1),
            "Norm" => v => Math.Sqrt(v.Sum(a => a * a)),
            "Norm3" => v => Math.Cbrt(v.Sum(a => Math.Abs(a * a * a))),
            "ArgMax" => v => Array.IndexOf(v, v.Max()),
            _ => null,
        };
        if (of is null) return null;
        int[] kept = [.. Enumerable.Range(0, x.Rank).Except(axes)];
        var length = axes.Aggregate(1, (n, axis) => n * x.Shape[axis]);
        var rows = x.Permute([.. kept, .. axes]).ToArray<double>().Chunk(length);
        return Tensor.From(rows.Select(of).ToArray(), new Shape([.. kept.Select(axis => x.Shape[axis])]));
    }

    [Fact]
    public void Softmax_adds_up_to_one_whatever_the_layout()
    {
        foreach (var sizes in new int[][] { [1, 1], [40, 3], [40, 10], [3, 40], [2, 700], [5, 20, 3], [3, 9, 300] })
            for (var axis = 0; axis < sizes.Length; axis++)
            {
                var x = (Ramp(sizes) * 50 + 1000).As(DType.Float32);
                var y = x.Softmax(axis);
                Assert.True(y.Sum(axis).AllClose(Tensor.Ones(y.Sum(axis).Shape), 1e-5));
                var exact = x.As(DType.Float64);
                exact = (exact - exact.LogSumExp([axis], keepDims: true)).Exp();
                Assert.True(y.AllClose(exact, 1e-4, 1e-7));
                Assert.True(x.LogSoftmax(axis).AllClose(exact.Log(), 1e-4, 1e-4));
            }
    }

    [Fact]
    public void Softmax_walks_back_alike_fused_and_recorded()
    {
        foreach (var sizes in new int[][] { [40, 10], [3, 40], [5, 20, 3], [2, 9, 300] })
            for (var axis = 0; axis < sizes.Length; axis++)
                foreach (var f in new Func<Tensor, Tensor>[] { x => x.Softmax(axis), x => x.LogSoftmax(axis), x => x.Softmin(axis) })
                {
                    var x = Ramp(sizes);
                    Tape.Watch(x);
                    var dy = Ramp(sizes).Cos();
                    f(x).Backward(dy);
                    var fused = x.Grad!;
                    x.Grad = null;
                    f(x).Backward(dy, createGraph: true);
                    Assert.True(fused.AllClose(x.Grad!, 1e-10, 1e-13));
                }
    }

    [Fact]
    public void Infinities_are_weighed_without_overflow()
    {
        const double inf = double.PositiveInfinity;
        Assert.Equal(-inf, ((Tensor)new[] { -inf, -inf }).LogSumExp().Item());
        Assert.Equal(inf, ((Tensor)new[] { 0, inf }).LogSumExp().Item());
        Assert.Equal(1000 + Math.Log(2), ((Tensor)new[] { 1000.0, 1000 }).LogSumExp().Item(), 10);
        Assert.Equal([0, 1, 0], ((Tensor)new[] { -inf, 3, -inf }).Softmax(0).ToArray<double>());
    }

    public static TheoryData<string> Curved => [.. curved.Keys];

    static readonly Dictionary<string, Func<Tensor, Tensor>> curved = new()
    {
        ["Prod"] = x => x.Prod(1),
        ["Prod over two"] = x => x.Reshape(2, 2, 4).Prod([0, 2]),
        ["CumProd"] = x => x.CumProd(1),
        ["CumProd reversed"] = x => x.CumProd(0, reverse: true),
        ["CumSum"] = x => x.CumSum(1).Exp(),
        ["LinearScan"] = x => LinearScan.Call(x, x * x, 1),
        ["Var"] = x => x.Var(0),
        ["Std"] = x => x.Std(1),
        ["LogSumExp"] = x => x.LogSumExp(0),
        ["Norm"] = x => x.Norm(0),
        ["Norm3"] = x => x.Norm(1, p: 3),
        ["Softmax"] = x => x.Softmax(1),
        ["LogSoftmax"] = x => x.LogSoftmax(0),
        ["Sort"] = x => x.Sort(1).Values.Exp(),
        ["MaxWithIndex"] = x => x.MaxWithIndex(0).Values.Exp(),
        ["ScatterAdd"] = x => x.Exp().ScatterAdd(1, x.ArgSort(1), x * x),
    };

    [Theory]
    [MemberData(nameof(Curved))]
    public void Second_derivatives_agree_with_differences(string name)
    {
        var f = curved[name];
        // Zeros among the factors, one and several in a row.
        var at = new[] { 0, 2, 3, 0.5, 1, 0, -0.1, -2, 1.5, 2.2, -3, 4, 0.0, 0.3, -0.7, 0.9 };
        if (name is not ("Prod" or "Prod over two" or "CumProd" or "CumProd reversed")) at = [.. at.Select((v, i) => v + 0.1 + 0.01 * i)];
        var v = Ramp(4, 4);
        Tensor Slope(double[] x)
        {
            var t = Tensor.From(x, [4, 4]);
            Tape.Watch(t);
            var y = f(t);
            (y * Ramp(y.Shape.ToArray())).Sum().Backward(createGraph: true);
            return t.Grad!;
        }

        var x = Tensor.From(at, [4, 4]);
        Tape.Watch(x);
        var y = f(x);
        (y * Ramp(y.Shape.ToArray())).Sum().Backward(createGraph: true);
        var slope = x.Grad!;
        x.Grad = null;
        (slope * v).Sum().Backward();
        for (var i = 0; i < at.Length; i++)
        {
            const double h = 1e-5;
            double[] up = [.. at], down = [.. at];
            up[i] += h;
            down[i] -= h;
            var expected = ((Slope(up) - Slope(down)) * v).Sum().Item() / (2 * h);
            Assert.Equal(expected, x.Grad!.ToArray<double>()[i], 1e-5 * Math.Max(1, Math.Abs(expected)));
        }
    }

    [Fact]
    public void Flat_places_have_slope_zero()
    {
        Tensor x = new[] { 2.0, 2, 2 };
        Tape.Watch(x);
        x.Std().Backward(createGraph: true);
        Assert.Equal([0.0, 0, 0], x.Grad!.ToArray<double>());
        Tensor zero = new[] { 0.0, 0 };
        foreach (var p in new[] { 0.5, 1, 2, 3, double.PositiveInfinity })
        {
            Tape.Watch(zero);
            zero.Grad = null;
            zero.Norm([], p: p).Backward();
            Assert.Equal([0.0, 0], zero.Grad!.ToArray<double>());
        }
    }

    [Fact]
    public void Places_are_checked_before_anything_is_read()
    {
        var x = Ramp(2, 3);
        Assert.Equal("Gather: the index 3 is outside axis 1 of shape [2, 3], which has size 3; places run from 0 to 2.",
            Assert.Throws<ArgumentOutOfRangeException>(() => x.Gather(1, Tensor.From(new[,] { { 0 }, { 3 } }))).Message);
        Assert.Contains("negative ones do not count from the end", Assert.Throws<ArgumentOutOfRangeException>(() => x.Gather(0, Tensor.From(new[,] { { -1 } }))).Message);
        Assert.Contains("it needs as many axes", Assert.Throws<ShapeException>(() => x.Gather(0, new long[] { 0 })).Message);
        Assert.Contains("no larger sizes", Assert.Throws<ShapeException>(() => x.Gather(0, Tensor.Zeros([1, 4], DType.Int64))).Message);
        Assert.Contains("whole numbers", Assert.Throws<DTypeException>(() => x.Gather(0, Tensor.Zeros([1, 3]))).Message);
        Assert.Contains("the source needs", Assert.Throws<ShapeException>(() => x.ScatterAdd(1, Tensor.Zeros([2, 3], DType.Int64), Ramp(2, 2))).Message);
        Assert.Equal("TopK: axis 1 of shape [2, 3] has 3 elements, so k = 4 of them cannot be had; k may be 0 to 3.",
            Assert.Throws<ShapeException>(() => x.TopK(4)).Message);
        Assert.Equal([2, 0], x.TopK(0).Values.Shape.ToArray());
        var many = new long[1000];
        many[997] = 1000;
        Assert.Contains("the index 1000", Assert.Throws<ArgumentOutOfRangeException>(() => Ramp(1000).Gather(0, many)).Message);
    }

    [Fact]
    public void Any_whole_number_type_is_an_index_and_a_source_may_be_larger()
    {
        var x = Ramp(2, 3);
        var index = Tensor.From(new byte[] { 2, 0, 1, 1 }, [2, 2]);
        var a = x.ToArray<double>();
        Assert.Equal([a[2], a[0], a[4], a[4]], x.Gather(1, index).ToArray<double>());
        var source = Tensor.From(new double[] { 1, 2, 9, 3, 4, 9 }, [2, 3]);
        Tape.Watch(source);
        var y = Tensor.Zeros([2, 3], DType.Float64).ScatterAdd(1, index.As(DType.Int32), source);
        Assert.Equal([2.0, 0, 1, 0, 7, 0], y.ToArray<double>());
        (y * x).Sum().Backward();
        Assert.Equal([a[2], a[0], 0, a[4], a[4], 0], source.Grad!.ToArray<double>());
    }

    [Fact]
    public void Long_axes_are_sorted_as_short_ones_are()
    {
        var values = new float[5000];
        for (var i = 0; i < values.Length; i++) values[i] = MathF.Round(MathF.Sin(i * i) * 300) / 3;
        values[77] = float.NegativeInfinity;
        values[78] = -0f;
        values[79] = 0f;
        Tensor x = values;
        var expected = Enumerable.Range(0, values.Length).OrderBy(i => values[i]).Select(i => (long)i).ToArray();
        Assert.Equal(expected, x.ArgSort().ToArray<long>());
        Assert.Equal(expected, x.As(DType.Float64).ArgSort().ToArray<long>());
        Assert.Equal(expected[..20], x.TopK(20, largest: false).Indices.ToArray<long>());
        Assert.Equal(expected[..4000], x.TopK(4000, largest: false).Indices.ToArray<long>());
        var descending = Enumerable.Range(0, values.Length).OrderByDescending(i => values[i]).Select(i => (long)i).ToArray();
        Assert.Equal(descending, x.ArgSort(descending: true).ToArray<long>());
        Assert.Equal(descending[..7], x.TopK(7).Indices.ToArray<long>());
    }

    [Fact]
    public void Reductions_are_equal_by_value()
    {
        Assert.Equal(new Sum([0, 1], true), new Sum([0, 1], true));
        Assert.NotEqual<Op>(new Sum([0], true), new Mean([0], true));
        Assert.Equal(new Norm(2, [1], false).Apply(Ramp(2, 3)).ToArray<double>(), new Norm(2, [-1], false).Apply(Ramp(2, 3)).ToArray<double>());
    }
}
