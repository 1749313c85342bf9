using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>
/// y = a where the condition holds, else b, elementwise with broadcasting. The side not taken gets derivative 0, whatever flows in.
/// Operands: condition, a, b.
/// </summary>
public sealed record Select : Op
{
    static readonly Select instance = new();

    /// <inheritdoc/>
    public override string Name => "Where";

    /// <summary>a where the condition is true (or not 0), else b.</summary>
    public static Tensor Call(Tensor condition, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(condition);
        if (condition.DType != DType.Bool) condition = Cast.Call(condition.Detach(), DType.Bool);
        return instance.Apply(condition, a, b);
    }

    internal override Elementwise? Elements => new(
        new BlockKernel<SelectKernel>(default), [null, new BlockKernel<SelectPullKernel>(default), new BlockKernel<SelectElseKernel>(default)], [null, null, null]);

    /// <inheritdoc/>
    public override Source? Read(ReadOnlySpan<Source> x) => Where(x[0], x[1], x[2]);

    /// <inheritdoc/>
    public override Source? ReadPull(int operand, Source dy, ReadOnlySpan<Source> x, Source y) =>
        operand switch { 0 => 0, 1 => Where(x[0], dy, 0), _ => Where<Source>(x[0], 0, dy) };

    static V Where<V>(V condition, V a, V b) where V : IReal<V> => V.Where(condition, a, b);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) =>
        Shape.Broadcast(Shape.Broadcast(x[0].Shape, x[1].Shape, Name), x[2].Shape, Name);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), DTypes.Meet(x[1..])).MarkWeak(x[1].IsWeak && x[2].IsWeak);
        Cpu.Select(Cast.Raw(x[0], DType.Bool), Cast.Raw(x[1], y.DType), Cast.Raw(x[2], y.DType), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        if (node.Needs(1)) dx[1] = Call(node.Inputs[0], dy, 0.0);
        if (node.Needs(2)) dx[2] = Call(node.Inputs[0], 0.0, dy);
    }
}

/// <summary>b where a, a truth as a number, is not 0; else c.</summary>
readonly struct SelectKernel : IKernel
{
    public static int Arity => 3;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => V.Where(V.Equal(a, 0), c, b);
}

/// <summary>dy = a where the condition b holds, else 0.</summary>
readonly struct SelectPullKernel : IKernel
{
    public static int Arity => 2;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => V.Where(V.Equal(b, 0), 0, a);
}

/// <summary>dy = a where the condition b does not hold, else 0.</summary>
readonly struct SelectElseKernel : IKernel
{
    public static int Arity => 2;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => V.Where(V.Equal(b, 0), a, 0);
}
