using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>What an elementwise kernel computes from up to four operands; those beyond <see cref="Arity"/> are not read.</summary>
interface IKernel
{
    static abstract int Arity { get; }

    V Run<V>(V a, V b, V c, V d) where V : IReal<V>;
}
