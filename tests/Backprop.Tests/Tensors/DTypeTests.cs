using Xunit;

namespace Backprop.Tests.Tensors;

/// <summary>How element types meet, and that literals adopt what they meet.</summary>
public sealed class DTypeTests
{
    static Tensor Of(DType dtype) => Tensor.Ones([2], dtype);

    // Rows and columns: bool, uint8, int8, int16, int32, int64, float32, float64; as numpy.promote_types gives them.
    static readonly string[] table =
    [
        "bool uint8 int8 int16 int32 int64 float32 float64",
        "uint8 uint8 int16 int16 int32 int64 float32 float64",
        "int8 int16 int8 int16 int32 int64 float32 float64",
        "int16 int16 int16 int16 int32 int64 float32 float64",
        "int32 int32 int32 int32 int32 int64 float64 float64",
        "int64 int64 int64 int64 int64 int64 float64 float64",
        "float32 float32 float32 float32 float64 float64 float32 float64",
        "float64 float64 float64 float64 float64 float64 float64 float64",
    ];

    [Fact]
    public void Two_types_meet_as_in_NumPy()
    {
        var all = Enum.GetValues<DType>();
        Assert.Equal(8, all.Length);
        foreach (var a in all)
            foreach (var b in all)
            {
                var expected = table[(int)a].Split(' ')[(int)b];
                Assert.Equal(expected, DTypes.Promote(a, b).Name());
                if (a == DType.Bool && b == DType.Bool) continue;
                Assert.Equal(expected, (Of(a) + Of(b)).DType.Name());
                Assert.Equal(expected, (Of(a) * Tensor.Ones([], b)).DType.Name());
                Assert.Equal(expected, Tensor.Where(Tensor.From(new[] { true, false }), Of(a), Of(b)).DType.Name());
                Assert.Equal(DType.Bool, (Of(a) < Of(b)).DType);
            }
    }

    [Fact]
    public void Whole_numbers_divide_as_float64()
    {
        Assert.Equal(DType.Float64, (Of(DType.Int32) / Of(DType.Int32)).DType);
        Assert.Equal(DType.Float64, (Of(DType.UInt8) / 2).DType);
        Assert.Equal(DType.Float32, (Of(DType.Float32) / 2).DType);
        Assert.Equal(DType.Float32, (Of(DType.Int8) / Of(DType.Float32)).DType);
        Assert.Equal([0.5, 0.5], (Of(DType.Int64) / 2).ToArray<double>());
    }

    [Fact]
    public void Literals_adopt_the_type_they_meet_unless_their_kind_is_higher()
    {
        Assert.Equal(DType.Float32, (Of(DType.Float32) * 2.0).DType);
        Assert.Equal(DType.Float32, (2.0 * Of(DType.Float32)).DType);
        Assert.Equal(DType.Float32, (Of(DType.Float32) * 2).DType);
        Assert.Equal(DType.Float32, (Of(DType.Float32) + true).DType);
        Assert.Equal(DType.Float64, (Of(DType.Float64) * 2f).DType);
        Assert.Equal(DType.Int64, (Of(DType.Int64) * 2).DType);
        Assert.Equal(DType.UInt8, (Of(DType.UInt8) + 2).DType);
        Assert.Equal(DType.Int32, (Of(DType.Int32) + true).DType);
        Assert.Equal(DType.Float64, (Of(DType.Int32) + 1.5).DType);
        Assert.Equal(DType.Float64, (Of(DType.Int64) + 1.5f).DType);
        Assert.Equal(DType.Float32, (Of(DType.Int8) + 1.5f).DType);
        Assert.Equal(DType.Int64, (Of(DType.Bool) + 1).DType);
        Assert.Equal(DType.Float64, (Of(DType.Bool) * 1.0).DType);
        Assert.Equal(DType.Float32, Tensor.Where(Tensor.From(new[] { true, false }), Of(DType.Float32), 0.0).DType);
        // A value that is no literal does not adopt anything.
        Assert.Equal(DType.Float64, (Of(DType.Float32) * Tensor.Scalar(2.0)).DType);
        Assert.Equal(DType.Float64, (Of(DType.Float32) * Tensor.Full([], 2.0)).DType);
        Assert.Equal(DType.Float64, (Of(DType.Float32) * Tensor.From(new[] { 2.0 })).DType);
    }

