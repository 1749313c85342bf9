using Backprop.Layers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Layers;

/// <summary>The recurrent layers against the books' formulas, step by step.</summary>
public sealed class TimeRecurrentTests
{
    const int Batch = 2, Time = 4, Inputs = 3, Size = 5;

    static Tensor N(params int[] shape) => LayerCatalogue.Normal(shape) * 0.5;

    static readonly Tensor x = LayerCatalogue.Normal(Batch, Time, Inputs);

    public static TheoryData<string> Kinds => ["TimeRNN", "TimeLSTM", "TimeGRU"];

    static TimeRecurrent Make(string kind, bool stateful = false) => kind switch
    {
        "TimeRNN" => new TimeRNN(N(Inputs, Size), N(Size, Size), N(Size), stateful),
        "TimeLSTM" => new TimeLSTM(N(Inputs, 4 * Size), N(Size, 4 * Size), N(4 * Size), stateful),
        _ => new TimeGRU(N(Inputs, 3 * Size), N(Size, 3 * Size), N(3 * Size), stateful),
    };

    // One step as the book writes it: the next hidden state and cell.
    static (Tensor H, Tensor C) Step(TimeRecurrent layer, Tensor x, Tensor h, Tensor c)
    {
        var (wx, wh, b) = (layer.Parameters[0].Detach(), layer.Parameters[1].Detach(), layer.Parameters[2].Detach());
        Tensor Part(int gate, Tensor state)
        {
            var columns = (gate * Size)..((gate + 1) * Size);
            return x.MatMul(wx[.., columns]) + state.MatMul(wh[.., columns]) + b[columns];
        }
        switch (layer)
        {
            case TimeRNN:
                return (Part(0, h).Tanh(), c);
            case TimeLSTM:
                Tensor f = Part(0, h).Sigmoid(), g = Part(1, h).Tanh(), i = Part(2, h).Sigmoid(), o = Part(3, h).Sigmoid();
                c = f * c + g * i;
                return (o * c.Tanh(), c);
            default:
                Tensor z = Part(0, h).Sigmoid(), r = Part(1, h).Sigmoid(), candidate = Part(2, r * h).Tanh();
                return ((1.0 - z) * h + z * candidate, c);
        }
    }

    static (Tensor Hs, Tensor C) Steps(TimeRecurrent layer, Tensor h, Tensor c)
    {
        var hs = new List<Tensor>();
        for (var t = 0; t < Time; t++)
        {
            (h, c) = Step(layer, x[.., t], h, c);
            hs.Add(h);
        }
        return (Tensor.Stack([.. hs], 1), c);
    }

