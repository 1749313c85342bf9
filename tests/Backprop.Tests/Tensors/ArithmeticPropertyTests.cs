using Backprop.Autograd;
using Backprop.Ops;
using CsCheck;
using Xunit;

namespace Backprop.Tests.Tensors;

/// <summary>Whatever the views, elementwise operations and products give what loops over the indices give.</summary>
public sealed class ArithmeticPropertyTests
{
    const int Times = 300;

    static readonly Gen<(int[] Shape, int Seed)> cases = Gen.Select(AnyTensor.Shapes, Gen.Int);

    static readonly DType[] floats = [DType.Float32, DType.Float64];
    static readonly DType[] numbers = [DType.UInt8, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.Float32, DType.Float64];

    static void Agree(Tensor actual, int[] shape, DType dtype, Func<int[], double> expected)
    {
        Assert.Equal(new Shape(shape), actual.Shape);
        Assert.Equal(dtype, actual.DType);
        var values = AnyTensor.Read(actual);
        var index = new int[shape.Length];
        foreach (var value in values)
        {
            Assert.Equal(expected(index), value);
            AnyTensor.Next(index, shape);
        }
    }

    // The operands alone may broadcast to less than the shape they were drawn for.
    static int[] Common(params AnyTensor[] x) => x.Aggregate(Shape.Scalar, (shape, t) => Shape.Broadcast(shape, t.Shape)).ToArray();

    static void ForPairs(DType dtype, Action<AnyTensor, AnyTensor, int[]> check) => cases.Sample(c =>
    {
        var random = new Random(c.Seed);
        var a = AnyTensor.Of(AnyTensor.Smaller(c.Shape, random), dtype, random);
        var b = AnyTensor.Of(AnyTensor.Smaller(c.Shape, random), dtype, random);
        check(a, b, Common(a, b));
    }, iter: Times);

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    [InlineData(DType.Int64)]
    public void Arithmetic_and_comparisons_agree_with_loops(DType dtype) => ForPairs(dtype, (a, b, shape) =>
    {
        Agree(a.View + b.View, shape, dtype, i => a.At(i) + b.At(i));
        Agree(a.View - b.View, shape, dtype, i => a.At(i) - b.At(i));
        Agree(a.View * b.View, shape, dtype, i => a.At(i) * b.At(i));
        Agree(a.View.Maximum(b.View), shape, dtype, i => Math.Max(a.At(i), b.At(i)));
        Agree(a.View < b.View, shape, DType.Bool, i => a.At(i) < b.At(i) ? 1 : 0);
        Agree(a.View.Equal(b.View), shape, DType.Bool, i => a.At(i) == b.At(i) ? 1 : 0);
        Agree(-a.View, a.Shape.ToArray(), dtype, i => -a.At(i));
        Agree(a.View.Abs(), a.Shape.ToArray(), dtype, i => Math.Abs(a.At(i)));
    });

    [Fact]
    public void Truths_agree_with_loops() => ForPairs(DType.Bool, (a, b, shape) =>
    {
        Agree(a.View & b.View, shape, DType.Bool, i => a.At(i) * b.At(i));
        Agree(a.View | b.View, shape, DType.Bool, i => Math.Max(a.At(i), b.At(i)));
        Agree(a.View.Xor(b.View), shape, DType.Bool, i => a.At(i) == b.At(i) ? 0 : 1);
        Agree(!a.View, a.Shape.ToArray(), DType.Bool, i => 1 - a.At(i));
    });

    [Fact]
    public void A_choice_agrees_with_a_loop() => cases.Sample(c =>
    {
        var random = new Random(c.Seed);
        var dtype = numbers[random.Next(numbers.Length)];
        var condition = AnyTensor.Of(AnyTensor.Smaller(c.Shape, random), DType.Bool, random);
        var a = AnyTensor.Of(AnyTensor.Smaller(c.Shape, random), dtype, random);
        var b = AnyTensor.Of(AnyTensor.Smaller(c.Shape, random), dtype, random);
        Agree(Tensor.Where(condition.View, a.View, b.View), Common(condition, a, b), dtype, i => condition.At(i) != 0 ? a.At(i) : b.At(i));
    }, iter: Times);

