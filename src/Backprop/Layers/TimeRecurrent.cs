using Backprop.Autograd;
using Backprop.Ops;

namespace Backprop.Layers;

/// <summary>
/// What <see cref="TimeRNN"/>, <see cref="TimeLSTM"/> and <see cref="TimeGRU"/> have in common: from x [batch, time, inputs] to the hidden states of
/// every step, [batch, time, size], by backpropagation through the whole of it. A stateful layer goes on from where its last Forward ended, and
/// derivatives go no further back than that: truncated backpropagation through time (Saitoh, <i>Deep Learning from Scratch 2</i>, chapters 5 and 6).
/// </summary>
public abstract class TimeRecurrent : UnaryLayer
{
    Tensor[]? state, dState;
    bool goesOn;

    private protected TimeRecurrent(int states, Tensor[] parameters, bool stateful) : base(parameters) => (States, Stateful) = (states, stateful);

    private protected static Tensor[] Fitting(string name, int gates, params Tensor[] parameters)
    {
        foreach (var parameter in parameters) ArgumentNullException.ThrowIfNull(parameter);
        Shape wx = parameters[0].Shape, wh = parameters[1].Shape;
        if (wx.Rank != 2 || wh.Rank != 2 || wx[1] != gates * wh[0] || wh[1] != wx[1] || (parameters.Length > 2 && parameters[2].Shape != new Shape(wx[1])))
            throw new ShapeException($"{name}: parameters of shapes {string.Join(", ", parameters.Select(p => p.Shape))} do not fit; " +
                (gates == 1 ? "they must be Wx [inputs, size], Wh [size, size] and b [size]."
                    : $"they must be Wx [inputs, {gates} * size], Wh [size, {gates} * size] and b [{gates} * size]."));
        return parameters;
    }

    private protected int States { get; }

    private protected Tensor Wx => Parameters[0];

    private protected Tensor Wh => Parameters[1];

    private protected Tensor? B => Parameters.Count > 2 ? Parameters[2] : null;

    /// <summary>How many numbers a hidden state has.</summary>
    public int Size => Wh.Shape[0];

    /// <summary>Whether each Forward goes on from where the last one ended; if not, it begins with 0.</summary>
    public bool Stateful { get; set; }

    /// <summary>The hidden state after the last step, or the one that was set, [batch, size].</summary>
    /// <exception cref="GradientException">There is none.</exception>
    public Tensor H => State(0);

    /// <summary>
    /// The derivative with respect to the hidden state that the last Forward began with, [batch, size]: what a decoder hands on to its encoder.
    /// </summary>
    /// <exception cref="GradientException">Backward has not been called.</exception>
    public Tensor Dh => DState(0);

    private protected Tensor State(int i) => state is not null ? state[i]
        : throw new GradientException($"{Name}: there is no state yet. Call Forward or SetState first.");

    private protected Tensor DState(int i) => dState is not null ? dState[i]
        : throw new GradientException($"{Name}: there is no derivative of the state yet. Call Forward, then Backward.");

    private protected void SetStates(params Tensor[] states)
    {
        foreach (var given in states)
            if (given.Rank != 2 || given.Shape[1] != Size) throw new ShapeException(
                $"{Name}.SetState: a state of shape {given.Shape} does not fit; it must be [batch, {Size}].");
        (state, goesOn) = (Array.ConvertAll(states, given => given.Detach()), true);
    }

    /// <summary>Forgets the state: the next Forward begins with 0.</summary>
    public void ResetState() => (state, goesOn) = (null, false);

    /// <inheritdoc/>
    protected internal sealed override Tensor Push(params ReadOnlySpan<Tensor> x)
    {
        ArgumentNullException.ThrowIfNull(x[0]);
        var shape = x[0].Shape;
        if (shape is not [var batch, var time, var inputs] || time == 0 || inputs != Wx.Shape[0]) throw new ShapeException(
            $"{Name}: x has shape {shape}; it must be [batch, time, {Wx.Shape[0]}], with at least one step.");
        if (goesOn && state![0].Shape[0] != batch) throw new ShapeException(
            $"{Name}: the state of a batch of {state[0].Shape[0]} does not fit x of shape {shape}. Call ResetState before other sequences begin.");
        var before = goesOn ? state! : [.. Enumerable.Range(0, States).Select(_ => Tensor.Zeros([batch, Size], Wh.DType))];
        // The state is an operand too, so that it has a derivative.
        var y = base.Push([x[0], .. before]);
        (goesOn, dState) = (Stateful, null);
        return y;
    }

