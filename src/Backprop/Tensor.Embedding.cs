using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop;

/// <summary>Tables of vectors, and what is dropped at random.</summary>
public sealed partial class Tensor
{
    /// <summary>Rows of a table: y[i…] = weight[index[i…]], of shape [index's shape, size].</summary>
    /// <param name="index">Whole numbers from 0 up to the table's count, of any shape.</param>
    /// <param name="weight">The table, [count, size].</param>
    /// <param name="paddingIndex">A row that is read as any other and gets no gradient, or none.</param>
    /// <exception cref="DTypeException">The index is not of whole numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index names a row that the table does not have.</exception>
    public static Tensor Embedding(Tensor index, Tensor weight, int? paddingIndex = null) => EmbeddingLookup.Call(index, weight, paddingIndex);

    /// <summary>Rows of a table put together bag by bag, without the rows themselves taking memory; a bag of nothing gives zeros.</summary>
    /// <param name="index">Whole numbers from 0 up to the table's count: [bags, rows of each], or a vector of all bags one after the other.</param>
    /// <param name="weight">The table, [count, size].</param>
    /// <param name="offsets">Where in the vector each bag begins, the first at 0; none for a matrix.</param>
    /// <param name="mode">How the rows of a bag become one.</param>
    /// <param name="perSampleWeights">What each row counts in a sum, of the index's shape; 1 if left out.</param>
    /// <param name="paddingIndex">A row that counts for nothing and gets no gradient, or none.</param>
    /// <param name="includeLastOffset">Whether the offsets end with the number of indices, at which no bag begins.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index names a row that the table does not have, or the offsets do not part it.</exception>
    public static Tensor EmbeddingBag(
        Tensor index, Tensor weight, Tensor? offsets = null, BagMode mode = BagMode.Mean, Tensor? perSampleWeights = null,
        int? paddingIndex = null, bool includeLastOffset = false) =>
        EmbeddingBags.Call(index, weight, offsets, mode, perSampleWeights, paddingIndex, includeLastOffset);

    /// <inheritdoc cref="Dropped"/>
    /// <param name="probability">p, in [0, 1].</param>
    /// <param name="generator">Draws the mask, a word for each number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1].</exception>
    public Tensor Dropout(double probability, Generator generator) => Dropped.Call(this, probability, generator, channels: false);

    /// <summary>The same for whole channels, of which each is dropped or kept at all its positions (Tompson et al. 2015). This tensor is [batch, channels, ...].</summary>
    /// <param name="probability">p, in [0, 1].</param>
    /// <param name="generator">Draws the mask, a word for each channel of each batch entry.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1].</exception>
    /// <exception cref="ShapeException">There are no channels.</exception>
    public Tensor DropoutChannels(double probability, Generator generator) => Dropped.Call(this, probability, generator, channels: true);

    /// <inheritdoc cref="AlphaDropped"/>
    /// <param name="probability">p, in [0, 1].</param>
    /// <param name="generator">Draws the mask, a word for each number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1].</exception>
    public Tensor AlphaDropout(double probability, Generator generator) => AlphaDropped.Call(this, probability, generator);
}
