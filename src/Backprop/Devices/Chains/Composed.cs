using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// Two kernels in one loop: what the inner one computes is an operand of the outer one. Operands are those of the inner kernel, then the other ones of the outer.
/// </summary>
/// <typeparam name="F">The inner kernel.</typeparam>
/// <typeparam name="G">The outer kernel.</typeparam>
/// <typeparam name="P">Which operand of the outer kernel the inner one is.</typeparam>
readonly struct Composed<F, G, P>(F inner, G outer) : IKernel where F : struct, IKernel where G : struct, IKernel where P : struct, IOperandPlace
{
    public static int Arity
    {
        [MethodImpl(Registers.Inline)]
        get => F.Arity + G.Arity - 1;
    }

    [MethodImpl(Registers.Inline)]
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V>
    {
        var value = inner.Run(a, b, c, d);
        var first = F.Arity == 1 ? b : F.Arity == 2 ? c : d;
        var second = F.Arity == 1 ? c : d;
        return P.Run(outer, value, first, second, d);
    }
}

/// <summary>Which operand a value is. A type and no number, because the JIT would take the kernel into the loop once for each number that it might be.</summary>
interface IOperandPlace
{
    /// <summary>Runs a kernel with a value at this place, and others around it in their order.</summary>
    static abstract V Run<G, V>(G kernel, V value, V first, V second, V third) where G : struct, IKernel where V : IReal<V>;
}

readonly struct FirstOperand : IOperandPlace
{
    [MethodImpl(Registers.Inline)]
    public static V Run<G, V>(G kernel, V value, V first, V second, V third) where G : struct, IKernel where V : IReal<V> => kernel.Run(value, first, second, third);
}

readonly struct SecondOperand : IOperandPlace
{
    [MethodImpl(Registers.Inline)]
    public static V Run<G, V>(G kernel, V value, V first, V second, V third) where G : struct, IKernel where V : IReal<V> => kernel.Run(first, value, second, third);
}

readonly struct ThirdOperand : IOperandPlace
{
    [MethodImpl(Registers.Inline)]
    public static V Run<G, V>(G kernel, V value, V first, V second, V third) where G : struct, IKernel where V : IReal<V> => kernel.Run(first, second, value, third);
}

readonly struct FourthOperand : IOperandPlace
{
    [MethodImpl(Registers.Inline)]
    public static V Run<G, V>(G kernel, V value, V first, V second, V third) where G : struct, IKernel where V : IReal<V> => kernel.Run(first, second, third, value);
}