    [Fact]
    public void Types_that_meet_compute_in_the_wider_one() => cases.Sample(c =>
    {
        var random = new Random(c.Seed);
        var a = AnyTensor.Of(AnyTensor.Smaller(c.Shape, random), numbers[random.Next(numbers.Length)], random);
        var b = AnyTensor.Of(AnyTensor.Smaller(c.Shape, random), numbers[random.Next(numbers.Length)], random);
        var dtype = DTypes.Promote(a.View.DType, b.View.DType);
        Func<int[], double> product = i => a.At(i) * b.At(i);
        // 5 · −5 of a uint8 alone cannot occur.
        Agree(a.View * b.View, Common(a, b), dtype, product);
    }, iter: Times);

    [Fact]
    public void Conversions_agree_with_loops() => cases.Sample(c =>
    {
        var random = new Random(c.Seed);
        var x = AnyTensor.Of(c.Shape, numbers[random.Next(numbers.Length)], random);
        foreach (var target in new[] { DType.Float32, DType.Float64, DType.Int64, DType.Int16, DType.Bool })
            Agree(x.View.As(target), c.Shape, target, i => target == DType.Bool ? x.At(i) != 0 ? 1 : 0 : target.IsFloat() ? x.At(i) : Math.Truncate(x.At(i)));
    }, iter: Times);

    [Fact]
    public void Derivatives_have_the_operands_shapes_and_sum_over_what_was_broadcast() => cases.Sample(c =>
    {
        var random = new Random(c.Seed);
        var a = AnyTensor.Of(AnyTensor.Smaller(c.Shape, random), DType.Float64, random);
        var b = AnyTensor.Of(AnyTensor.Smaller(c.Shape, random), floats[random.Next(2)], random);
        var shape = Common(a, b);
        var dy = AnyTensor.Of(shape, DType.Float64, random);
        var (_, pullback) = Gradient.Vjp(x => x[0] * x[1], a.View, b.View);
        var d = pullback(dy.View);
        Agree(d[0], a.Shape.ToArray(), DType.Float64, Sums(a, i => dy.At(i) * b.At(i)));
        Agree(d[1], b.Shape.ToArray(), b.View.DType, Sums(b, i => dy.At(i) * a.At(i)));

        Func<int[], double> Sums(AnyTensor x, Func<int[], double> term)
        {
            var sums = new double[x.Values.Length];
            var index = new int[shape.Length];
            for (var n = new Shape(shape).Count; n > 0; n--)
            {
                sums[Place(x.Shape, index)] += term(index);
                AnyTensor.Next(index, shape);
            }
            return index => sums[Place(x.Shape, index)];
        }
    }, iter: Times);

    static int Place(Shape shape, ReadOnlySpan<int> index)
    {
        var place = 0;
        for (var i = 0; i < shape.Rank; i++) place = place * shape[i] + (shape[i] == 1 ? 0 : index[index.Length - shape.Rank + i]);
        return place;
    }

    [Fact]
    public void Summing_undoes_expanding() => cases.Sample(c =>
    {
        var random = new Random(c.Seed);
        Shape target = new(c.Shape);
        var x = AnyTensor.Of(AnyTensor.Smaller(c.Shape, random), floats[random.Next(2)], random);
        var copies = x.Shape.Count == 0 ? 0 : target.Count / x.Shape.Count;
        var expanded = Expand.Call(x.View, target);
        Agree(expanded, c.Shape, x.View.DType, i => x.At(i));
        Agree(SumTo.Call(expanded, x.Shape), x.Shape.ToArray(), x.View.DType, i => copies * x.At(i));
        Assert.Equal(new Shape(c.Shape), Expand.Call(SumTo.Call(expanded, x.Shape), target).Shape);
    }, iter: Times);

    [Fact]
    public void Embedding_is_the_adjoint_of_slicing() => cases.Sample(c =>
    {
        var random = new Random(c.Seed);
        var x = AnyTensor.Of(c.Shape, DType.Float64, random);
        var ranges = Array.ConvertAll(c.Shape, size =>
        {
            var step = random.Next(2) == 0 ? 1 : -1;
            var count = random.Next(size + 1);
            return new SliceRange(step > 0 ? random.Next(size - count + 1) : count - 1 + random.Next(size - count + 1), count, step) is { Count: > 0 } range
                ? range : new SliceRange(0, 0, 1);
        });
        var slice = new Slice(ValueList.Create<SliceRange>(ranges));
        var y = AnyTensor.Of(slice.Infer([x.View]).ToArray(), DType.Float64, random);
        var left = (slice.Apply(x.View) * y.View).Sum().Item();
        var right = (x.View * new Embed(x.Shape, slice.Ranges).Apply(y.View)).Sum().Item();
        Assert.Equal(left, right);
    }, iter: Times);

