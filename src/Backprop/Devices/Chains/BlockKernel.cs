using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>A kernel that runs over a block of numbers without being known by its type: one step of a chain.</summary>
abstract class BlockKernel
{
    // More cost more to compile than they save.
    const int MostKernels = 8;

    /// <summary>How many operands it reads.</summary>
    public abstract int Arity { get; }

    /// <summary>How much its loop does for a register, as <see cref="KernelWork"/> counts it.</summary>
    public abstract int Work { get; }

    /// <summary>How many kernels it is composed of.</summary>
    protected int Kernels { get; init; } = 1;

    public abstract void Run(Cpu.Feed<float> a, Cpu.Feed<float> b, Cpu.Feed<float> c, Cpu.Feed<float> d, Span<float> y, bool streams);

    public abstract void Run(Cpu.Feed<double> a, Cpu.Feed<double> b, Cpu.Feed<double> c, Cpu.Feed<double> d, Span<double> y, bool streams);

    /// <summary>
    /// One loop for this kernel and the one that computes one of its operands, which reads that one's operands and then the other ones of this kernel's. Null where it would
    /// be slower than two loops, and where nothing can be compiled at run time.
    /// </summary>
    public BlockKernel? Over(BlockKernel inner, int operand)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported) return null;
        var kernels = Kernels + inner.Kernels;
        return Arity + inner.Arity - 1 > 4 || kernels > MostKernels || Work + inner.Work > KernelWork.Most ? null : With(inner, operand, kernels);
    }

    // Each of the two knows its own kernel's type only: this one asks the other to put itself into that of this one.
    protected abstract BlockKernel With(BlockKernel inner, int operand, int kernels);

    public abstract BlockKernel Into<G>(G outer, int operand, int kernels) where G : struct, IKernel;
}

/// <summary>The same loop that a map of this kernel runs, so that a chain gives the same bits.</summary>
sealed class BlockKernel<K>(K kernel) : BlockKernel where K : struct, IKernel
{
    static readonly Lazy<int> work = new(() => KernelWork.Of(default(K).Run<Source>(new("a"), new("b"), new("c"), new("d"))));

    public override int Arity => K.Arity;

    public override int Work => work.Value;

    public override void Run(Cpu.Feed<float> a, Cpu.Feed<float> b, Cpu.Feed<float> c, Cpu.Feed<float> d, Span<float> y, bool streams) =>
        Cpu.Row(kernel, a, b, c, d, y, streams);

    public override void Run(Cpu.Feed<double> a, Cpu.Feed<double> b, Cpu.Feed<double> c, Cpu.Feed<double> d, Span<double> y, bool streams) =>
        Cpu.Row(kernel, a, b, c, d, y, streams);

    protected override BlockKernel With(BlockKernel inner, int operand, int kernels) => inner.Into(kernel, operand, kernels);

    public override BlockKernel Into<G>(G outer, int operand, int kernels) => operand switch
    {
        0 => new BlockKernel<Composed<K, G, FirstOperand>>(new(kernel, outer)) { Kernels = kernels },
        1 => new BlockKernel<Composed<K, G, SecondOperand>>(new(kernel, outer)) { Kernels = kernels },
        2 => new BlockKernel<Composed<K, G, ThirdOperand>>(new(kernel, outer)) { Kernels = kernels },
        _ => new BlockKernel<Composed<K, G, FourthOperand>>(new(kernel, outer)) { Kernels = kernels },
    };
}
