using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>A table of learnt vectors, one for each whole number: [...] of whole numbers → [..., size]. See <see cref="Tensor.Embedding"/>.</summary>
public sealed class Embedding : Module
{
    /// <summary>A table of normal random vectors; the padding row starts at 0.</summary>
    /// <param name="count">How many rows the table has.</param>
    /// <param name="size">How long a row is.</param>
    /// <param name="generator">Draws the rows.</param>
    /// <param name="paddingIndex">A row that is read as any other and not trained, or none.</param>
    /// <param name="dtype">The table's precision.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the padding index is no row.</exception>
    public Embedding(int count, int size, Generator generator, int? paddingIndex = null, DType dtype = DType.Float32)
    {
        Weight = Table(nameof(Embedding), count, size, generator, paddingIndex, dtype);
        PaddingIndex = paddingIndex;
    }

    /// <summary>
    /// A table that is there already, as one learnt elsewhere; the tensor itself becomes the parameter. To leave it as it is, <see cref="ModuleBase.Freeze"/>.
    /// </summary>
    /// <param name="weight">[count, size].</param>
    /// <param name="paddingIndex">A row that is read as any other and not trained, or none.</param>
    /// <exception cref="ArgumentException">It is no matrix, or nothing that can be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The padding index is no row.</exception>
    public Embedding(Tensor weight, int? paddingIndex = null)
    {
        Weight = AsParameter(nameof(Embedding), "table", weight);
        if (weight.Rank != 2) throw new ShapeException($"Embedding: a table of shape {weight.Shape}; it must be [count, size].");
        PaddingIndex = Padding(nameof(Embedding), paddingIndex, weight.Shape[0]);
    }

    static int? Padding(string owner, int? paddingIndex, int count) => paddingIndex is < 0 || paddingIndex >= count
        ? throw new ArgumentOutOfRangeException(nameof(paddingIndex), $"{owner}: the padding index {paddingIndex} is none of {count} rows; they run from 0 to {count - 1}.")
        : paddingIndex;

    internal static Tensor Table(string owner, int count, int size, Generator generator, int? paddingIndex, DType dtype)
    {
        Option.AtLeastOne(count, owner);
        Option.AtLeastOne(size, owner);
        Padding(owner, paddingIndex, count);
        var weight = Tensor.RandomNormal([count, size], generator, dtype: dtype);
        if (paddingIndex is { } row) weight.Bytes().Slice(row * size * dtype.Size(), size * dtype.Size()).Clear();
        weight.RequiresGrad = true;
        return weight;
    }

    /// <summary>The table, [count, size].</summary>
    public Tensor Weight { get; }

    /// <summary>The row that is not trained, or none.</summary>
    public int? PaddingIndex { get; }

    /// <inheritdoc/>
    public override string Name => $"Embedding({Weight.Shape[0]} × {Weight.Shape[1]})";

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => [("weight", Weight)];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => Tensor.Embedding(x, Weight, PaddingIndex);
}