    static Tensor Zero => Tensor.Zeros([Batch, Size], DType.Float64);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_runs_by_the_books_formula(string kind)
    {
        var layer = Make(kind);
        var hs = layer.Forward(x);
        var (expected, c) = Steps(layer, Zero, Zero);
        Assert.True(expected.AllClose(hs, 1e-13));
        Assert.True(hs[.., ^1].SequenceEqual(layer.H));
        if (layer is TimeLSTM lstm) Assert.True(c.AllClose(lstm.C, 1e-13));
        Assert.Equal(Size, layer.Size);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_stateful_layer_goes_on_and_another_begins_anew(string kind)
    {
        TimeRecurrent whole = Make(kind), goesOn = Make(kind, stateful: true), begins = Make(kind);
        var hs = whole.Forward(x);
        var first = goesOn.Forward(x[.., ..2]);
        Assert.True(Tensor.Concat([first, goesOn.Forward(x[.., 2..])], 1).AllClose(hs, 1e-14));
        begins.Forward(x[.., ..2]);
        Assert.True(begins.Forward(x).SequenceEqual(hs));
        goesOn.ResetState();
        Assert.Throws<GradientException>(() => goesOn.H);
        Assert.True(goesOn.Forward(x).SequenceEqual(hs));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Derivatives_end_where_the_state_was_cut_off(string kind)
    {
        var layer = Make(kind, stateful: true);
        layer.Forward(x[.., ..2]);
        var h = layer.H;
        var y = layer.Forward(x[.., 2..]);
        Assert.Equal([Batch, 2, Inputs], layer.Backward(Tensor.OnesLike(y)).Shape);
        Assert.Equal(h.Shape, layer.Dh.Shape);
        Assert.False(layer.H.RequiresGrad);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_state_that_was_set_is_where_the_next_Forward_begins_once(string kind)
    {
        var layer = Make(kind);
        Tensor h = N(Batch, Size), c = N(Batch, Size) * 0.5;
        if (layer is TimeRNN rnn) rnn.SetState(h);
        if (layer is TimeLSTM lstm) lstm.SetState(h, c);
        if (layer is TimeGRU gru) gru.SetState(h);
        Assert.True(h.SequenceEqual(layer.H));
        Assert.True(Steps(layer, h, c).Hs.AllClose(layer.Forward(x), 1e-13));
        Assert.True(Steps(layer, Zero, Zero).Hs.AllClose(layer.Forward(x), 1e-13));
    }

    [Fact]
    public void A_cell_left_out_is_zero()
    {
        var layer = (TimeLSTM)Make("TimeLSTM", stateful: true);
        layer.SetState(N(Batch, Size));
        Assert.Equal(0, layer.C.Sum().Item());
        Assert.True(Steps(layer, N(Batch, Size), Zero).Hs.AllClose(layer.Forward(x), 1e-13));
    }

    [Fact]
    public void A_decoder_hands_the_derivative_of_its_state_to_its_encoder()
    {
        var encoder = (TimeLSTM)Make("TimeLSTM");
        var decoder = (TimeLSTM)Make("TimeLSTM", stateful: true);
        var y = x.Flip(1);
        var hs = encoder.Forward(x);
        decoder.SetState(hs[.., ^1]);
        var dout = LayerCatalogue.Normal(Batch, Time, Size);
        decoder.Forward(y);
        decoder.Backward(dout);
        var dhs = Tensor.Concat([Tensor.Zeros([Batch, Time - 1, Size], DType.Float64), decoder.Dh.Unsqueeze(1)], 1);
        var dx = encoder.Backward(dhs);

        // The same by the tape, through the book's formula.
        var input = x.Copy();
        input.RequiresGrad = true;
        Tensor h = Zero, c = Zero;
        for (var t = 0; t < Time; t++) (h, c) = Step(encoder, input[.., t], h, c);
        c = Zero;
        Tensor loss = 0.0;
        for (var t = 0; t < Time; t++)
        {
            (h, c) = Step(decoder, y[.., t], h, c);
            loss += (h * dout[.., t]).Sum();
        }
        loss.Backward();
        Assert.True(input.Grad!.AllClose(dx, 1e-11));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_runs_in_a_chain(string kind)
    {
        var layer = Make(kind);
        var chain = new LayerChain();
        var hs = chain.Forward(layer, x);
        chain.Backward(Tensor.OnesLike(hs));
        Assert.True(chain.Derivative(x).SequenceEqual(layer.Backward(Tensor.OnesLike(hs))));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_does_not_fit_is_refused_and_the_state_stays(string kind)
    {
        var layer = Make(kind, stateful: true);
        Assert.Contains("there is no state", Assert.Throws<GradientException>(() => layer.H).Message, StringComparison.Ordinal);
        layer.Forward(x);
        var h = layer.H;
        Assert.Contains("Backward", Assert.Throws<GradientException>(() => layer.Dh).Message, StringComparison.Ordinal);
        Assert.Contains("ResetState", Assert.Throws<ShapeException>(() => layer.Forward(x[..1])).Message, StringComparison.Ordinal);
        Assert.Contains($"[batch, time, {Inputs}]", Assert.Throws<ShapeException>(() => layer.Forward(x[0])).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => layer.Forward(x[.., .., 1..]));
        Assert.Throws<ShapeException>(() => layer.Forward(x[.., ..0]));
        Assert.Throws<ArgumentNullException>(() => layer.Forward(null!));
        Assert.Same(h, layer.H);
    }

    [Fact]
    public void Parameters_and_states_that_do_not_fit_are_refused()
    {
        Assert.Contains("[size, size]", Assert.Throws<ShapeException>(() => new TimeRNN(N(3, 5), N(4, 5), N(5))).Message, StringComparison.Ordinal);
        Assert.Contains("4 * size", Assert.Throws<ShapeException>(() => new TimeLSTM(N(3, 8), N(2, 8), N(4))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => new TimeGRU(N(3, 8), N(2, 8)));
        Assert.Throws<ArgumentNullException>(() => new TimeRNN(N(3, 5), N(5, 5), null!));
        var lstm = (TimeLSTM)Make("TimeLSTM");
        Assert.Throws<ShapeException>(() => lstm.SetState(N(Batch, Size + 1)));
        Assert.Throws<ShapeException>(() => lstm.SetState(N(Batch, Size), N(Batch + 1, Size)));
        Assert.Throws<ArgumentNullException>(() => lstm.SetState(null!));
        Assert.True(new TimeGRU(N(3, 6), N(2, 6), true).Stateful);
        Assert.Equal(2, new TimeGRU(N(3, 6), N(2, 6), true).Parameters.Count);
    }

    [Fact]
    public void Dropout_keeps_the_mean_in_training_and_does_nothing_in_use()
    {
        var layer = new TimeDropout(new Generator(1), 0.25);
        var ones = Tensor.Ones([10, 20, 30]);
        var y = layer.Forward(ones);
        Assert.InRange(y.Mean().Item(), 0.97, 1.03);
        Assert.Equal([0f, 4f / 3], y.ToArray<float>().Distinct().Order());
        Assert.True(y.SequenceEqual(layer.Backward(ones)));
        layer.IsTraining = false;
        Assert.True(layer.Forward(ones).SequenceEqual(ones));
        Assert.True(layer.Backward(y).SequenceEqual(y));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TimeDropout(new Generator(1), 1.5));
    }
}
