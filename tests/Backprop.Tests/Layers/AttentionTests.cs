using Backprop.Layers;
using Xunit;

namespace Backprop.Tests.Layers;

public sealed class AttentionTests
{
    static readonly Tensor hs = Tensor.From([1.0, 2, 3, 4, 5, 6], [1, 3, 2]);

    [Fact]
    public void A_weighted_sum_and_its_derivatives_come_out_as_by_hand()
    {
        var sum = new WeightSum();
        var c = sum.Forward(hs, new[,] { { 0.5, 0.25, 0.25 } });
        Assert.Equal([2.5, 3.5], c.ToArray<double>());
        var (dhs, da) = sum.Backward(new[,] { { 1.0, 10 } });
        Assert.Equal([0.5, 5, 0.25, 2.5, 0.25, 2.5], dhs.ToArray<double>());
        Assert.Equal([21, 43, 65], da.ToArray<double>());
    }

    [Fact]
    public void Weights_are_the_softmax_of_inner_products()
    {
        var a = new AttentionWeight().Forward(hs, new[,] { { 0.1, 0.2 } });
        Assert.True(a.AllClose(((Tensor)new[,] { { 0.5, 1.1, 1.7 } }).Softmax(1), 1e-14));
    }

    [Fact]
    public void Attention_is_both_one_after_the_other()
    {
        Tensor states = LayerCatalogue.Normal(2, 3, 4), h = LayerCatalogue.Normal(2, 4), dout = LayerCatalogue.Normal(2, 4) + 1.0;
        AttentionWeight weight = new();
        WeightSum sum = new();
        Attention attention = new();
        var a = weight.Forward(states, h);
        Assert.True(sum.Forward(states, a).SequenceEqual(attention.Forward(states, h)));
        Assert.True(a.SequenceEqual(attention.Weight));
        var (dhs0, da) = sum.Backward(dout);
        var (dhs1, dh1) = weight.Backward(da);
        var (dhs, dh) = attention.Backward(dout);
        Assert.True((dhs0 + dhs1).AllClose(dhs, 1e-13));
        Assert.True(dh1.AllClose(dh, 1e-13));
    }

    [Fact]
    public void Every_step_of_a_decoder_attends_by_itself()
    {
        Tensor encoded = LayerCatalogue.Normal(2, 3, 4), decoded = LayerCatalogue.Normal(2, 5, 4);
        TimeAttention all = new();
        var y = all.Forward(encoded, decoded);
        for (var t = 0; t < 5; t++)
        {
            Attention one = new();
            Assert.True(one.Forward(encoded, decoded[.., t]).AllClose(y[.., t], 1e-13));
            Assert.True(one.Weight.AllClose(all.Weights[.., t], 1e-13));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        Tensor h = Tensor.Zeros([1, 3], DType.Float64);
        Assert.StartsWith("AttentionWeight", Assert.Throws<ShapeException>(() => new AttentionWeight().Forward(hs, h)).Message, StringComparison.Ordinal);
        Assert.StartsWith("AttentionWeight", Assert.Throws<ShapeException>(() => new Attention().Forward(hs, h)).Message, StringComparison.Ordinal);
        Assert.StartsWith("WeightSum", Assert.Throws<ShapeException>(() => new WeightSum().Forward(hs, h[.., ..2])).Message, StringComparison.Ordinal);
        Assert.StartsWith("TimeAttention", Assert.Throws<ShapeException>(() => new TimeAttention().Forward(hs, h)).Message, StringComparison.Ordinal);
        Assert.Throws<GradientException>(() => new Attention().Weight);
    }
}
