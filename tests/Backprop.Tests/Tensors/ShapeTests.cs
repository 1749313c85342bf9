using Backprop.Autograd;
using Xunit;

namespace Backprop.Tests.Tensors;

/// <summary>Views, joining, padding, windows and products of any axes.</summary>
public sealed class ShapeTests
{
    static Tensor Counting(params int[] shape) => Tensor.Arange((double)new Shape(shape).Count).Reshape(shape);

    static void Same(Tensor actual, double[] values, params int[] shape)
    {
        Assert.Equal(new Shape(shape), actual.Shape);
        Assert.Equal(values, actual.ToArray<double>());
    }

    static void Refused(Func<object> call, params string[] words)
    {
        var message = Assert.Throws<ShapeException>(() => call()).Message;
        foreach (var word in words) Assert.Contains(word, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Views_share_storage_with_what_they_look_at()
    {
        var parameter = Tensor.Zeros([2, 3, 1], DType.Float64);
        Tensor[] views =
        [
            parameter.T, parameter.Reshape(3, -1), parameter.Flatten(), parameter.Permute(1, 0, 2), parameter.Transpose(0, 1), parameter.MoveAxis(0, -1),
            parameter.Squeeze(), parameter.Squeeze(2), parameter.Unsqueeze(0), parameter.Expand(-1, 3, 2), parameter.BroadcastTo([2, 2, 3, 1]),
            parameter.Flip(), parameter.Diagonal(), parameter.Split([1, 2], 1)[1], parameter.Chunk(2)[1], parameter.Unstack(1)[2],
            parameter.Pad([(-1, 0), (0, 0)]), parameter.T.Squeeze(), parameter.Transpose(0, 1).Reshape(3, 2, 1, 1), parameter.Flip().Reshape(6),
        ];
        parameter.Assign(Tensor.Ones([2, 3, 1], DType.Float64));
        Assert.All(views, view => Assert.Equal(view.Count, view.Sum().Item()));
        Assert.Equal(20, views.Length);
        var copy = Tensor.Zeros([2, 3], DType.Float64);
        var flat = copy.T.Reshape(6);
        copy.Assign(Tensor.Ones([2, 3], DType.Float64));
        Assert.Equal(0, flat.Sum().Item());
    }

    [Fact]
    public void Reshape_of_a_view_with_gaps_keeps_row_major_order()
    {
        var x = Counting(2, 3, 4);
        Tensor[] views = [x.T, x.Permute(1, 0, 2), x[.., (.., -1), (.., 2)], x[.., 1..2, ..].Expand(2, 5, 4), x.Flip(0, 1, 2), x[.., .., 1..3], x[1..1]];
        foreach (var view in views)
        {
            var values = view.ToArray<double>();
            foreach (var shape in Factorings(view.Count))
                Assert.Equal(values, view.Reshape(shape).ToArray<double>());
        }
    }

    [Fact]
    public void Large_views_in_another_order_are_copied_in_row_major_order()
    {
        var x = Counting(3, 37, 2, 41);
        foreach (var view in new[] { x.Permute(0, 3, 2, 1), x.Permute(3, 0, 2, 1), x.Permute(2, 3, 0, 1), x.Flip(1).Permute(3, 2, 0, 1), x.Permute(3, 2, 0, 1).As(DType.Float32) })
        {
            var packed = view.Flatten().As(DType.Float64).ToArray<double>();
            var wrong = 0;
            for (var i = 0; i < view.Shape[0]; i++)
                for (var j = 0; j < view.Shape[1]; j++)
                    for (var k = 0; k < view.Shape[2]; k++)
                        for (var l = 0; l < view.Shape[3]; l += 12)
                            wrong += packed[((i * view.Shape[1] + j) * view.Shape[2] + k) * view.Shape[3] + l] == view[i, j, k, l].Item() ? 0 : 1;
            Assert.Equal(0, wrong);
        }
    }

    static IEnumerable<int[]> Factorings(int count)
    {
        if (count == 0)
        {
            yield return [0];
            yield return [3, 0, 1];
            yield break;
        }
        for (var i = 1; i <= count; i++)
            for (var j = 1; count % i == 0 && j <= count / i; j++)
                if (count / i % j == 0) yield return [i, j, 1, count / i / j];
    }

    [Fact]
    public void Shapes_of_views()
    {
        var x = Counting(2, 3, 4);
        Assert.Equal([6, 4], x.Flatten(0, 1).Shape);
        Assert.Equal([24], x.Flatten().Shape);
        Assert.Equal([1], Tensor.Scalar(1.0).Flatten().Shape);
        Assert.Equal([3, 4, 2], x.MoveAxis(0, 2).Shape);
        Assert.Equal([4, 2, 3], x.MoveAxis(-1, 0).Shape);
        Assert.Equal([2, 3, 4], x.Squeeze(1).Shape);
        Assert.Equal([2, 3, 4, 1], x.Unsqueeze(-1).Shape);
        Assert.Equal([5, 2, 3, 4], x.Expand(5, -1, -1, 4).Shape);
        Assert.Equal([2, 0], Tensor.Zeros([2, 0]).Flip().Shape);
        Assert.Equal([2, 0], x.Diagonal(10, 1, 2).Shape);
        Same(Counting(3, 3).Diagonal(-1), [3, 7], 2);
        Same(x.Diagonal(1, 2, 0), [12, 16, 20], 3, 1);
        Same(Tensor.From(new[] { 1.0, 2 }).DiagonalEmbed(1), [0, 1, 0, 0, 0, 2, 0, 0, 0], 3, 3);
        Assert.Equal(12, Counting(3, 3).Trace().Item());
        Assert.Equal([2, 2, 1], Array.ConvertAll(Counting(5).Chunk(3), piece => piece.Count));
        Assert.Equal([2, 2], Array.ConvertAll(Counting(4).Chunk(3), piece => piece.Count));
        Assert.Equal([0, 0, 0], Array.ConvertAll(Counting(0).Chunk(3), piece => piece.Count));
    }

    [Fact]
    public void Joining_and_repeating()
    {
        Tensor a = Counting(2, 2), b = Counting(2, 1) + 10;
        Same(Tensor.Concat([a, b], 1), [0, 1, 10, 2, 3, 11], 2, 3);
        Same(Tensor.Concat([a, Counting(0, 2), a.T], -2), [0, 1, 2, 3, 0, 2, 1, 3], 4, 2);
        Same(Tensor.Stack([a, a + 4], 2), [0, 4, 1, 5, 2, 6, 3, 7], 2, 2, 2);
        Assert.Equal(DType.Float64, Tensor.Concat([Tensor.From(new[] { 1 }), Tensor.From(new[] { 2.5f })]).DType);
        Same(Tensor.From(new[] { 1.0, 2 }).Tile(2), [1, 2, 1, 2], 4);
        Same(Tensor.From(new[] { 1.0, 2 }).Tile(2, 1), [1, 2, 1, 2], 2, 2);
        Same(a.Tile(2), [0, 1, 0, 1, 2, 3, 2, 3], 2, 4);
        Same(a.Tile(0, 1), [], 0, 2);
        Same(a.RepeatInterleave(2, 1), [0, 0, 1, 1, 2, 2, 3, 3], 2, 4);
        Same(Counting(5).Roll(2, 0), [3, 4, 0, 1, 2], 5);
        Same(Counting(5).Roll(-7, 0), [2, 3, 4, 0, 1], 5);
        Same(Counting(3, 3).Tril(), [0, 0, 0, 3, 4, 0, 6, 7, 8], 3, 3);
        Same(Counting(2, 3).Triu(1), [0, 1, 2, 0, 0, 5], 2, 3);
        Same(Counting(2, 3).Tril(-5), [0, 0, 0, 0, 0, 0], 2, 3);
    }

    [Fact]
    public void Padding()
    {
        var v = Tensor.From(new[] { 1.0, 2, 3 });
        Same(v.Pad([(2, 1)], value: 7), [7, 7, 1, 2, 3, 7], 6);
        Same(v.Pad([(2, 2)], PadMode.Reflect), [3, 2, 1, 2, 3, 2, 1], 7);
        Same(v.Pad([(2, 2)], PadMode.Replicate), [1, 1, 1, 2, 3, 3, 3], 7);
        Same(v.Pad([(2, 2)], PadMode.Circular), [2, 3, 1, 2, 3, 1, 2], 7);
        Same(v.Pad([(-1, 2)]), [2, 3, 0, 0], 4);
        Same(v.Pad([(-1, 2)], PadMode.Circular), [2, 3, 1, 2], 4);
        Same(v.Pad([(-2, -1)]), [], 0);
        Same(Counting(1, 2).Pad([(1, 0), (0, 1)]), [0, 0, 0, 0, 1, 0], 2, 3);
        Assert.Equal([2, 5], Tensor.Zeros([2, 3]).Pad([(1, 1)]).Shape);
        Assert.Equal([1L, 9], Tensor.From(new long[] { 1 }).Pad([(0, 1)], value: 9).ToArray<long>());
        Same(Tensor.From(new[] { 4.0 }).Pad([(0, 0)]), [4], 1);
    }

    [Fact]
    public void Errors_name_shapes_axes_and_what_would_have_worked()
    {
        var x = Counting(2, 3);
        Refused(() => x.Reshape(4, -1), "[2, 3]", "6 elements", "[4, -1]");
        Refused(() => x.Flatten(1, 0), "axis 1", "axis 0", "[2, 3]");
        Refused(() => x.Unsqueeze(4), "axis 4", "0 to 2");
        Refused(() => x.Expand(2, 6), "[2, 3]", "[2, 6]");
        Refused(() => x.Transpose(0, 2), "Transpose", "axis 2", "[2, 3]");
        Refused(() => x.Split([1, 1], 1), "add up to 2", "axis 1", "[2, 3]");
        Refused(() => x.Diagonal(0, 1, -1), "same axis", "[2, 3]");
        Refused(() => x.Flip(0, -2), "axis 0", "twice");
        Refused(() => Tensor.Concat([], 0), "no tensors");
        Refused(() => Tensor.Concat([x, Counting(2, 2)], 0), "tensor 1", "[2, 2]", "[2, 3]", "axis 0");
        Refused(() => Tensor.Concat([x, Counting(2)], 0), "tensor 1", "[2]");
        Refused(() => Tensor.Stack([x, x.T], 0), "tensor 1", "[3, 2]", "[2, 3]");
        Refused(() => x.Roll([1], [0, 1]), "1 shifts", "2 axes");
        Refused(() => x.Pad([(3, 0)], PadMode.Reflect), "axis 1", "size 3", "at most 2");
        Refused(() => x.Pad([(-2, -2)]), "cut off", "axis 1");
        Refused(() => x.Pad([(1, 1), (1, 1), (1, 1)]), "3 margins", "[2, 3]");
        Refused(() => x.Tril()[0].Tril(), "Tril", "[3]");
        Refused(() => Counting(1, 1, 2, 2).Unfold2d((3, 3)), "(3, 3)", "(2, 2)");
        Refused(() => Counting(1, 4, 3).Fold2d((3, 3), (2, 2)), "[1, 4, 3]", "channels · 4, 4");
        Refused(() => Tensor.Linear(x, x.T), "[2, 3]", "[3, 2]", "[outputs, inputs]");
        Refused(() => x.Dot(x), "vectors");
        Refused(() => x.Bmm(x), "batches");
    }

    [Fact]
    public void Windows_are_columns_and_come_back()
    {
        var image = Counting(1, 1, 3, 3);
        Same(image.Unfold2d((2, 2)), [0, 1, 3, 4, 1, 2, 4, 5, 3, 4, 6, 7, 4, 5, 7, 8], 1, 4, 4);
        Same(image.Unfold2d((2, 2)).Fold2d((3, 3), (2, 2)), [0, 2, 2, 6, 16, 10, 6, 14, 8], 1, 1, 3, 3);
        Same(image.Unfold2d((2, 2), stride: (2, 2), dilation: (2, 2), padding: (1, 1)), [0, 0, 0, 4, 0, 0, 4, 0, 0, 4, 0, 0, 4, 0, 0, 0], 1, 4, 4);
        Same(Tensor.From(new[] { 5.0 }, [1, 1, 1]).Fold2d((1, 1), (1, 1)), [5], 1, 1, 1, 1);
    }

    [Theory]
    [InlineData("ij,jk->ik", new[] { 2, 3 }, new[] { 3, 4 })]
    [InlineData("ij,jk", new[] { 2, 3 }, new[] { 3, 4 })]
    [InlineData(" i j , k j -> k i ", new[] { 2, 3 }, new[] { 4, 3 })]
    [InlineData("bij,bkj->bik", new[] { 2, 3, 4 }, new[] { 2, 5, 4 })]
    [InlineData("abc,dbe->cead", new[] { 2, 3, 4 }, new[] { 2, 3, 5 })]
    [InlineData("iij,ji->i", new[] { 3, 3, 2 }, new[] { 2, 3 })]
    [InlineData("ij,ij->", new[] { 2, 3 }, new[] { 2, 3 })]
    [InlineData("ij,kl->", new[] { 2, 3 }, new[] { 3, 2 })]
    [InlineData("aB,Bc", new[] { 2, 3 }, new[] { 3, 2 })]
    [InlineData("ij,jk->ik", new[] { 2, 1 }, new[] { 3, 4 })]
    [InlineData("iii,i->i", new[] { 2, 2, 2 }, new[] { 2 })]
    [InlineData("i,j->ji", new[] { 2 }, new[] { 3 })]
    [InlineData(",i->i", new int[0], new[] { 3 })]
    [InlineData("ij,jk->ik", new[] { 2, 0 }, new[] { 0, 4 })]
    public void Einstein_sums_agree_with_loops(string equation, int[] first, int[] second)
    {
        Tensor a = Counting(first) * 0.5 - 1, b = Counting(second) * 0.25 + 0.5;
        var mine = Tensor.Einsum(equation, a, b);
        var expected = Loops(equation.Replace(" ", "", StringComparison.Ordinal), a, b);
        Assert.Equal(expected.Shape, mine.Shape);
        Assert.True(mine.AllClose(expected, 1e-12), $"{mine}\n{expected}");
    }

    // Every combination of the letters' values, multiplied and added up.
    static Tensor Loops(string equation, Tensor a, Tensor b)
    {
        var sides = equation.Split("->");
        var inputs = sides[0].Split(',');
        var all = inputs[0] + inputs[1];
        var output = sides.Length > 1 ? sides[1] : string.Concat(all.Where(c => all.Count(d => d == c) == 1).Order());
        char[] letters = [.. all.Distinct()];
        var sizes = letters.ToDictionary(c => c, c => inputs.Zip([a, b]).SelectMany(p => p.First.Select((d, i) => (d, p.Second.Shape[i]))).Where(p => p.d == c).Max(p => p.Item2));
        var broken = inputs.Zip([a, b]).Any(p => p.First.Where((_, i) => p.Second.Shape[i] == 0).Any());
        var result = new double[output.Aggregate(1, (n, c) => n * sizes[c])];
        var count = broken ? 0 : letters.Aggregate(1, (n, c) => n * sizes[c]);
        for (var k = 0; k < count; k++)
        {
            var left = k;
            var at = new Dictionary<char, int>();
            foreach (var c in letters) (left, at[c]) = Math.DivRem(left, sizes[c]);
            double Of(string names, Tensor x) => x[[.. names.Select((c, i) => (TensorIndex)(x.Shape[i] == 1 ? 0 : at[c]))]].Item();
            result[output.Aggregate(0, (n, c) => n * sizes[c] + at[c])] += Of(inputs[0], a) * Of(inputs[1], b);
        }
        return Tensor.From(result, new([.. output.Select(c => sizes[c])]));
    }

    [Fact]
    public void Einstein_sums_of_one_of_many_and_with_an_ellipsis()
    {
        var x = Counting(2, 3);
        Same(Tensor.Einsum("ij->j", x), [3, 5, 7], 3);
        Same(Tensor.Einsum("ba", x), [0, 3, 1, 4, 2, 5], 3, 2);
        Assert.Equal(12, Tensor.Einsum("ii", Counting(3, 3)).Item());
        Assert.Equal(15, Tensor.Einsum("...->", x).Item());
        Assert.Equal([2, 5, 3, 4], Tensor.Einsum("...ij,...jk->...ik", Counting(2, 1, 3, 2), Counting(5, 2, 4)).Shape);
        Assert.Equal([5, 4, 3], Tensor.Einsum("i...j,k->ki...", Counting(4, 3, 2), Counting(5)).Shape);
        Tensor a = Counting(2, 3), b = Counting(3, 4), c = Counting(4, 2), d = Counting(2);
        Assert.True(Tensor.Einsum("ij,jk,kl,l->i", a, b, c, d).AllClose(a.MatMul(b).MatMul(c).MatMul(d)));
        Same(Tensor.Einsum("i,i,i->i", d + 1, d + 2, d + 3), [6, 24], 2);
        Assert.Equal(DType.Int64, Tensor.Einsum("i,i", Tensor.Arange(3), Tensor.Arange(3)).DType);
    }

    [Theory]
    [InlineData("ij,jk->iz", "'z'", 8)]
    [InlineData("ij,jk->ii", "twice", 8)]
    [InlineData("i1,jk", "'1'", 1)]
    [InlineData("i..,jk", "three dots", 1)]
    [InlineData("...i...,jk", "once", 4)]
    [InlineData("ij,jk>ik", "'>'", 5)]
    [InlineData("ij,jk-ik", "'->'", 5)]
    [InlineData("ij,jk->ik->i", "nothing may follow", 9)]
    [InlineData("ij,jk,kl->il", "more than the 2", 6)]
    [InlineData("ij->ij", "1 operands are named and 2 given", 2)]
    public void Einsum_points_at_what_it_cannot_read(string equation, string words, int place)
    {
        var message = Assert.Throws<FormatException>(() => Tensor.Einsum(equation, Counting(2, 2), Counting(2, 2))).Message;
        Assert.Contains(words, message, StringComparison.Ordinal);
        var lines = message.Split('\n');
        Assert.Equal("    " + equation, lines[^2]);
        Assert.Equal(place, lines[^1].IndexOf('^', StringComparison.Ordinal) - 4);
    }

    [Fact]
    public void Einsum_refuses_operands_that_do_not_fit()
    {
        Refused(() => Tensor.Einsum("ij,jk->ik", Counting(2, 3), Counting(4, 2)), "'j'", "3", "4");
        Refused(() => Tensor.Einsum("ijk->ik", Counting(2, 3)), "operand 0", "[2, 3]", "3 are named");
        Refused(() => Tensor.Einsum("...ijk", Counting(2, 3)), "operand 0", "[2, 3]", "at least 3");
        Refused(() => Tensor.Einsum("ii->i", Counting(2, 3)), "'i'", "2", "3");
        Refused(() => Tensor.Einsum("...,...", Counting(2), Counting(3)), "'...'");
    }

    [Fact]
    public void Linear_of_many_axes_is_one_product()
    {
        Tensor x = Counting(2, 3, 4), weight = Counting(5, 4) * 0.1, bias = Counting(5);
        Assert.True(Tensor.Linear(x, weight, bias).AllClose(x.MatMul(weight.T) + bias));
        Assert.Equal([5], Tensor.Linear(Counting(4), weight).Shape);
        Assert.Equal([2, 5], Tensor.Linear(Counting(2, 4), weight).Shape);
        var gradient = Gradient.Of(w => Tensor.Linear(x, w).Sum())(weight);
        Assert.True(gradient.AllClose(x.Sum([0, 1]).Expand(5, 4)));
        Assert.Equal([2, 0, 5], Tensor.Linear(Counting(2, 0, 4), weight).Shape);
        Assert.True(double.IsFinite(Tensor.Full([1], double.NaN).AddMm(Counting(2, 2), Counting(2, 2), beta: 0).Sum().Item()));
    }
}
