namespace Backprop.Devices;

/// <summary>
/// One side of a matrix product as the product reads it: lines (the rows of A, the columns of B) that run along the depth, the axis that is
/// summed over. A source may compute its elements while it packs them, as a convolution does with the patches of its input.
/// </summary>
/// <remarks>Sources are small structs that any thread may copy and use; their pointers must stay valid for the whole product.</remarks>
interface IPanelSource<T> where T : unmanaged
{
    /// <summary>Where the elements lie, if they can be read in place; false for a source that computes them.</summary>
    bool TryGetMemory(out Strided<T> memory);

    /// <summary>
    /// Writes a panel, depth by depth: <c>panel[d·width + l] = element(line + l, depth + d)</c> for d &lt; depths and l &lt; lines, and 0
    /// for lines ≤ l &lt; width.
    /// </summary>
    unsafe void Pack(T* panel, int width, int line, int lines, int depth, int depths);
}
