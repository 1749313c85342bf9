using System.Runtime.CompilerServices;
using Backprop.Formulas;
using Backprop.Optimizers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Optimizers;

/// <summary>Optimisers of one's own, in plain tensors and by a rule for each number.</summary>
public sealed class OwnOptimizerTests
{
    sealed class InTensors(IEnumerable<Tensor> parameters, double rate) : Optimizer(parameters, rate)
    {
        protected override IReadOnlyList<string> Memories { get; } = ["velocity"];

        protected override void Update(ParameterSlot p)
        {
            p["velocity"] = 0.9 * p["velocity"] + p.Gradient;
            p.Assign(p.Parameter - p.LearningRate * p["velocity"]);
        }
    }

    sealed class ByRule(IEnumerable<Tensor> parameters, double rate) : Optimizer(parameters, rate)
    {
        protected override IReadOnlyList<string> Memories { get; } = ["velocity"];

        protected override void Update(ParameterSlot p) => p.Run(new Rule(p.LearningRate, 0.9));

        readonly record struct Rule(double Rate, double Keep) : IUpdateRule
        {
            public static int Memories => 1;

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public V Next<V>(V w, V g, ref V velocity, ref V b, ref V c) where V : IReal<V>
            {
                velocity = Keep * velocity + g;
                return w - Rate * velocity;
            }
        }
    }

    // Shorter than a register, just as long, longer, and longer than what one thread takes.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(31)]
    [InlineData(40_001)]
    public void Both_ways_give_the_same_bits(int count)
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var generator = new Generator(count);
            var start = Tensor.RandomNormal([count], generator, dtype: dtype);
            Tensor a = start.Copy(), b = start.Copy();
            (a.RequiresGrad, b.RequiresGrad) = (true, true);
            Optimizer first = new InTensors([a], 0.1), second = new ByRule([b], 0.1);
            for (var step = 0; step < 3; step++)
            {
                a.Grad = b.Grad = Tensor.RandomNormal([count], generator, dtype: dtype);
                first.Step();
                second.Step();
            }
            Assert.True(a.SequenceEqual(b));
            Assert.Equal(count > 0, !a.SequenceEqual(start));
        }
    }

    [Fact]
    public void A_number_changes_alike_wherever_it_stands()
    {
        var w = Tensor.Full([37], 0.3f);
        w.RequiresGrad = true;
        var optimizer = new Adam([w]);
        for (var step = 0; step < 4; step++)
        {
            w.Grad = Tensor.Full([37], 0.1f * (step + 1));
            optimizer.Step();
        }
        Assert.All(w.ToArray<float>(), v => Assert.Equal(w.ToArray<float>()[0], v));
    }

    [Fact]
    public void Nothing_is_recorded_while_stepping()
    {
        var w = Tensor.Ones([3]);
        w.RequiresGrad = true;
        var optimizer = new InTensors([w], 0.1);
        w.Grad = Tensor.Ones([3]);
        optimizer.Step();
        Assert.True(w.IsLeaf);
        Assert.True(w.RequiresGrad);
        Assert.All(optimizer.State().Values, tensor => Assert.False(tensor.RequiresGrad));
    }

    sealed class Forgetful(IEnumerable<Tensor> parameters) : Optimizer(parameters, 0.1)
    {
        protected override void Update(ParameterSlot p) => p["velocity"] = p.Gradient;
    }

    sealed class Greedy(IEnumerable<Tensor> parameters) : Optimizer(parameters, 0.1)
    {
        protected override void Update(ParameterSlot p) => p.Run(default(Rule));

        readonly struct Rule : IUpdateRule
        {
            public static int Memories => 2;
            public V Next<V>(V w, V g, ref V a, ref V b, ref V c) where V : IReal<V> => w;
        }
    }

    [Fact]
    public void What_would_be_lost_with_the_state_is_refused()
    {
        var w = Tensor.Ones([2]);
        w.RequiresGrad = true;
        w.Grad = Tensor.Ones([2]);
        Assert.Contains("velocity", Assert.Throws<ArgumentException>(new Forgetful([w]).Step).Message);
        Assert.Contains("remembers 2 numbers", Assert.Throws<InvalidOperationException>(new Greedy([w]).Step).Message);
        Assert.Equal([1f, 1f], w.ToArray<float>());
    }

    [Fact]
    public void Memories_are_copies()
    {
        var w = Tensor.Ones([2]);
        w.RequiresGrad = true;
        var gradient = Tensor.Ones([2]);
        var optimizer = new ByRule([w], 0.1);
        for (var step = 0; step < 2; step++)
        {
            w.Grad = gradient;
            optimizer.Step();
        }
        Assert.Equal([1f, 1f], gradient.ToArray<float>());
        var state = optimizer.State();
        optimizer.Step();
        Assert.Equal([1.9f, 1.9f], state["0.velocity"].ToArray<float>());
    }
}
