using Backprop.Devices;
using Backprop.Devices.Memory;

namespace Backprop.Ops;

/// <summary>The same numbers in another element type; the derivative comes back in the operand's type.</summary>
/// <param name="Target">The element type wanted.</param>
public sealed record Cast(DType Target) : Op
{
    /// <summary>x as the given type; x itself where it already is.</summary>
    public static Tensor Call(Tensor x, DType target) => x.DType == target && !x.IsWeak ? x : new Cast(target).Apply(x);

    /// <summary>The same without recording, for kernels.</summary>
    internal static Tensor Raw(Tensor x, DType target)
    {
        if (x.DType == target) return x;
        using var active = Activity.Begin();
        var y = new Tensor(x.Shape, target);
        Cpu.Convert(x.Packed(), y);
        return y;
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => x[0].DType == Target ? x[0].Alias().MarkStrong() : Raw(x[0], Target);

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = Call(dy, node.Inputs[0].DType);
}
