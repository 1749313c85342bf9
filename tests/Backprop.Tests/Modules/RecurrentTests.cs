using Backprop.Autograd;
using Backprop.Modules;
using Backprop.Ops;
using Backprop.Randomness;
using CsCheck;
using Xunit;

namespace Backprop.Tests.Modules;

/// <summary>Recurrent layers against the plain loop: every sequence alone, for as long as it is, step by step.</summary>
public sealed class RecurrentTests
{
    public enum Kind { Tanh, Relu, Lstm, Gru }

    sealed record Case(Kind Kind, int Time, int Batch, int Inputs, int Size, int Layers, bool Bidirectional, bool Bias, bool BatchFirst, bool Lengths, bool States, int Seed);

    static readonly Gen<Case> cases =
        from kind in Gen.Enum<Kind>()
        from sizes in Gen.Select(Gen.Int[1, 5], Gen.Int[0, 4], Gen.Int[1, 3], Gen.Int[1, 19], Gen.Int[1, 3])
        from flags in Gen.Bool.Array[5]
        from seed in Gen.Int
        select new Case(kind, sizes.Item1, sizes.Item2, sizes.Item3, sizes.Item4, sizes.Item5, flags[0], flags[1], flags[2], flags[3], flags[4], seed);

    static Tensor Normal(Generator g, params int[] shape) => Tensor.RandomNormal(new(shape), g, dtype: DType.Float64);

    static RecurrentModule Make(Case c, Generator g) => c.Kind switch
    {
        Kind.Lstm => new Lstm(c.Inputs, c.Size, g, c.Layers, c.Bias, c.BatchFirst, 0, c.Bidirectional, DType.Float64),
        Kind.Gru => new Gru(c.Inputs, c.Size, g, c.Layers, c.Bias, c.BatchFirst, 0, c.Bidirectional, DType.Float64),
        _ => new Rnn(c.Inputs, c.Size, g, c.Layers, c.Kind == Kind.Relu ? RnnNonlinearity.Relu : RnnNonlinearity.Tanh, c.Bias, c.BatchFirst, 0, c.Bidirectional, DType.Float64),
    };

    // Outputs and final states; the plain ones have no cell.
    static Tensor[] Run(RecurrentModule module, Tensor x, Tensor[]? states, Tensor? lengths)
    {
        if (module is Lstm lstm)
        {
            var (y, (h, c)) = lstm.Forward(x, states is null ? null : new(states[0], states[1]), lengths);
            return [y, h, c];
        }
        var (outputs, hidden) = module is Gru gru ? gru.Forward(x, states?[0], lengths) : ((Rnn)module).Forward(x, states?[0], lengths);
        return [outputs, hidden];
    }

    // One step of one sequence: the states are vectors.
    static Tensor[] Step(Kind kind, Tensor x, Tensor[] s, Func<string, Tensor?> weight)
    {
        Tensor Product(string side, Tensor v) => weight($"bias_{side}") is { } b ? weight($"weight_{side}")!.MatMul(v) + b : weight($"weight_{side}")!.MatMul(v);
        Tensor a = Product("ih", x), b = Product("hh", s[0]);
        if (kind == Kind.Tanh) return [(a + b).Tanh()];
        if (kind == Kind.Relu) return [(a + b).Relu()];
        if (kind == Kind.Lstm)
        {
            var gates = (a + b).Chunk(4);
            var c = gates[1].Sigmoid() * s[1] + gates[0].Sigmoid() * gates[2].Tanh();
            return [gates[3].Sigmoid() * c.Tanh(), c];
        }
        Tensor[] p = a.Chunk(3), q = b.Chunk(3);
        Tensor r = (p[0] + q[0]).Sigmoid(), u = (p[1] + q[1]).Sigmoid(), n = (p[2] + r * q[2]).Tanh();
        return [(1.0 - u) * n + u * s[0]];
    }

