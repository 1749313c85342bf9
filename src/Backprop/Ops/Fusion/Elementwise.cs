using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// What an operation that works element by element gives a fused one: the kernel of its value, and for each operand either a constant slope or the kernel of
/// the derivative, which reads dy, the operands, and the result, as many of them as it asks for.
/// </summary>
sealed class Elementwise(BlockKernel value, BlockKernel?[] pulls, double?[] slopes, bool isTruth = false)
{
    public BlockKernel Value => value;

    /// <summary>Whether the result is a truth, as 1 or 0 inside a chain, and has no derivative.</summary>
    public bool IsTruth => isTruth;

    public BlockKernel? Pull(int operand) => isTruth ? null : pulls[operand];

    public double? Slope(int operand) => isTruth ? null : slopes[operand];

    /// <summary>A truth of some operands.</summary>
    public static Elementwise Truth(BlockKernel value) => new(value, [], [], isTruth: true);
}
