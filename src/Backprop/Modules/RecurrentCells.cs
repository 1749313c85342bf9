using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>What the cells, single steps of recurrent layers, have in common. Their parameters have PyTorch's names and starting values.</summary>
public abstract class RecurrentCell : ModuleBase
{
    private protected RecurrentCell(int gates, int inputs, int hiddenSize, Generator generator, bool bias, DType dtype)
    {
        Option.AtLeastOne(inputs, GetType().Name);
        Option.AtLeastOne(hiddenSize, GetType().Name);
        ArgumentNullException.ThrowIfNull(generator);
        (Inputs, HiddenSize) = (inputs, hiddenSize);
        Weights = RecurrentWeights.Random("", gates, inputs, hiddenSize, generator, bias, dtype);
    }

    /// <summary>How many numbers x has.</summary>
    public int Inputs { get; }

    /// <summary>How many numbers a state has.</summary>
    public int HiddenSize { get; }

    private protected RecurrentWeights Weights { get; }

    /// <inheritdoc/>
    public override string Name => $"{GetType().Name}({Inputs} → {HiddenSize})";

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => Weights.Parts;

    // A cell is a sequence of one step: x [batch, inputs] as [1, batch, inputs], a single example [inputs] as a batch of one.
    private protected Tensor Gates(Tensor x, Tensor? bias = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank is not (1 or 2) || x.Shape[-1] != Inputs) throw new ShapeException(
            $"{GetType().Name}: x has shape {x.Shape}; it must be [batch, {Inputs}], or [{Inputs}] for a single example.");
        return Tensor.Linear(x.Reshape(1, x.Rank == 1 ? 1 : x.Shape[0], Inputs), Weights.FromInput, bias);
    }

    private protected Tensor? State(Tensor x, Tensor? state, string what)
    {
        if (state is null) return null;
        Shape wanted = x.Rank == 1 ? [HiddenSize] : [x.Shape[0], HiddenSize];
        return state.Shape == wanted ? state.Reshape(1, -1, HiddenSize) : throw new ShapeException(
            $"{GetType().Name}: the {what} has shape {state.Shape}; for x of shape {x.Shape} it must be {wanted}.");
    }

    // The state after the step, without the axes that x lacks.
    private protected static Tensor After(Tensor x, Tensor states, int state) => x.Rank == 1 ? states[state, 1, 0] : states[state, 1];
}

/// <summary>One step of <see cref="Rnn"/>: h′ = f(x·Wᵢᵀ + bᵢ + h·Wₕᵀ + bₕ).</summary>
/// <param name="inputs">How many numbers x has.</param>
/// <param name="hiddenSize">How many numbers the hidden state has.</param>
/// <param name="generator">Draws the weights.</param>
/// <param name="nonlinearity">f.</param>
/// <param name="bias">Whether there are biases.</param>
/// <param name="dtype">The weights' precision.</param>
public sealed class RnnCell(int inputs, int hiddenSize, Generator generator, RnnNonlinearity nonlinearity = RnnNonlinearity.Tanh, bool bias = true,
    DType dtype = DType.Float32) : RecurrentCell(1, inputs, hiddenSize, generator, bias, dtype)
{
    /// <summary>The hidden state [batch, size] after x [batch, inputs]; from 0 if none is given.</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public Tensor Forward(Tensor x, Tensor? hidden = null)
    {
        using var call = Enter(x);
        var states = RnnSequence.Call(Gates(x), Weights.FromState, Weights.Bias, State(x, hidden, "hidden state"), nonlinearity: nonlinearity);
        return call.Return(After(x, states, 0));
    }
}

/// <summary>One step of <see cref="Gru"/>; the weights' rows are in the order r, u, n.</summary>
/// <param name="inputs">How many numbers x has.</param>
/// <param name="hiddenSize">How many numbers the hidden state has.</param>
/// <param name="generator">Draws the weights.</param>
/// <param name="bias">Whether there are biases.</param>
/// <param name="dtype">The weights' precision.</param>
public sealed class GruCell(int inputs, int hiddenSize, Generator generator, bool bias = true, DType dtype = DType.Float32)
    : RecurrentCell(3, inputs, hiddenSize, generator, bias, dtype)
{
    /// <summary>The hidden state [batch, size] after x [batch, inputs]; from 0 if none is given.</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public Tensor Forward(Tensor x, Tensor? hidden = null)
    {
        using var call = Enter(x);
        var states = GruSequence.Call(Gates(x, Weights.InputBias), Weights.FromState, Weights.StateBias, State(x, hidden, "hidden state"));
        return call.Return(After(x, states, 0));
    }
}

/// <summary>One step of <see cref="Lstm"/>; the weights' rows are in the order i, f, g, o.</summary>
/// <param name="inputs">How many numbers x has.</param>
/// <param name="hiddenSize">How many numbers the hidden state and the cell have.</param>
/// <param name="generator">Draws the weights.</param>
/// <param name="bias">Whether there are biases.</param>
/// <param name="dtype">The weights' precision.</param>
public sealed class LstmCell(int inputs, int hiddenSize, Generator generator, bool bias = true, DType dtype = DType.Float32)
    : RecurrentCell(4, inputs, hiddenSize, generator, bias, dtype)
{
    /// <summary>The states [batch, size] after x [batch, inputs]; from 0 if none are given.</summary>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public LstmState Forward(Tensor x, LstmState? state = null)
    {
        using var call = Enter(x);
        var gates = Gates(x);
        Tensor? hidden = State(x, state?.Hidden, "hidden state"), cell = State(x, state?.Cell, "cell");
        var initial = hidden is null || cell is null ? null : Tensor.Concat([hidden, cell]);
        var states = LstmSequence.Call(gates, Weights.FromState, Weights.Bias, initial);
        return new(call.Return(After(x, states, 0)), After(x, states, 1));
    }
}