    /// <inheritdoc/>
    protected internal sealed override Tensor[] Pull(Tensor dout)
    {
        var d = base.Pull(dout);
        dState = d[1..];
        return d[..1];
    }

    /// <inheritdoc/>
    protected sealed override Tensor Compute(Tensor[] x)
    {
        var (hs, last) = Run(x[0].Transpose(0, 1), x[1..]);
        state = Array.ConvertAll(last, s => s.Detach());
        return hs.Transpose(0, 1);
    }

    /// <summary>From x [time, batch, inputs] and the states before to the hidden states [time, batch, size] and the last states.</summary>
    private protected abstract (Tensor Hs, Tensor[] Last) Run(Tensor x, Tensor[] before);
}

/// <summary>
/// hₜ = tanh(xₜ·Wx + hₜ₋₁·Wh + b) for every step: x [batch, time, inputs] → hs [batch, time, size]
/// (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 5).
/// </summary>
public sealed class TimeRNN : TimeRecurrent
{
    /// <summary>A layer with these parameters.</summary>
    /// <param name="wx">[inputs, size].</param>
    /// <param name="wh">[size, size].</param>
    /// <param name="b">[size].</param>
    /// <param name="stateful">Whether each Forward goes on from where the last one ended.</param>
    /// <exception cref="ShapeException">The parameters do not fit each other.</exception>
    public TimeRNN(Tensor wx, Tensor wh, Tensor b, bool stateful = false) : base(1, Fitting(nameof(TimeRNN), 1, wx, wh, b), stateful)
    {
    }

    /// <summary>Sets the hidden state that the next Forward begins with, [batch, size].</summary>
    /// <exception cref="ShapeException">It has another shape.</exception>
    public void SetState(Tensor h) => SetStates(h);

    private protected override (Tensor Hs, Tensor[] Last) Run(Tensor x, Tensor[] before)
    {
        var states = RnnSequence.Call(Tensor.Linear(x, Wx.T), Wh.T, B, before[0].Unsqueeze(0));
        return (states[0, 1..], [states[0, ^1]]);
    }
}

/// <summary>
/// Long short-term memory: with f, i, o = σ and g = tanh of xₜ·Wx + hₜ₋₁·Wh + b, in the order f, g, i, o,
/// cₜ = f·cₜ₋₁ + g·i and hₜ = o·tanh cₜ.  x [batch, time, inputs] → hs [batch, time, size]
/// (Saitoh, <i>Deep Learning from Scratch 2</i>, chapter 6).
/// </summary>
public sealed class TimeLSTM : TimeRecurrent
{
    // The operation's order is i, f, g, o.
    static readonly Tensor order = Tensor.From<long>([2, 0, 1, 3]);

    /// <summary>A layer with these parameters.</summary>
    /// <param name="wx">[inputs, 4 · size].</param>
    /// <param name="wh">[size, 4 · size].</param>
    /// <param name="b">[4 · size].</param>
    /// <param name="stateful">Whether each Forward goes on from where the last one ended.</param>
    /// <exception cref="ShapeException">The parameters do not fit each other.</exception>
    public TimeLSTM(Tensor wx, Tensor wh, Tensor b, bool stateful = false) : base(2, Fitting(nameof(TimeLSTM), 4, wx, wh, b), stateful)
    {
    }

    /// <summary>The cell after the last step, or the one that was set, [batch, size].</summary>
    /// <exception cref="GradientException">There is none.</exception>
    public Tensor C => State(1);

    /// <summary>The derivative with respect to the cell that the last Forward began with, [batch, size].</summary>
    /// <exception cref="GradientException">Backward has not been called.</exception>
    public Tensor Dc => DState(1);

