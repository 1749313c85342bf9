namespace Backprop;

/// <summary>How the rows of a bag become one, see <see cref="Tensor.EmbeddingBag"/>.</summary>
public enum BagMode : byte
{
    /// <summary>Their mean.</summary>
    Mean,
    /// <summary>Their sum.</summary>
    Sum,
    /// <summary>The largest of each column.</summary>
    Max,
}
