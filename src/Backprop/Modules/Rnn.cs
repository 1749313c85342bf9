using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>
/// Plain recurrent layers (Elman 1990): h′ = f(x·Wᵢᵀ + bᵢ + h·Wₕᵀ + bₕ) with f = tanh or ReLU. See <see cref="RecurrentModule"/> for shapes.
/// </summary>
public sealed class Rnn : RecurrentModule
{
    readonly RnnNonlinearity nonlinearity;

    /// <summary>Layers with random weights.</summary>
    /// <param name="inputs">How many numbers each step of x has.</param>
    /// <param name="hiddenSize">How many numbers a hidden state has.</param>
    /// <param name="generator">Draws the weights and, in training, what is dropped.</param>
    /// <param name="layers">How many layers lie on one another.</param>
    /// <param name="nonlinearity">f.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="batchFirst">Whether x and the outputs are [batch, time, …] rather than [time, batch, …].</param>
    /// <param name="dropout">The share of each layer's outputs, but the last one's, that is dropped in training.</param>
    /// <param name="bidirectional">Whether every layer also runs from the end.</param>
    /// <param name="dtype">The weights' precision.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the dropout no probability.</exception>
    public Rnn(int inputs, int hiddenSize, Generator generator, int layers = 1, RnnNonlinearity nonlinearity = RnnNonlinearity.Tanh, bool bias = true,
        bool batchFirst = false, double dropout = 0, bool bidirectional = false, DType dtype = DType.Float32)
        : base(1, inputs, hiddenSize, generator, layers, bias, batchFirst, dropout, bidirectional, dtype) => this.nonlinearity = nonlinearity;

    /// <summary>The outputs, and the final hidden state [layers · directions, batch, hidden size], which a next call may begin with.</summary>
    /// <param name="x">The sequences.</param>
    /// <param name="hidden">The initial hidden state, as the final one; 0 if null.</param>
    /// <param name="lengths">How many steps each sequence has, [batch]; all of them if left out.</param>
    /// <exception cref="ShapeException">Something does not fit; the message says what would.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A length is less than 1 or more than there are steps.</exception>
    public (Tensor Outputs, Tensor Hidden) Forward(Tensor x, Tensor? hidden, Tensor? lengths = null)
    {
        RequireState(x, hidden, "hidden state");
        using var call = Enter(x);
        var (outputs, states) = Run(x, hidden?.Unsqueeze(0), lengths);
        return (call.Return(outputs), states[0]);
    }

    private protected override Tensor Run(Tensor x, RecurrentWeights weights, Tensor? initial, Tensor? lengths, bool reverse) =>
        RnnSequence.Call(Tensor.Linear(x, weights.FromInput), weights.FromState, weights.Bias, initial, lengths, nonlinearity, reverse);
}
