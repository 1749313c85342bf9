namespace Backprop.Devices;

/// <summary>A kernel that runs over a block of numbers without being known by its type: one step of a chain.</summary>
abstract class BlockKernel
{
    /// <summary>How many operands it reads.</summary>
    public abstract int Arity { get; }

    public abstract void Run(Cpu.Feed<float> a, Cpu.Feed<float> b, Cpu.Feed<float> c, Cpu.Feed<float> d, Span<float> y, bool streams);

    public abstract void Run(Cpu.Feed<double> a, Cpu.Feed<double> b, Cpu.Feed<double> c, Cpu.Feed<double> d, Span<double> y, bool streams);
}

/// <summary>The same loop that a map of this kernel runs, so that a chain gives the same bits.</summary>
sealed class BlockKernel<K>(K kernel) : BlockKernel where K : struct, IKernel
{
    public override int Arity => K.Arity;

    public override void Run(Cpu.Feed<float> a, Cpu.Feed<float> b, Cpu.Feed<float> c, Cpu.Feed<float> d, Span<float> y, bool streams) =>
        Cpu.Row(kernel, a, b, c, d, y, streams);

    public override void Run(Cpu.Feed<double> a, Cpu.Feed<double> b, Cpu.Feed<double> c, Cpu.Feed<double> d, Span<double> y, bool streams) =>
        Cpu.Row(kernel, a, b, c, d, y, streams);
}
