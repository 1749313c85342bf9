using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>
/// What <see cref="Rnn"/>, <see cref="Lstm"/> and <see cref="Gru"/> have in common: several layers, in one direction or both, over sequences of
/// equal or different lengths. The parameters have PyTorch's names, order and starting values.
/// </summary>
/// <remarks>
/// <para>x is [time, batch, inputs], or [batch, time, inputs] where batches come first, or [time, inputs] for a single sequence; the outputs are the last
/// layer's hidden states in the same layout, [time, batch, directions · hidden size]. Directions lie side by side, the forward one first.</para>
/// <para>With lengths [batch] every sequence is taken for as long as it is: its states do not go on past its end, the outputs there are 0,
/// what x holds there has no influence, and the reverse direction begins at its own end. Nothing need be sorted or packed.</para>
/// </remarks>
public abstract class RecurrentModule : Module
{
    readonly Generator? dropoutGenerator;

    private protected RecurrentModule(int gates, int inputs, int hiddenSize, Generator generator, int layers, bool bias, bool batchFirst,
        double dropout, bool bidirectional, DType dtype)
    {
        Option.AtLeastOne(inputs, GetType().Name);
        Option.AtLeastOne(hiddenSize, GetType().Name);
        Option.AtLeastOne(layers, GetType().Name);
        ArgumentNullException.ThrowIfNull(generator);
        Dropped.RequireProbability(GetType().Name, dropout);
        (Inputs, HiddenSize, Layers, BatchFirst, Dropout) = (inputs, hiddenSize, layers, batchFirst, dropout);
        Directions = bidirectional ? 2 : 1;
        Weights = new RecurrentWeights[layers * Directions];
        for (var i = 0; i < Weights.Length; i++)
        {
            var layer = i / Directions;
            var suffix = $"_l{layer}{(i % Directions == 0 ? "" : "_reverse")}";
            Weights[i] = RecurrentWeights.Random(suffix, gates, layer == 0 ? inputs : Directions * hiddenSize, hiddenSize, generator, bias, dtype);
        }
        if (dropout > 0) dropoutGenerator = generator.Split();
    }

    /// <summary>The parameters, one layer after the other, each forward and then in reverse.</summary>
    internal RecurrentWeights[] Weights { get; }

    /// <summary>How many numbers each step of x has.</summary>
    public int Inputs { get; }

    /// <summary>How many numbers a hidden state has.</summary>
    public int HiddenSize { get; }

    /// <summary>How many layers lie on one another.</summary>
    public int Layers { get; }

    /// <summary>1, or 2 where every layer also runs from the end.</summary>
    public int Directions { get; }

    /// <summary>Whether x and the outputs are [batch, time, …] rather than [time, batch, …].</summary>
    public bool BatchFirst { get; }

    /// <summary>The share of each layer's outputs, but the last one's, that is dropped in training.</summary>
    public double Dropout { get; }

    /// <inheritdoc/>
    public override string Name =>
        $"{GetType().Name}({Inputs} → {Directions * HiddenSize}{(Layers > 1 ? $", {Layers} layers" : "")}{(Directions > 1 ? ", both directions" : "")})";

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => Weights.SelectMany(w => w.Parts);

    /// <summary>All states of one layer in one direction: [states, time + 1, batch, size].</summary>
    private protected abstract Tensor Run(Tensor x, RecurrentWeights weights, Tensor? initial, Tensor? lengths, bool reverse);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => Run(x, null, null).Outputs;

    /// <summary>The outputs, and the final states as the initial ones are given: [states, layers · directions, batch, size].</summary>
    private protected (Tensor Outputs, Tensor States) Run(Tensor x, Tensor? initial, Tensor? lengths)
    {
        var single = x.Rank == 2;
        if (x.Rank is not (2 or 3) || x.Shape[-1] != Inputs) throw new ShapeException(
            $"{GetType().Name}: x has shape {x.Shape}; it must be {(BatchFirst ? "[batch, time" : "[time, batch")}, {Inputs}], or [time, {Inputs}] for a single sequence.");
        if (single) x = x.Unsqueeze(1);
        else if (BatchFirst) x = x.Transpose(0, 1);
        if (x.Shape[0] == 0) throw new ShapeException($"{GetType().Name}: the sequences of shape {(single ? x.Squeeze(1) : BatchFirst ? x.Transpose(0, 1) : x).Shape} have no step; there must be at least one.");
        var ended = lengths is null ? null : Ended(lengths, x.Shape[0], x.Shape[1], single);
        if (single) initial = initial?.Unsqueeze(2);

        var final = new Tensor[Weights.Length];
        for (var layer = 0; layer < Layers; layer++)
        {
            if (ended is not null && layer == 0) x = x.MaskedFill(ended, 0);
            if (layer > 0 && dropoutGenerator is not null && IsTraining) x = x.Dropout(Dropout, dropoutGenerator);
            var outputs = new Tensor[Directions];
            for (var direction = 0; direction < Directions; direction++)
            {
                var (reverse, place) = (direction == 1, layer * Directions + direction);
                var all = Run(x, Weights[place], initial?[.., place], single ? lengths?.Reshape(1) : lengths, reverse);
                outputs[direction] = all[0, reverse ? ..^1 : 1..];
                final[place] = all[.., reverse ? 0 : ^1];
            }
            x = Directions == 1 ? outputs[0] : Tensor.Concat(outputs, -1);
            if (ended is not null) x = x.MaskedFill(ended, 0);
        }
        var states = final.Length == 1 ? final[0].Unsqueeze(1) : Tensor.Stack(final, 1);
        return single ? (x.Squeeze(1), states.Squeeze(2)) : (BatchFirst ? x.Transpose(0, 1) : x, states);
    }

    // True where a sequence is over: [time, batch, 1].
    Tensor Ended(Tensor lengths, int time, int batch, bool single)
    {
        if (!lengths.DType.IsInteger()) throw new DTypeException(
            $"{GetType().Name}: lengths are whole numbers and got {lengths.DType.Name()}; convert with As(DType.Int64).");
        if (single ? lengths.Count != 1 : lengths.Shape != new Shape(batch)) throw new ShapeException(
            $"{GetType().Name}: lengths of shape {lengths.Shape} do not fit a batch of {batch}; they must be [{batch}], one for each sequence.");
        var numbers = lengths.As(DType.Int64).ToArray<long>();
        for (var i = 0; i < numbers.Length; i++)
            if (numbers[i] < 1 || numbers[i] > time) throw new ArgumentOutOfRangeException(null,
                $"{GetType().Name}: sequence {i} has length {numbers[i]}; lengths run from 1 to {time}, the time axis of x.");
        return (Tensor.Arange(time).Unsqueeze(1) >= lengths.Reshape(-1)).Unsqueeze(2);
    }

    /// <summary>Checks the shape of a state that was given: [layers · directions, batch, hidden size].</summary>
    private protected void RequireState(Tensor x, Tensor? state, string what)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (state is null || x.Rank is not (2 or 3)) return;
        Shape wanted = x.Rank == 2 ? [Weights.Length, HiddenSize] : [Weights.Length, x.Shape[BatchFirst ? 0 : 1], HiddenSize];
        if (state.Shape != wanted) throw new ShapeException(
            $"{GetType().Name}: the initial {what} has shape {state.Shape}; for x of shape {x.Shape} it must be {wanted}: [layers * directions, batch, hidden size].");
    }
}
