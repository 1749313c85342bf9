using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Optimizers;

public sealed class MovingAverageTests
{
    [Fact]
    public void It_follows_slowly()
    {
        Tensor w = new[] { 1.0, 2, 3 };
        var average = new MovingAverage([w], decay: 0.75);
        w.Assign(new[] { 5.0, 2, -1 });
        average.Update();
        Assert.Equal([2.0, 2, 2], average.Averages[0].ToArray<double>());
        Assert.Equal(1, average.Updates);
    }

    [Fact]
    public void Without_a_decay_it_is_the_mean_of_all_updates()
    {
        Tensor w = new[] { 100.0 };
        var average = new MovingAverage([w], decay: null);
        foreach (var value in new[] { 1.0, 2, 6 })
        {
            w.Assign(new[] { value });
            average.Update();
        }
        Assert.Equal(3, average.Averages[0].Item(), 1e-12);
    }

    [Fact]
    public void Warming_up_it_soon_forgets_the_beginning()
    {
        Tensor w = new[] { 1.0 };
        var average = new MovingAverage([w], decay: 0.999, warmUp: true);
        w.Assign(new[] { 12.0 });
        average.Update();
        Assert.Equal(2.0 / 11 + 12 * 9.0 / 11, average.Averages[0].Item(), 1e-12);
    }

    [Fact]
    public void It_lends_itself_to_the_model_and_gives_the_place_back()
    {
        var layer = new Linear(3, 2, new Generator(1));
        var average = new MovingAverage(layer.Parameters, decay: 0.5);
        var first = layer.Weight.Copy();
        layer.Weight.Assign(layer.Weight.Detach() * 3);
        average.Update();
        var trained = layer.State();
        var applied = average.Applied();
        Assert.True(layer.Weight.AllClose(first * 2, 1e-6));
        Assert.Throws<InvalidOperationException>(average.Update);
        Assert.Throws<InvalidOperationException>(average.Applied);
        applied.Dispose();
        applied.Dispose();
        foreach (var (name, tensor) in layer.State()) Assert.True(tensor.SequenceEqual(trained[name]));
        using (average.Applied()) Assert.True(layer.Weight.AllClose(first * 2, 1e-6));
        average.Update();
    }

    [Fact]
    public void Its_state_goes_there_and_back()
    {
        Tensor a = new[] { 1.0, 2 }, b = new[] { 3.0 };
        var average = new MovingAverage([a, b], 0.9);
        a.Assign(new[] { 7.0, 8 });
        average.Update();
        var state = average.State();
        Assert.Equal(["updates", "0", "1"], state.Keys);
        average.Update();
        var restored = new MovingAverage([a, b], 0.9);
        restored.LoadState(state);
        restored.Update();
        Assert.Equal(average.Averages[0].ToArray<double>(), restored.Averages[0].ToArray<double>());
        Assert.Equal(2, restored.Updates);

        state["1"] = Tensor.Ones([2], DType.Float64);
        Assert.Throws<ArgumentException>(() => restored.LoadState(state));
        state.Remove("1");
        Assert.Throws<ArgumentException>(() => restored.LoadState(state));
        Assert.Equal(average.Averages[0].ToArray<double>(), restored.Averages[0].ToArray<double>());
    }

    [Fact]
    public void What_cannot_be_averaged_is_refused()
    {
        var w = Tensor.Ones([2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MovingAverage([w], 1));
        Assert.Throws<ArgumentException>(() => new MovingAverage([w, w]));
        Assert.Throws<ArgumentException>(() => new MovingAverage([Tensor.Ones([2], DType.Int64)]));
    }

    [Fact]
    public void It_follows_a_module_that_is_converted()
    {
        var layer = new Linear(3, 2, new Generator(1));
        var average = new MovingAverage(layer.Parameters, decay: 0.5);
        layer.To(DType.Float64);
        using (average.Applied()) Assert.Equal(DType.Float64, layer.Weight.DType);
        average.Update();
        Assert.Equal(DType.Float64, average.Averages[0].DType);
    }
}
