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
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => F.Arity + G.Arity - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V>
    {
        var value = inner.Run(a, b, c, d);
        var first = F.Arity == 1 ? b : F.Arity == 2 ? c : d;
        var second = F.Arity == 1 ? c : d;
        return P.Place switch
        {
            0 => outer.Run(value, first, second, d),
            1 => outer.Run(first, value, second, d),
            2 => outer.Run(first, second, value, d),
            _ => outer.Run(first, second, d, value),
        };
    }
}

/// <summary>The place of an operand, known to the compiler.</summary>
interface IOperandPlace
{
    static abstract int Place { get; }
}

readonly struct FirstOperand : IOperandPlace
{
    public static int Place => 0;
}

readonly struct SecondOperand : IOperandPlace
{
    public static int Place => 1;
}

readonly struct ThirdOperand : IOperandPlace
{
    public static int Place => 2;
}

readonly struct FourthOperand : IOperandPlace
{
    public static int Place => 3;
}
