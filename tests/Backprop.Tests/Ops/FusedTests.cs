using Backprop.Autograd;
using Backprop.Formulas;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Ops;

/// <summary>A fused function against the calls it is made of: the same bits, the same derivatives.</summary>
public sealed class FusedTests
{
    /// <summary>y = x² where x is positive, else −x, whose derivative is read off by dual numbers.</summary>
    readonly record struct Bent : IFormula<Bent>
    {
        public V Value<V>(V x) where V : IReal<V> => V.Where(x > 0, x * x, -x);
    }

    static Tensor Gated(Tensor x, Tensor w, Tensor b) => (x * w).Tanh() * (x + b).Sigmoid();

    static Tensor Twelve(Tensor x, Tensor w, Tensor b) => ((x / (((x * w + b).Relu() * x - w).Abs().Sqrt() + 1)).Square() + b).Sigmoid();

    static Tensor Choosing(Tensor x, Tensor w, Tensor b) => Tensor.Where((x > w).And(b <= 0.5), x.Lerp(w, b), x.Detach() * b - 0.1);

    static readonly Dictionary<string, Func<Tensor, Tensor, Tensor, Tensor>> functions = new()
    {
        ["x·w + b, then relu"] = (x, w, b) => (x * w + b).Relu(),
        ["a gated unit"] = Gated,
        ["twelve operations"] = Twelve,
        ["a choice"] = Choosing,
        ["formulas of one's own"] = (x, w, b) => x.Map<Bent>() * w - b.Map<Bent>(),
        ["sums of operands"] = (x, w, b) => x + w - b + x,
        ["one value read often"] = (x, w, b) => (x * w is var p ? p * p * p + p : p) * b,
        ["steps inside every operand"] = (x, w, b) => Tensor.Where(x.Abs() > w, (x * w).Lerp(w - b, b.Abs()), -(b * x)) - (b / (1 + w.Abs())),
        ["an operand to itself"] = (x, w, b) => x * x / (1 + w * w) + b * 2,
    };

    public static TheoryData<string> Names => [.. functions.Keys];

    public static Tensor Random(DType dtype, int seed, params int[] shape) => Tensor.RandomNormal(new(shape), new Generator(seed), dtype: dtype);