    [Fact]
    public void Literals_among_themselves_meet_like_others_and_stay_weak()
    {
        Tensor whole = 3, fraction = 1.5, single = 1.5f, truth = true;
        Assert.Equal(DType.Int64, (whole * whole).DType);
        Assert.Equal(DType.Float64, (whole * fraction).DType);
        Assert.Equal(DType.Float64, (whole + single).DType);
        Assert.Equal(DType.Int64, (truth + whole).DType);
        var single32 = Of(DType.Float32);
        Tensor[] weak =
        [
            whole * whole, whole * fraction, -fraction, fraction.Exp(), whole.Exp(), fraction.Pow(2.0), fraction.Maximum(whole), fraction.Reshape(1, 1),
            Tensor.Where(truth, fraction, 2.0), fraction.Lerp(2.0, 0.5), (fraction * 2.0).Detach(), single * fraction, fraction.Expand(2), fraction.AddScaled(1.0, 2),
        ];
        Assert.All(weak, x =>
        {
            Assert.True(x.IsWeak);
            Assert.Equal(DType.Float32, (x * single32).DType);
        });
        Tensor[] strong = [fraction.As(DType.Float64), whole.As(DType.Float64), fraction * Tensor.Scalar(1.0), fraction > 1.0, Tensor.Full([2], fraction)];
        Assert.All(strong, x => Assert.False(x.IsWeak));
        // Asking for a strong one leaves the literal weak.
        Assert.True(fraction.IsWeak);
    }

    [Fact]
    public void Watched_literals_and_their_results_behave_alike()
    {
        Tensor x = 2.0;
        x.RequiresGrad = true;
        var y = x * Of(DType.Float32);
        Assert.Equal(DType.Float32, y.DType);
        y.Sum().Backward();
        Assert.Equal(DType.Float64, x.Grad!.DType);
        Assert.Equal(2, x.Grad.Item());
    }

    [Fact]
    public void A_number_beyond_the_type_compares_as_itself()
    {
        Tensor bytes = new byte[] { 0, 200, 255 }.AsTensor();
        Assert.Equal([true, true, true], (bytes > -1).ToArray<bool>());
        Assert.Equal([true, true, true], (300 > bytes).ToArray<bool>());
        Assert.Equal([false, false, false], bytes.Equal(-56).ToArray<bool>());
        Assert.Equal([false, true, false], bytes.Equal(200).ToArray<bool>());
        Assert.Equal([true, false, false], (bytes < 0.5).ToArray<bool>());
        Assert.Equal([true], (Tensor.From(new[] { int.MaxValue }) < 5_000_000_000).ToArray<bool>());
    }

    [Fact]
    public void Whole_numbers_wrap_round_as_in_the_language()
    {
        Assert.Equal([44], (Tensor.From(new byte[] { 200 }) + Tensor.From(new byte[] { 100 })).ToArray<byte>());
        Assert.Equal([int.MinValue], (-Tensor.From(new[] { int.MinValue })).ToArray<int>());
        Assert.Equal([0, -1, 1], (Tensor.From(new[] { int.MinValue, -7, 7 }) % Tensor.From(new[] { -1, 3, -3 })).ToArray<int>());
        Assert.Equal([0L], Tensor.From(new[] { long.MinValue }).Remainder(-1).ToArray<long>());
        Assert.Equal([0.5, -0.5], (Tensor.From(new[] { 2.5, -2.5 }) % -1.0).ToArray<double>());
        Assert.Throws<DivideByZeroException>(() => Tensor.From(new[] { 1 }) % 0);
    }

    [Fact]
    public void Every_whole_number_is_finite()
    {
        foreach (var x in new[] { Tensor.From(new byte[] { 0, 255 }), Tensor.From(new[] { int.MinValue, int.MaxValue }), Tensor.From(new[] { long.MinValue, long.MaxValue }) })
        {
            Assert.Equal([true, true], x.IsFinite().ToArray<bool>());
            Assert.Equal([false, false], x.IsInfinite().ToArray<bool>());
            Assert.Equal([false, false], x.IsNaN().ToArray<bool>());
        }
        Tensor y = new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, -0.0 };
        foreach (var x in new[] { y, y.As(DType.Float32) * 1.0 })
        {
            Assert.Equal([true, false, false, false, false], x.IsNaN().ToArray<bool>());
            Assert.Equal(x.DType == DType.Float64 ? [false, true, true, false, false] : [false, true, true, true, false], x.IsInfinite().ToArray<bool>());
            Assert.Equal(x.DType == DType.Float64 ? [false, false, false, true, true] : [false, false, false, false, true], x.IsFinite().ToArray<bool>());
        }
    }

    [Fact]
    public void Conversions_drop_fractions_and_take_what_is_not_zero_for_true()
    {
        Tensor x = new[] { -1.75, 0, 0.25, 2.5 };
        Assert.Equal([-1, 0, 0, 2], x.As(DType.Int32).ToArray<int>());
        Assert.Equal([true, false, true, true], x.As(DType.Bool).ToArray<bool>());
        Assert.Equal([1f, 0f, 1f, 1f], x.As(DType.Bool).As(DType.Float32).ToArray<float>());
        Assert.Equal([true], Tensor.From(new[] { double.NaN }).As(DType.Bool).ToArray<bool>());
        Assert.Same(x, x.As(DType.Float64));
        Assert.Equal((2, 2L, 2f, 2.5, true), ((int)x[3], (long)x[3], (float)x[3].As(DType.Int16), (double)x[3], (bool)x[3]));
    }
}

static class ByteTensors
{
    public static Tensor AsTensor(this byte[] values) => Tensor.From(values);
}
