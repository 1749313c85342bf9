namespace Backprop.Devices;

/// <summary>
/// Kernels that follow each other over the same elements. If there are several, blocks of a few kilobytes go through all of them before the next block is read, so
/// that what is between them never leaves the first-level cache. Places are counted: operands, literals, results, then blocks of working memory.
/// </summary>
sealed class Chain(ChainStep[] steps, int operands, double[] literals, int results, int blocks)
{
    public ReadOnlySpan<ChainStep> Steps => steps;
    public int Operands => operands;
    public ReadOnlySpan<double> Literals => literals;
    public int FirstResult => operands + literals.Length;
    public int FirstBlock => FirstResult + results;

    /// <summary>How many blocks of working memory are used at a time.</summary>
    public int Blocks => blocks;
}
