using Backprop.Randomness;

namespace Backprop.Data;

/// <summary>Examples in memory: inputs and labels, one row an example.</summary>
public sealed class TensorDataSet
{
    /// <summary>A data set of as many inputs as labels.</summary>
    /// <exception cref="ShapeException">The numbers of rows differ, or there are no rows to speak of.</exception>
    public TensorDataSet(Tensor inputs, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(labels);
        if (inputs.Rank == 0 || labels.Rank == 0 || inputs.Shape[0] != labels.Shape[0]) throw new ShapeException(
            $"TensorDataSet: inputs of shape {inputs.Shape} and labels of shape {labels.Shape} need the same first size.");
        (Inputs, Labels) = (inputs, labels);
    }

    /// <summary>The inputs, [examples, …].</summary>
    public Tensor Inputs { get; }

    /// <summary>The labels, [examples, …].</summary>
    public Tensor Labels { get; }

    /// <summary>How many examples there are.</summary>
    public int Count => Inputs.Shape[0];

    /// <summary>
    /// All examples once, in batches; the last may be smaller. With a generator in a new random order, else in their own.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is less than 1.</exception>
    public IEnumerable<(Tensor Inputs, Tensor Labels)> Batches(int batchSize, Generator? generator = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return Walk(batchSize, generator);
    }

    IEnumerable<(Tensor Inputs, Tensor Labels)> Walk(int batchSize, Generator? generator)
    {
        var order = generator is null ? Tensor.Arange(Count) : Tensor.RandomPermutation(Count, generator);
        for (var start = 0; start < Count; start += batchSize)
        {
            var rows = order[start..Math.Min(start + batchSize, Count)];
            yield return (Inputs.IndexSelect(0, rows), Labels.IndexSelect(0, rows));
        }
    }
}
