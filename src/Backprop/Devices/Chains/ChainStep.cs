namespace Backprop.Devices;

/// <summary>One kernel of a chain and the places it reads and writes; those beyond its arity are not read.</summary>
readonly record struct ChainStep(BlockKernel Kernel, int A, int B, int C, int D, int To)
{
    public int this[int operand] => operand switch { 0 => A, 1 => B, 2 => C, _ => D };
}