    // The same by definition: sequence by sequence, layer by layer, direction by direction, step by step.
    static Tensor[] Plain(Case c, Func<string, Tensor?> weight, Tensor x, Tensor[]? initial, int[] lengths)
    {
        var directions = c.Bidirectional ? 2 : 1;
        var count = c.Kind == Kind.Lstm ? 2 : 1;
        var rows = new Tensor[c.Batch];
        var finals = new Tensor[count][];
        for (var s = 0; s < count; s++) finals[s] = new Tensor[c.Batch];
        for (var n = 0; n < c.Batch; n++)
        {
            var steps = (c.BatchFirst ? x[n, ..lengths[n]] : x[..lengths[n], n]).Unstack();
            var final = Enumerable.Range(0, count).Select(_ => new List<Tensor>()).ToArray();
            for (var layer = 0; layer < c.Layers; layer++)
            {
                var outputs = new Tensor[directions][];
                for (var direction = 0; direction < directions; direction++)
                {
                    var suffix = $"_l{layer}{(direction == 1 ? "_reverse" : "")}";
                    var place = layer * directions + direction;
                    var state = Enumerable.Range(0, count).Select(s => initial?[s][place, n] ?? Tensor.Zeros([c.Size], DType.Float64)).ToArray();
                    outputs[direction] = new Tensor[steps.Length];
                    for (var i = 0; i < steps.Length; i++)
                    {
                        var t = direction == 1 ? steps.Length - 1 - i : i;
                        state = Step(c.Kind, steps[t], state, name => weight(name + suffix));
                        outputs[direction][t] = state[0];
                    }
                    for (var s = 0; s < count; s++) final[s].Add(state[s]);
                }
                steps = [.. Enumerable.Range(0, steps.Length).Select(t => Tensor.Concat([.. outputs.Select(o => o[t])]))];
            }
            rows[n] = Tensor.Stack(steps).Pad([(0, c.Time - lengths[n]), (0, 0)]);
            for (var s = 0; s < count; s++) finals[s][n] = Tensor.Stack([.. final[s]]);
        }
        return [Tensor.Stack(rows, c.BatchFirst ? 0 : 1), .. finals.Select(f => Tensor.Stack(f, 1))];
    }

