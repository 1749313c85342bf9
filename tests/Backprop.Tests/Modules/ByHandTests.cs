using Backprop.Layers;
using Backprop.Losses;
using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Modules;

/// <summary>Modules driven by hand as the tutorial's layers are, against the tape.</summary>
public sealed class ByHandTests
{
    static Sequential Network() => new()
    {
        new Linear(3, 4, new Generator(1), dtype: DType.Float64),
        x => x.Tanh(),
        new Linear(4, 2, new Generator(2), dtype: DType.Float64),
    };

    static Tensor Data => Tensor.RandomNormal([5, 3], new Generator(9), dtype: DType.Float64);

    [Fact]
    public void By_hand_and_by_tape_agree()
    {
        Sequential byTape = Network(), byHand = Network();
        var x = Data;
        x.RequiresGrad = true;
        var y = byTape.Forward(x);
        var dout = Tensor.RandomNormal(y.Shape, new Generator(3), dtype: DType.Float64);
        y.Backward(dout);

        var layer = byHand.ByHand();
        Assert.True(y.SequenceEqual(layer.Forward(Data)));
        Assert.True(x.Grad!.SequenceEqual(layer.Backward(dout)));
        Assert.Equal(byHand.Parameters, layer.Parameters);
        Assert.All(byTape.Parameters.Zip(byHand.Parameters), p => Assert.True(p.First.Grad!.SequenceEqual(p.Second.Grad!)));
        Assert.All(layer.Gradients.Zip(byHand.Parameters), p => Assert.True(p.First.SequenceEqual(p.Second.Grad!)));
    }

    [Fact]
    public void Each_Backward_has_gradients_of_its_own_and_Grad_adds_them_up()
    {
        var network = Network();
        var layer = network.ByHand();
        var dout = Tensor.OnesLike(layer.Forward(Data));
        layer.Backward(dout);
        var once = layer.Gradients;
        layer.Backward(dout);
        Assert.All(once.Zip(layer.Gradients), g => Assert.True(g.First.SequenceEqual(g.Second)));
        Assert.All(once.Zip(network.Parameters), g => Assert.True((g.First * 2.0).SequenceEqual(g.Second.Grad!)));
    }

    [Fact]
    public void A_chain_of_modules_and_layers_trains_by_hand()
    {
        Linear first = new(2, 8, new Generator(1)), second = new(8, 2, new Generator(2));
        var optimizer = new Sgd([.. first.Parameters, .. second.Parameters], 0.5);
        Tensor x = new[,] { { 0f, 0f }, { 0f, 1f }, { 1f, 0f }, { 1f, 1f } };
        Tensor labels = new[] { 0, 1, 1, 0 };
        var loss = double.NaN;
        for (var step = 0; step < 300; step++)
        {
            var chain = new LayerChain();
            var y = chain.Forward(second.ByHand(), chain.Forward(new ReLU(), chain.Forward(first.ByHand(), x)));
            var softmax = y.Detach();
            softmax.RequiresGrad = true;
            var l = Loss.CrossEntropy(softmax, labels);
            l.Backward();
            loss = l.Item();
            optimizer.ZeroGrad();
            chain.Backward(softmax.Grad!);
            optimizer.Step();
        }
        Assert.True(loss < 0.05, $"{loss}");
    }

    [Fact]
    public void What_is_frozen_stays_frozen()
    {
        var network = Network();
        network[0].Freeze();
        var layer = network.ByHand();
        layer.Backward(Tensor.OnesLike(layer.Forward(Data)));
        Assert.Equal([false, false, true, true], network.Parameters.Select(p => p.Grad is not null));
        Assert.Equal(2, layer.Gradients.Count);
    }

    [Fact]
    public void Backward_before_Forward_and_a_wrong_shape_are_refused()
    {
        var layer = Network().ByHand();
        Assert.Contains("Call Forward first", Assert.Throws<GradientException>(() => layer.Backward(1.0)).Message, StringComparison.Ordinal);
        Assert.Throws<GradientException>(() => layer.Gradients);
        layer.Forward(Data);
        Assert.Contains("[5, 2]", Assert.Throws<ShapeException>(() => layer.Backward(Tensor.Ones([2, 5], DType.Float64))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_that_does_not_depend_on_x_has_the_derivative_zero()
    {
        var layer = new Function(x => Tensor.Ones([2])).ByHand();
        layer.Forward(new[] { 3.0, 4.0 });
        Assert.True(layer.Backward(Tensor.Ones([2])).SequenceEqual(Tensor.Zeros([2], DType.Float64)));
    }

    [Fact]
    public void Dropout_by_hand_passes_back_what_it_let_through_and_in_use_everything()
    {
        var dropout = new Dropout(new Generator(1), 0.4);
        var layer = dropout.ByHand();
        var ones = Tensor.Ones([20, 30]);
        var y = layer.Forward(ones);
        Assert.Equal([0f, 1 / 0.6f], y.ToArray<float>().Distinct().Order());
        Assert.True(y.SequenceEqual(layer.Backward(ones)));
        dropout.Eval();
        Assert.True(layer.Forward(ones).SequenceEqual(ones));
        Assert.True(layer.Backward(y).SequenceEqual(y));
        dropout.Train();
        Assert.False(layer.Forward(ones).SequenceEqual(ones));
    }

    [Fact]
    public void Embedding_by_hand_takes_whole_numbers_which_have_no_derivative()
    {
        var embedding = new Embedding(4, 2, new Generator(1), dtype: DType.Float64);
        var layer = embedding.ByHand();
        Tensor words = new[] { 2, 0, 2 };
        Assert.True(layer.Forward(words).SequenceEqual(embedding.Weight.Detach()[words]));
        Assert.True(layer.Backward(new[,] { { 1.0, 2 }, { 3, 4 }, { 5, 6 } }).SequenceEqual(Tensor.ZerosLike(words)));
        Assert.Equal([3, 4, 0, 0, 6, 8, 0, 0], layer.Gradients[0].ToArray<double>());
    }
}
