using Backprop.Autograd;
using Backprop.Modules;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Modules;

public sealed class EmbeddingTests
{
    static readonly Tensor table = Tensor.From(new double[,] { { 1, 2 }, { 3, 4 }, { 5, -6 }, { 7, 8 } });

    [Fact]
    public void Rows_are_read_whatever_whole_numbers_name_them()
    {
        Tensor index = Tensor.From(new long[,] { { 2, 0 }, { 3, 3 } });
        var y = Tensor.Embedding(index, table);
        Assert.Equal([2, 2, 2], y.Shape.ToArray());
        Assert.Equal([5.0, -6, 1, 2, 7, 8, 7, 8], y.ToArray<double>());
        Assert.True(Tensor.Embedding(index.As(DType.Int32), table).SequenceEqual(y));
        Assert.True(Tensor.Embedding(index.As(DType.UInt8), table).SequenceEqual(y));
        Assert.Equal([0, 2], Tensor.Embedding(Tensor.Zeros([0], DType.Int64), table).Shape.ToArray());
        Assert.Equal([5.0, -6], Tensor.Embedding(Tensor.Scalar(2), table).ToArray<double>());
    }

    [Fact]
    public void A_row_that_is_not_there_is_named_with_the_table()
    {
        Assert.Equal("Embedding: the index 4 is outside axis 0 of shape [4, 2], which has size 4; places run from 0 to 3.",
            Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Embedding(Tensor.From(new long[] { 1, 4 }), table)).Message);
        Assert.Contains("the index -1 is outside axis 0 of shape [4, 2]",
            Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Embedding(Tensor.From(new[] { -1 }), table)).Message, StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => Tensor.Embedding(Tensor.From(new[] { 1.0 }), table));
        Assert.Throws<ShapeException>(() => Tensor.Embedding(Tensor.From(new[] { 1 }), 1.0));
        Assert.Equal("Embedding: the padding index 9 is no row of a table of shape [4, 2]; its rows run from 0 to 3.",
            Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Embedding(Tensor.From(new[] { 1 }), table, 9)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Embedding(4, 2, new Generator(1), paddingIndex: 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Embedding(0, 2, new Generator(1)));
    }

    [Fact]
    public void Rows_read_several_times_add_up_and_padding_gets_nothing()
    {
        var w = table.Copy();
        w.RequiresGrad = true;
        Tensor index = new long[] { 2, 0, 2, 3 }, dy = new double[,] { { 1, 2 }, { 3, 4 }, { 5, 6 }, { 7, 8 } };
        Assert.Equal([3.0, 4, 0, 0, 6, 8, 7, 8], Gradient.Of((Tensor.Embedding(index, w) * dy).Sum(), [w])[0].ToArray<double>());
        Assert.Equal([3.0, 4, 0, 0, 0, 0, 7, 8], Gradient.Of((Tensor.Embedding(index, w, 2) * dy).Sum(), [w])[0].ToArray<double>());
    }

    [Fact]
    public void The_padding_row_of_a_new_table_is_zero()
    {
        var embedding = new Embedding(5, 3, new Generator(1), paddingIndex: 2);
        Assert.Equal([0f, 0, 0], embedding.Weight[2].ToArray<float>());
        Assert.True((bool)embedding.Weight[1].NotEqual(0.0).All());
        Assert.Equal("Embedding(5 × 3)", embedding.Name);
        Assert.True(new Embedding(5, 3, new Generator(1)).Weight[3].SequenceEqual(embedding.Weight[3]));
    }

    static double[] Bags(BagMode mode, int? padding = null) =>
        Tensor.EmbeddingBag(Tensor.From(new long[] { 0, 2, 2, 1 }), table, Tensor.From(new long[] { 0, 2, 2 }), mode, paddingIndex: padding).ToArray<double>();

    [Fact]
    public void Bags_of_rows()
    {
        Assert.Equal([6.0, -4, 0, 0, 8, -2], Bags(BagMode.Sum));
        Assert.Equal([3.0, -2, 0, 0, 4, -1], Bags(BagMode.Mean));
        Assert.Equal([5.0, 2, 0, 0, 5, 4], Bags(BagMode.Max));
        Assert.Equal([1.0, 2, 0, 0, 3, 4], Bags(BagMode.Sum, 2));
        Assert.Equal([1.0, 2, 0, 0, 3, 4], Bags(BagMode.Mean, 2));
        Assert.Equal([1.0, 2, 0, 0, 3, 4], Bags(BagMode.Max, 2));
    }

    [Fact]
    public void Bags_are_means_sums_and_maxima_of_the_rows_read_one_by_one()
    {
        var generator = new Generator(3);
        var w = Tensor.RandomNormal([30, 19], generator);
        var index = Tensor.RandomIntegers([8, 6], generator, 0, 30);
        var rows = Tensor.Embedding(index, w);
        Assert.True(Tensor.EmbeddingBag(index, w).AllClose(rows.Mean(1), 1e-5, 1e-6));
        Assert.True(Tensor.EmbeddingBag(index, w, mode: BagMode.Sum).AllClose(rows.Sum(1), 1e-5, 1e-5));
        Assert.True(Tensor.EmbeddingBag(index, w, mode: BagMode.Max).SequenceEqual(rows.Max(1)));
        var each = Tensor.RandomNormal([8, 6], generator);
        Assert.True(Tensor.EmbeddingBag(index, w, mode: BagMode.Sum, perSampleWeights: each).AllClose((rows * each.Unsqueeze(2)).Sum(1), 1e-5, 1e-5));
        foreach (var mode in Enum.GetValues<BagMode>())
        {
            var fast = Gradient.Vjp(t => Tensor.EmbeddingBag(index, t[0], mode: mode), [w]);
            var slow = Gradient.Vjp(t => Tensor.Embedding(index, t[0]) is var r && mode == BagMode.Sum ? r.Sum(1) : mode == BagMode.Mean ? r.Mean(1) : r.Max(1), [w]);
            var dy = Tensor.RandomNormal([8, 19], new Generator(4));
            Assert.True(fast.Pullback(dy)[0].AllClose(slow.Pullback(dy)[0], 1e-5, 1e-5), $"{mode}");
        }
    }

    [Fact]
    public void Padding_and_empty_bags_get_no_gradient()
    {
        var w = table.Copy();
        w.RequiresGrad = true;
        Tensor index = new long[] { 0, 2, 2, 1 }, offsets = new long[] { 0, 2, 2 };
        double[] Slope(BagMode mode) => Gradient.Of(Tensor.EmbeddingBag(index, w, offsets, mode, paddingIndex: 2).Sum(), [w])[0].ToArray<double>();
        Assert.Equal([1.0, 1, 1, 1, 0, 0, 0, 0], Slope(BagMode.Sum));
        Assert.Equal([1.0, 1, 1, 1, 0, 0, 0, 0], Slope(BagMode.Mean));
        Assert.Equal([1.0, 1, 1, 1, 0, 0, 0, 0], Slope(BagMode.Max));
    }

    [Fact]
    public void Bags_that_do_not_fit_are_refused()
    {
        Tensor index = new long[] { 0, 2, 2, 1 }, each = new double[] { 1, 2 };
        ArgumentException Refused(Func<Tensor> call) => Assert.ThrowsAny<ArgumentException>(call);
        Assert.Contains("without offsets", Refused(() => Tensor.EmbeddingBag(index, table)).Message, StringComparison.Ordinal);
        Assert.Contains("do not fall", Refused(() => Tensor.EmbeddingBag(index, table, Tensor.From(new long[] { 0, 3, 2 }))).Message, StringComparison.Ordinal);
        Assert.Contains("begin at 0", Refused(() => Tensor.EmbeddingBag(index, table, Tensor.From(new long[] { 1, 2 }))).Message, StringComparison.Ordinal);
        Assert.Contains("at most 4", Refused(() => Tensor.EmbeddingBag(index, table, Tensor.From(new long[] { 0, 5 }))).Message, StringComparison.Ordinal);
        Assert.Contains("one for each row", Refused(() => Tensor.EmbeddingBag(index.Reshape(2, 2), table, mode: BagMode.Sum, perSampleWeights: each)).Message, StringComparison.Ordinal);
        Assert.Contains("in a sum only", Refused(() => Tensor.EmbeddingBag(index.Reshape(1, 4), table, perSampleWeights: Tensor.Ones([1, 4]))).Message, StringComparison.Ordinal);
        Assert.Contains("number of indices, 4", Refused(() => Tensor.EmbeddingBag(index, table, Tensor.From(new long[] { 0, 3 }), includeLastOffset: true)).Message, StringComparison.Ordinal);
        Assert.Contains("index 9", Refused(() => Tensor.EmbeddingBag(Tensor.From(new long[,] { { 9 } }), table)).Message, StringComparison.Ordinal);
        Assert.Contains("no table", Refused(() => Tensor.EmbeddingBag(Tensor.From(new long[,] { { 0 } }), table[0])).Message, StringComparison.Ordinal);
        Assert.Equal([0, 2], Tensor.EmbeddingBag(Tensor.Zeros([0, 3], DType.Int64), table).Shape.ToArray());
        Assert.Equal([0.0, 0], Tensor.EmbeddingBag(Tensor.Zeros([1, 0], DType.Int64), table).ToArray<double>());
    }

    [Fact]
    public void What_is_no_number_stays_in_its_bag()
    {
        var w = Tensor.From(new[,] { { 1.0, double.NaN }, { 3, 4 } });
        var index = Tensor.From(new long[,] { { 1, 0 }, { 0, 1 }, { 1, 1 } });
        foreach (var mode in Enum.GetValues<BagMode>())
            Assert.Equal([false, true, false, true, false, false], Tensor.EmbeddingBag(index, w, mode: mode).IsNaN().ToArray<bool>());
    }
}
