using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>What a long short-term memory carries from step to step.</summary>
/// <param name="Hidden">h: what it shows.</param>
/// <param name="Cell">c: what it remembers.</param>
public readonly record struct LstmState(Tensor Hidden, Tensor Cell)
{
    /// <summary>The same numbers without history, so that backpropagation through time ends here.</summary>
    public LstmState Detach() => new(Hidden.Detach(), Cell.Detach());
}

/// <summary>
/// Layers of long short-term memory (Hochreiter and Schmidhuber 1997, with forget gates): c′ = f·c + i·g and h′ = o·tanh c′ with
/// i, f, o = σ and g = tanh of x·Wᵢᵀ + bᵢ + h·Wₕᵀ + bₕ; the weights' rows are in the order i, f, g, o. See <see cref="RecurrentModule"/> for shapes.
/// </summary>
public sealed class Lstm : RecurrentModule
{
    /// <summary>Layers with random weights.</summary>
    /// <param name="inputs">How many numbers each step of x has.</param>
    /// <param name="hiddenSize">How many numbers a hidden state and a cell have.</param>
    /// <param name="generator">Draws the weights and, in training, what is dropped.</param>
    /// <param name="layers">How many layers lie on one another.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="batchFirst">Whether x and the outputs are [batch, time, …] rather than [time, batch, …].</param>
    /// <param name="dropout">The share of each layer's outputs, but the last one's, that is dropped in training.</param>
    /// <param name="bidirectional">Whether every layer also runs from the end.</param>
    /// <param name="dtype">The weights' precision.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the dropout no probability.</exception>
    public Lstm(int inputs, int hiddenSize, Generator generator, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0,
        bool bidirectional = false, DType dtype = DType.Float32)
        : base(4, inputs, hiddenSize, generator, layers, bias, batchFirst, dropout, bidirectional, dtype)
    {
    }

    /// <summary>The outputs, and the final states [layers · directions, batch, hidden size], which a next call may begin with.</summary>
    /// <param name="x">The sequences.</param>
    /// <param name="state">The initial states, as the final ones; 0 if null.</param>
    /// <param name="lengths">How many steps each sequence has, [batch]; all of them if left out.</param>
    /// <exception cref="ShapeException">Something does not fit; the message says what would.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A length is less than 1 or more than there are steps.</exception>
    public (Tensor Outputs, LstmState State) Forward(Tensor x, LstmState? state, Tensor? lengths = null)
    {
        RequireState(x, state?.Hidden, "hidden state");
        RequireState(x, state?.Cell, "cell");
        using var call = Enter(x);
        var (outputs, states) = Run(x, state is var (hidden, cell) ? Tensor.Stack([hidden, cell]) : null, lengths);
        return (call.Return(outputs), new(states[0], states[1]));
    }

    private protected override Tensor Run(Tensor x, RecurrentWeights weights, Tensor? initial, Tensor? lengths, bool reverse) =>
        LstmSequence.Call(Tensor.Linear(x, weights.FromInput), weights.FromState, weights.Bias, initial, lengths, reverse);
}
