using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>A table of learnt vectors of which bags are put together: see <see cref="Tensor.EmbeddingBag"/>.</summary>
public sealed class EmbeddingBag : ModuleBase
{
    /// <summary>A table of normal random vectors; the padding row starts at 0.</summary>
    /// <param name="count">How many rows the table has.</param>
    /// <param name="size">How long a row is.</param>
    /// <param name="generator">Draws the rows.</param>
    /// <param name="mode">How the rows of a bag become one.</param>
    /// <param name="paddingIndex">A row that counts for nothing and is not trained, or none.</param>
    /// <param name="includeLastOffset">Whether offsets end with the number of indices, at which no bag begins.</param>
    /// <param name="dtype">The table's precision.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the padding index is no row.</exception>
    public EmbeddingBag(
        int count, int size, Generator generator, BagMode mode = BagMode.Mean, int? paddingIndex = null, bool includeLastOffset = false,
        DType dtype = DType.Float32)
    {
        Weight = Embedding.Table(nameof(EmbeddingBag), count, size, generator, paddingIndex, dtype);
        (Mode, PaddingIndex, IncludeLastOffset) = (mode, paddingIndex, includeLastOffset);
    }

    /// <summary>The table, [count, size].</summary>
    public Tensor Weight { get; }

    /// <summary>How the rows of a bag become one.</summary>
    public BagMode Mode { get; }

    /// <summary>The row that counts for nothing, or none.</summary>
    public int? PaddingIndex { get; }

    /// <summary>Whether offsets end with the number of indices.</summary>
    public bool IncludeLastOffset { get; }

    /// <inheritdoc/>
    public override string Name => $"EmbeddingBag({Weight.Shape[0]} × {Weight.Shape[1]}, {Mode.ToString().ToLowerInvariant()})";

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => [("weight", Weight)];

    /// <summary>The bags' vectors, [bags, size].</summary>
    /// <param name="index">[bags, rows of each], or with offsets a vector of all bags one after the other.</param>
    /// <param name="offsets">Where in the vector each bag begins; none for a matrix.</param>
    /// <param name="perSampleWeights">What each row counts in a sum, of the index's shape; 1 if left out.</param>
    public Tensor Forward(Tensor index, Tensor? offsets = null, Tensor? perSampleWeights = null)
    {
        ArgumentNullException.ThrowIfNull(index);
        using var call = Enter(index);
        return call.Return(Tensor.EmbeddingBag(index, Weight, offsets, Mode, perSampleWeights, PaddingIndex, IncludeLastOffset));
    }
}