    static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.True(actual.AllClose(expected, 1e-9, 1e-11), $"{actual}\n{expected}");
    }

    [Fact]
    public void Layers_agree_with_the_plain_loop_in_values_and_derivatives() => cases.Sample(c =>
    {
        var g = new Generator(c.Seed);
        var module = Make(c, g);
        var x = c.BatchFirst ? Normal(g, c.Batch, c.Time, c.Inputs) : Normal(g, c.Time, c.Batch, c.Inputs);
        var directions = c.Bidirectional ? 2 : 1;
        Tensor[]? states = c.States ? [Normal(g, c.Layers * directions, c.Batch, c.Size), Normal(g, c.Layers * directions, c.Batch, c.Size)] : null;
        var lengths = Enumerable.Range(0, c.Batch).Select(_ => c.Lengths ? g.NextInt(1, c.Time + 1) : c.Time).ToArray();
        Tensor[] leaves = [x, .. states is null ? [] : c.Kind == Kind.Lstm ? states : states[..1], .. module.Parameters];
        foreach (var leaf in leaves) leaf.RequiresGrad = true;

        var actual = Run(module, x, states, c.Lengths ? Tensor.From(lengths) : null);
        if (c.Batch == 0)
        {
            Assert.Equal(c.BatchFirst ? [0, c.Time, directions * c.Size] : [c.Time, 0, directions * c.Size], actual[0].Shape.ToArray());
            Assert.Equal([c.Layers * directions, 0, c.Size], actual[^1].Shape.ToArray());
            return;
        }
        var parameters = module.NamedParameters.ToDictionary();
        var expected = Plain(c, name => parameters.GetValueOrDefault(name), x, states, lengths);
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Close(expected[i], actual[i]);

        var weights = Array.ConvertAll(expected, y => Normal(g, y.Shape.ToArray()));
        Tensor Weighted(Tensor[] y) => y.Select((t, i) => (t * weights[i]).Sum()).Aggregate((a, b) => a + b);
        Tensor[] d = Gradient.Of(Weighted(actual), leaves), plain = Gradient.Of(Weighted(expected), leaves);
        for (var i = 0; i < d.Length; i++) Close(plain[i], d[i]);
    }, iter: 150);

    [Fact]
    public void What_lies_past_a_sequences_end_has_no_influence_not_even_as_NaN()
    {
        Lstm lstm = new(2, 3, new Generator(1), layers: 2, bidirectional: true);
        var x = Tensor.RandomNormal([4, 3, 2], new Generator(2));
        Tensor lengths = new[] { 4, 1, 2 };
        var spoiled = x.MaskedFill((Tensor.Arange(4).Unsqueeze(1) >= lengths).Unsqueeze(2), double.NaN);
        foreach (var t in (Tensor[])[x, spoiled]) t.RequiresGrad = true;
        Tensor[] Derivatives(Tensor x)
        {
            var (outputs, state) = lstm.Forward(x, null, lengths);
            return Gradient.Of((outputs * outputs).Sum() + (state.Hidden * state.Cell).Sum(), [x, .. lstm.Parameters]);
        }
        foreach (var (clean, with) in Derivatives(x).Zip(Derivatives(spoiled))) Assert.True(clean.SequenceEqual(with));
        Assert.True(lstm.Forward(x, null, lengths).State.Hidden.SequenceEqual(lstm.Forward(spoiled, null, lengths).State.Hidden));
    }

    [Theory]
    [InlineData(Kind.Tanh)]
    [InlineData(Kind.Relu)]
    [InlineData(Kind.Lstm)]
    [InlineData(Kind.Gru)]
    public void A_sequence_in_two_calls_is_the_sequence_in_one(Kind kind)
    {
        var c = new Case(kind, 6, 2, 3, 4, 2, false, true, false, false, false, 3);
        var module = Make(c, new Generator(3));
        var x = Normal(new Generator(4), 6, 2, 3);
        var whole = Run(module, x, null, null);
        var first = Run(module, x[..4], null, null);
        var second = Run(module, x[4..], first[1..], null);
        Close(whole[0], Tensor.Concat([first[0], second[0]]));
        for (var s = 1; s < whole.Length; s++) Close(whole[s], second[s]);
    }

    [Fact]
    public void Cells_are_single_steps_of_the_layers()
    {
        var x = Normal(new Generator(5), 3, 2, 4);
        Lstm lstm = new(4, 5, new Generator(6), dtype: DType.Float64);
        LstmCell lstmCell = new(4, 5, new Generator(6), dtype: DType.Float64);
        Gru gru = new(4, 5, new Generator(6), dtype: DType.Float64);
        GruCell gruCell = new(4, 5, new Generator(6), dtype: DType.Float64);
        Rnn rnn = new(4, 5, new Generator(6), nonlinearity: RnnNonlinearity.Relu, dtype: DType.Float64);
        RnnCell rnnCell = new(4, 5, new Generator(6), RnnNonlinearity.Relu, dtype: DType.Float64);
        Assert.Equal(["weight_ih", "weight_hh", "bias_ih", "bias_hh"], lstmCell.NamedParameters.Select(p => p.Key));
        LstmState? state = null;
        Tensor? h = null, k = null;
        for (var t = 0; t < 3; t++) (state, h, k) = (lstmCell.Forward(x[t], state), gruCell.Forward(x[t], h), rnnCell.Forward(x[t], k));
        var final = lstm.Forward(x, null).State;
        Close(final.Hidden[0], state!.Value.Hidden);
        Close(final.Cell[0], state.Value.Cell);
        Close(gru.Forward(x, null).Hidden[0], h!);
        Close(rnn.Forward(x, null).Hidden[0], k!);
        Close(rnnCell.Forward(x[0])[1], rnnCell.Forward(x[0, 1]));
        Close(lstmCell.Forward(x[0], state).Cell[1], lstmCell.Forward(x[0, 1], new(state.Value.Hidden[1], state.Value.Cell[1])).Cell);
    }

    [Fact]
    public void A_single_sequence_needs_no_batch()
    {
        Gru gru = new(2, 3, new Generator(1), layers: 2, bidirectional: true, dtype: DType.Float64);
        Tensor x = Normal(new Generator(2), 4, 2), h = Normal(new Generator(3), 4, 3);
        var (outputs, hidden) = gru.Forward(x, h, new[] { 3 });
        var (all, allHidden) = gru.Forward(x.Unsqueeze(1), h.Unsqueeze(1), new[] { 3 });
        Close(all[.., 0], outputs);
        Close(allHidden[.., 0], hidden);
    }

    [Fact]
    public void Driving_a_sequence_by_hand_needs_nothing_kept()
    {
        var g = new Generator(1);
        Tensor[] x = [Normal(g, 3, 2, 8), Normal(g, 8, 2), Normal(g, 8), Normal(g, 2, 2, 2)];
        Tape.Watch(x);
        var y = LstmSequence.Call(x[0], x[1], x[2], x[3]);
        var dy = Normal(g, 2, 4, 2, 2);
        Assert.NotNull(y.Node!.Kept);
        using var off = Tape.NoGrad();
        var byHand = new Node(y.Node.Op, x, y.Detach(), all: true);
        Assert.Null(byHand.Kept);
        foreach (var (kept, again) in y.Node.Backward(dy).Zip(byHand.Backward(dy))) Close(kept!, again!);
    }

    [Fact]
    public void No_step_leaves_the_initial_states()
    {
        Tensor z = Tensor.Zeros([0, 2, 8]), w = Tensor.Ones([8, 2]), initial = Tensor.RandomNormal([2, 2, 2], new Generator(1));
        Tape.Watch(z, w, initial);
        foreach (var reverse in (bool[])[false, true])
        {
            var y = LstmSequence.Call(z, w, null, initial, reverse: reverse);
            Assert.True(y.SequenceEqual(initial.Unsqueeze(1)));
            foreach (var recorded in (bool[])[false, true])
            {
                var d = Gradient.Of((y * y).Sum(), [z, w, initial], createGraph: recorded);
                Assert.True(d[1].SequenceEqual(Tensor.ZerosLike(w)));
                Assert.True(d[2].SequenceEqual(initial * 2.0));
            }
        }
    }

    [Fact]
    public void Saturated_gates_have_sound_derivatives_of_both_orders()
    {
        foreach (var size in (double[])[-1000, 1000])
        {
            Tensor z = Tensor.Full([2, 1, 4], size, DType.Float32), w = Tensor.Full([4, 1], 1.0, DType.Float32);
            var d = Gradient.Of((Tensor[] t) => Gradient.Of((Tensor[] u) => LstmSequence.Call(u[0], u[1]).Sum())(t)[0].Sum());
            Assert.All(d([z, w]), t => Assert.True(t.IsFinite().All().Item<bool>()));
        }
    }

    [Fact]
    public void Dropout_lies_between_layers_and_in_training_only()
    {
        Rnn one = new(2, 8, new Generator(1), dropout: 0.9), two = new(2, 8, new Generator(1), layers: 2, dropout: 0.9);
        var x = Tensor.RandomNormal([5, 4, 2], new Generator(2));
        Assert.True(one.Forward(x).SequenceEqual(one.Forward(x)));
        Assert.False(two.Forward(x).SequenceEqual(two.Forward(x)));
        two.Eval();
        Assert.True(two.Forward(x).SequenceEqual(two.Forward(x)));
    }

    [Fact]
    public void Results_are_the_same_bits_for_any_number_of_threads()
    {
        Tensor[] Derivatives()
        {
            Lstm lstm = new(8, 70, new Generator(1), bidirectional: true);
            var x = Tensor.RandomNormal([3, 90, 8], new Generator(2));
            x.RequiresGrad = true;
            Tensor lengths = Enumerable.Range(0, 90).Select(n => 1 + n % 3).ToArray();
            var (outputs, state) = lstm.Forward(x, null, lengths);
            return [outputs, .. Gradient.Of(outputs.Square().Sum() + state.Cell.Sum(), [x, .. lstm.Parameters])];
        }
        var before = BackpropSettings.Threads;
        try
        {
            BackpropSettings.Threads = 1;
            var alone = Derivatives();
            BackpropSettings.Threads = 4;
            foreach (var (one, many) in alone.Zip(Derivatives())) Assert.True(one.SequenceEqual(many));
        }
        finally
        {
            BackpropSettings.Threads = before;
        }
    }

    [Fact]
    public void Starting_weights_lie_within_the_inverse_root_of_the_size()
    {
        Lstm lstm = new(3, 16, new Generator(1), layers: 2, bidirectional: true);
        Assert.Equal(16, lstm.Parameters.Count);
        Assert.All(lstm.Parameters, p => Assert.InRange(p.Abs().Max().Item(), 0.1, 0.25));
        Assert.Equal([64, 32], lstm.NamedParameters.ToDictionary()["weight_ih_l1_reverse"].Shape.ToArray());
        Assert.Equal("Lstm(3 → 32, 2 layers, both directions)", lstm.ToString());
    }

    [Fact]
    public void A_layer_stands_in_a_chain()
    {
        var g = new Generator(1);
        Sequential model = new(new Lstm(3, 4, g), new Gru(4, 5, g), new Linear(5, 2, g));
        Assert.Equal([6, 2, 2], model.Forward(Tensor.RandomNormal([6, 2, 3], g)).Shape.ToArray());
        Assert.Contains("0.weight_ih_l0", model.State().Keys);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_what_would()
    {
        Lstm lstm = new(2, 3, new Generator(1));
        var x = Tensor.Zeros([4, 5, 2]);
        void Refused<E>(string message, Action call) where E : Exception => Assert.StartsWith(message, Assert.Throws<E>(call).Message, StringComparison.Ordinal);

        Refused<ShapeException>("Lstm: x has shape [4, 5, 3]; it must be [time, batch, 2], or [time, 2]", () => lstm.Forward(Tensor.Zeros([4, 5, 3])));
        Refused<ShapeException>("Lstm: x has shape [2]", () => lstm.Forward(Tensor.Zeros([2])));
        Refused<ShapeException>("Lstm: the sequences of shape [0, 5, 2] have no step", () => lstm.Forward(Tensor.Zeros([0, 5, 2])));
        Refused<ShapeException>("Lstm: the initial hidden state has shape [5, 3]; for x of shape [4, 5, 2] it must be [1, 5, 3]",
            () => lstm.Forward(x, new(Tensor.Zeros([5, 3]), Tensor.Zeros([1, 5, 3]))));
        Refused<ShapeException>("Lstm: the initial cell has shape [1, 4, 3]", () => lstm.Forward(x, new(Tensor.Zeros([1, 5, 3]), Tensor.Zeros([1, 4, 3]))));
        Refused<ArgumentOutOfRangeException>("Lstm: sequence 1 has length 0; lengths run from 1 to 4", () => lstm.Forward(x, null, new[] { 1, 0, 1, 1, 1 }));
        Refused<ArgumentOutOfRangeException>("Lstm: sequence 4 has length 5; lengths run from 1 to 4", () => lstm.Forward(x, null, new[] { 1, 2, 3, 4, 5 }));
        Refused<ShapeException>("Lstm: lengths of shape [2] do not fit a batch of 5", () => lstm.Forward(x, null, new[] { 1, 2 }));
        Refused<DTypeException>("Lstm: lengths are whole numbers and got float64", () => lstm.Forward(x, null, new[] { 1.0, 1, 1, 1, 1 }));
        Refused<ShapeException>("GruCell: x has shape [4, 3]; it must be [batch, 2]", () => new GruCell(2, 3, new Generator(1)).Forward(Tensor.Zeros([4, 3])));
        Refused<ShapeException>("GruCell: the hidden state has shape [3, 3]; for x of shape [4, 2] it must be [4, 3]",
            () => new GruCell(2, 3, new Generator(1)).Forward(Tensor.Zeros([4, 2]), Tensor.Zeros([3, 3])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rnn(2, 3, new Generator(1), dropout: 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rnn(2, 0, new Generator(1)));
        Refused<ShapeException>("GruSequence: a weight of shape [6, 3] does not fit gates of shape [4, 5, 6]; they must be [3 * size, size]",
            () => GruSequence.Call(Tensor.Zeros([4, 5, 6]), Tensor.Zeros([6, 3])));
        Refused<ShapeException>("LstmSequence: initial states of shape [1, 5, 2] do not fit",
            () => LstmSequence.Call(Tensor.Zeros([4, 5, 8]), Tensor.Zeros([8, 2]), initial: Tensor.Zeros([1, 5, 2])));
    }

    // The layout of 'Deep Learning from Scratch 2': x·Wx + h·Wh + b with the gates' columns in the order f, g, i, o.
    [Fact]
    public void Weights_with_columns_in_another_order_need_no_more_than_a_rearrangement()
    {
        var g = new Generator(8);
        Tensor x = Normal(g, 4, 3, 2), wx = Normal(g, 2, 12), wh = Normal(g, 3, 12), b = Normal(g, 12);
        Tensor h = Tensor.Zeros([3, 3], DType.Float64), c = h;
        var expected = new Tensor[4];
        for (var t = 0; t < 4; t++)
        {
            var a = (x[t].MatMul(wx) + h.MatMul(wh) + b).Chunk(4, -1);
            c = a[0].Sigmoid() * c + a[1].Tanh() * a[2].Sigmoid();
            expected[t] = h = a[3].Sigmoid() * c.Tanh();
        }
        static Tensor Ordered(Tensor w) => w.Chunk(4, -1) is [var f, var g, var i, var o] ? Tensor.Concat([i, f, g, o], -1) : w;
        var states = LstmSequence.Call(x.MatMul(Ordered(wx)) + Ordered(b), Ordered(wh).T);
        Close(Tensor.Stack(expected), states[0, 1..]);
        Close(c, states[1, ^1]);
    }
}