    [Fact]
    public void Matrix_products_agree_with_three_loops() =>
        Gen.Select(Gen.Int[0, 3].Array[0, 2], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int).Sample((batch, m, k, n, seed) =>
        {
            var random = new Random(seed);
            var dtype = numbers[random.Next(numbers.Length)];
            var a = AnyTensor.Of([.. AnyTensor.Smaller(batch, random), m, k], dtype, random);
            var b = AnyTensor.Of([.. AnyTensor.Smaller(batch, random), k, n], dtype, random);
            Product(a, b, dtype);
        }, iter: Times);

    [Theory]
    [InlineData(37, 70, 41)]
    [InlineData(5, 3, 64)]
    [InlineData(64, 1, 33)]
    [InlineData(1, 130, 17)]
    [InlineData(66, 5, 1)]
    public void Larger_matrix_products_agree_too(int m, int k, int n)
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var random = new Random(seed);
            foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.Int64 })
                Product(AnyTensor.Of([m, k], dtype, random), AnyTensor.Of([k, n], dtype, random), dtype);
        }
    }

    static void Product(AnyTensor a, AnyTensor b, DType dtype)
    {
        int[] batch = Shape.Broadcast(new(a.Shape.AsSpan()[..^2]), new(b.Shape.AsSpan()[..^2])).ToArray();
        var k = a.Shape[-1];
        Agree(a.View.MatMul(b.View), [.. batch, a.Shape[-2], b.Shape[-1]], dtype, i =>
        {
            double sum = 0;
            int[] left = [.. i], right = [.. i];
            for (var p = 0; p < k; p++)
            {
                left[^1] = right[^2] = p;
                // Where k is 1 the last axes look broadcast, which is the same.
                sum += At(a, left) * At(b, right);
            }
            // A uint8 or int8 product may run over, and wraps round as C#'s does.
            return dtype switch
            {
                DType.UInt8 => (byte)(long)sum,
                DType.Int8 => (sbyte)(long)sum,
                _ => sum,
            };
        });
    }

    static double At(AnyTensor x, int[] index) => x.At(index);

    [Fact]
    public void Products_with_vectors_follow_the_same_rule() => Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int).Sample((k, n, seed) =>
    {
        var random = new Random(seed);
        AnyTensor v = AnyTensor.Of([k], DType.Float64, random), w = AnyTensor.Of([k], DType.Float64, random), m = AnyTensor.Of([k, n], DType.Float64, random);
        Agree(v.View.MatMul(w.View), [], DType.Float64, _ => Enumerable.Range(0, k).Sum(p => v.Values[p] * w.Values[p]));
        Agree(v.View.MatMul(m.View), [n], DType.Float64, i => Enumerable.Range(0, k).Sum(p => v.Values[p] * m.Values[p * n + i[0]]));
        Agree(m.View.T.MatMul(v.View), [n], DType.Float64, i => Enumerable.Range(0, k).Sum(p => v.Values[p] * m.Values[p * n + i[0]]));
    }, iter: 100);

    [Fact]
    public void Products_that_do_not_fit_say_what_would()
    {
        static string Refused(params Shape[] s) => Assert.Throws<ShapeException>(() => Tensor.Zeros(s[0]).MatMul(Tensor.Zeros(s[1]))).Message;
        Assert.Contains("Did you mean b.T?", Refused([2, 3], [4, 3]), StringComparison.Ordinal);
        Assert.Contains("Did you mean a.T?", Refused([3, 2], [3, 4]), StringComparison.Ordinal);
        Assert.Contains("Use * to scale", Refused([], [2, 2]), StringComparison.Ordinal);
        Assert.Contains("[5]", Refused([2, 3], [5]), StringComparison.Ordinal);
        Assert.Contains("broadcast", Refused([2, 4, 3], [3, 3, 4]), StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => Tensor.Zeros([2, 2], DType.Bool).MatMul(Tensor.Zeros([2, 2], DType.Bool)));
        Assert.Throws<ShapeException>(() => new MatrixProduct().Apply(Tensor.Zeros([2]), Tensor.Zeros([2])));
    }
}