    /// <summary>Sets the hidden state and the cell that the next Forward begins with, [batch, size] each; the cell is 0 if left out.</summary>
    /// <exception cref="ShapeException">One has another shape.</exception>
    public void SetState(Tensor h, Tensor? c = null)
    {
        ArgumentNullException.ThrowIfNull(h);
        if (c is not null && c.Shape != h.Shape) throw new ShapeException(
            $"{Name}.SetState: a hidden state of shape {h.Shape} and a cell of shape {c.Shape} must have equal shapes.");
        SetStates(h, c ?? Tensor.ZerosLike(h));
    }

    private protected override (Tensor Hs, Tensor[] Last) Run(Tensor x, Tensor[] before)
    {
        var states = LstmSequence.Call(Tensor.Linear(x, Ordered(Wx).T), Ordered(Wh).T, Ordered(B!), Tensor.Stack(before));
        return (states[0, 1..], [states[0, ^1], states[1, ^1]]);
    }

    static Tensor Ordered(Tensor gates)
    {
        var sizes = gates.Shape.AsSpan();
        return gates.Reshape([.. sizes[..^1], 4, sizes[^1] / 4]).IndexSelect(sizes.Length - 1, order).Reshape(sizes);
    }
}

/// <summary>
/// Gated recurrent units: with z, r = σ of xₜ·Wx + hₜ₋₁·Wh + b, in the order z, r, ĥ, and ĥ = tanh(xₜ·Wx + (r·hₜ₋₁)·Wh + b),
/// hₜ = (1 − z)·hₜ₋₁ + z·ĥ.  x [batch, time, inputs] → hs [batch, time, size]
/// (Cho et al. 2014; Saitoh, <i>Deep Learning from Scratch 2</i>, appendix C).
/// </summary>
/// <remarks>The module <c>Gru</c> resets after the product, as PyTorch's does, and so knows a faster way.</remarks>
public sealed class TimeGRU : TimeRecurrent
{
    /// <summary>A layer with these parameters.</summary>
    /// <param name="wx">[inputs, 3 · size].</param>
    /// <param name="wh">[size, 3 · size].</param>
    /// <param name="b">[3 · size].</param>
    /// <param name="stateful">Whether each Forward goes on from where the last one ended.</param>
    /// <exception cref="ShapeException">The parameters do not fit each other.</exception>
    public TimeGRU(Tensor wx, Tensor wh, Tensor b, bool stateful = false) : base(1, Fitting(nameof(TimeGRU), 3, wx, wh, b), stateful)
    {
    }

    /// <summary>A layer with these parameters and no bias.</summary>
    /// <param name="wx">[inputs, 3 · size].</param>
    /// <param name="wh">[size, 3 · size].</param>
    /// <param name="stateful">Whether each Forward goes on from where the last one ended.</param>
    /// <exception cref="ShapeException">The parameters do not fit each other.</exception>
    public TimeGRU(Tensor wx, Tensor wh, bool stateful = false) : base(1, Fitting(nameof(TimeGRU), 3, wx, wh), stateful)
    {
    }

    /// <summary>Sets the hidden state that the next Forward begins with, [batch, size].</summary>
    /// <exception cref="ShapeException">It has another shape.</exception>
    public void SetState(Tensor h) => SetStates(h);

    private protected override (Tensor Hs, Tensor[] Last) Run(Tensor x, Tensor[] before)
    {
        Tensor z = Tensor.Linear(x, Wx.T, B), h = before[0];
        Tensor forGates = Wh[.., ..(2 * Size)], forCandidate = Wh[.., (2 * Size)..];
        Tensor[] gates = z[.., .., ..(2 * Size)].Unstack(0), candidates = z[.., .., (2 * Size)..].Unstack(0), hs = new Tensor[gates.Length];
        for (var t = 0; t < hs.Length; t++)
        {
            var both = (gates[t] + h.MatMul(forGates)).Sigmoid();
            Tensor update = both[.., ..Size], reset = both[.., Size..];
            var candidate = (candidates[t] + (reset * h).MatMul(forCandidate)).Tanh();
            hs[t] = h = h.Lerp(candidate, update);
        }
        return (Tensor.Stack(hs), [h]);
    }
}