    static IEnumerable<Tensor[]> Operands(DType dtype)
    {
        foreach (var n in new[] { 2, 7, 33, 1025, 70_001 }) yield return [Random(dtype, 1, n), Random(dtype, 2, n), Random(dtype, 3, n)];
        yield return [Random(dtype, 1), Random(dtype, 2), Random(dtype, 3)];
        yield return [Random(dtype, 1, 61, 83), Random(dtype, 2, 83), Random(dtype, 3, 61, 1)];
        yield return [Random(dtype, 1, 83, 61).T, Random(dtype, 2, 61, 166)[.., Tensor.Step(null, null, 2)], Random(dtype, 3, 1)];
        yield return [Random(dtype, 1, 3, 1, 5), Random(dtype, 2, 4, 1), Random(dtype, 3)];
        yield return [Random(dtype, 1, 40_000), 0.7, Random(dtype, 3, 40_000)];
        yield return [Random(dtype, 1, 0, 4), Random(dtype, 2, 4), Random(dtype, 3)];
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_result_has_the_same_bits(string name)
    {
        var function = functions[name];
        var fused = Tensor.Fuse(function);
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
            foreach (var x in Operands(dtype))
            {
                Tensor expected = function(x[0], x[1], x[2]).Packed(), actual = fused(x[0], x[1], x[2]).Packed();
                Assert.Equal(expected.Shape, actual.Shape);
                Assert.Equal(expected.DType, actual.DType);
                Assert.True(expected.Bytes().SequenceEqual(actual.Bytes()), $"{dtype} {x[0].Shape}");
            }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Derivatives_agree(string name)
    {
        var function = functions[name];
        var fused = Tensor.Fuse(function);
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
            foreach (var x in Operands(dtype))
            {
                if (x[1].IsWeak) continue;
                var (y, expected) = Gradient.Vjp(t => function(t[0], t[1], t[2]), x);
                var (_, actual) = Gradient.Vjp(t => fused(t[0], t[1], t[2]), x);
                Tensor dy = Tensor.RandomNormal(y.Shape, new Generator(9), dtype: dtype);
                Tensor[] a = expected(dy), b = actual(dy);
                var tolerance = dtype == DType.Float32 ? 1e-4 : 1e-11;
                for (var i = 0; i < a.Length; i++) Assert.True(a[i].AllClose(b[i], tolerance, tolerance), $"{dtype} {x[0].Shape} operand {i}");
            }
    }

    [Fact]
    public void Only_what_is_wanted_is_derived()
    {
        Tensor x = Random(DType.Float32, 1, 50), w = Random(DType.Float32, 2, 50), b = Random(DType.Float32, 3, 50);
        w.RequiresGrad = true;
        var fused = Tensor.Fuse(Gated);
        fused(x, w, b).Sum().Backward();
        var once = w.Grad!;
        w.Grad = null;
        Gated(x, w, b).Sum().Backward();
        Assert.True(once.AllClose(w.Grad!, 1e-6, 1e-6));
        Assert.Null(x.Grad);
    }

    [Fact]
    public void A_closed_gate_stops_a_nan()
    {
        var x = Tensor.From(new[] { -1.0, 2.0 });
        var (_, pullback) = Gradient.Vjp(t => Tensor.Fuse(a => (a * 2.0).Relu())(t), x);
        Assert.Equal([0, 2], pullback(Tensor.From(new[] { double.NaN, 1.0 })).ToArray<double>());
    }

    [Fact]
    public void Named_tensors_are_operands_as_they_are_at_the_call()
    {
        var w = Tensor.From(new[] { 2.0, 3.0 });
        w.RequiresGrad = true;
        var fused = Tensor.Fuse(x => (x * w).Square());
        var x = Tensor.From(new[] { 1.0, 10.0 });
        Assert.Equal([4, 900], fused(x).ToArray<double>());
        w.Assign(Tensor.From(new[] { 1.0, 1.0 }));
        fused(x).Sum().Backward();
        Assert.Equal([2, 200], w.Grad!.ToArray<double>());
    }

    [Fact]
    public void Mixed_element_types_go_through_the_calls()
    {
        var fused = Tensor.Fuse((a, b) => a / b + 1);
        Tensor a = Tensor.From(new[] { 1, 2, 3 }), b = Tensor.From(new[] { 2f, 4f, 8f });
        Assert.Equal(DType.Float64, fused(a, b).DType);
        Assert.Equal((a / b + 1).ToArray<double>(), fused(a, b).ToArray<double>());
        Assert.Equal(DType.Float64, fused(a, a).DType);
        var (_, pullback) = Gradient.Vjp(t => fused(t[0], t[1]), [b, b.As(DType.Float64)]);
        Assert.Equal(DType.Float32, pullback(Tensor.Ones([3], DType.Float64))[0].DType);
    }

    [Fact]
    public void One_fused_function_may_be_part_of_another()
    {
        var inner = Tensor.Fuse((a, b) => (a * b).Sigmoid());
        var outer = Tensor.Fuse((a, b) => inner(a, b) + inner(b + 1.0, a));
        Tensor x = Random(DType.Float64, 1, 20), w = Random(DType.Float64, 2, 20);
        Assert.True(outer(x, w).SequenceEqual((x * w).Sigmoid() + ((w + 1.0) * x).Sigmoid()));
        x.RequiresGrad = true;
        Assert.Equal("Fused", outer(x, w).Node!.Op.Name);
        Assert.Equal("1 / (1 + Exp(-(a * b))) + 1 / (1 + Exp(-((b + 1) * a)))", outer(x, w).Node!.Op.Read([new("a"), new("b")])!.Text);
    }

    [Fact]
    public void What_cannot_be_fused_is_refused_at_once()
    {
        string Refused(Func<Tensor, Tensor> f) => Assert.Throws<ArgumentException>(() => Tensor.Fuse(f)).Message;
        Assert.Contains("Softmax does not work element by element", Refused(x => (x * 2.0).Softmax(0) + 1.0), StringComparison.Ordinal);
        Assert.Contains("Sum does not", Refused(x => x / x.Sum()), StringComparison.Ordinal);
        Assert.Contains("does not do the same", Refused(x => x / x.Count), StringComparison.Ordinal);
        Assert.Contains("does not do the same", Refused(x => x * Tensor.RandomUniform([1], new Generator(1))), StringComparison.Ordinal);
        Assert.Contains("must end with an operation", Refused(x => x), StringComparison.Ordinal);
        Assert.Contains("gives truths", Refused(x => x > 0.0), StringComparison.Ordinal);
        Assert.Contains("does not use its operand 1", Assert.Throws<ArgumentException>(() => Tensor.Fuse((a, _) => a + 1.0)).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Tensor.Fuse((a, b) => a + b)(Tensor.Zeros([3]), Tensor.Zeros([4])));
    }
}
