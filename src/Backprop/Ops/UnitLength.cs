using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>
/// y = x/max(‖x‖, ε) along an axis: vectors of length 1.  dx = (dy − y·Σ dy·y)/‖x‖, and dy/ε where ‖x‖ is less than ε.
/// </summary>
/// <param name="Axis">The axis along which the vectors lie.</param>
/// <param name="Epsilon">ε, which keeps zeros from being divided by 0.</param>
public sealed record UnitLength(int Axis, double Epsilon) : Op
{
    /// <inheritdoc/>
    public override string Name => "Normalize";

    /// <summary>x by its p-norm along an axis, or by ε where the norm is less.</summary>
    public static Tensor Call(Tensor x, double p, int axis, double epsilon)
    {
        axis = x.Shape.Axis(axis, "Normalize");
        return p == 2 ? new UnitLength(axis, epsilon).Apply(Reduction.Float(x)) : x / x.Norm(axis, keepDims: true, p).Clamp(min: epsilon);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        x[0].Shape.Axis(Axis, Name);
        return x[0].Shape;
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), Normalization.Float(Name, x));
        Cpu.MapFloat(new DividedByLength(Epsilon), [x[0], Length(x[0])], y);
        return y;
    }

    Tensor Length(Tensor x) => new Norm(2, [Axis], KeepDims: true).Apply(x);

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor x = node.Inputs[0], y = node.Output;
        var length = Length(x);
        var along = (dy * y).Sum(Axis, keepDims: true) * length.Detach().GreaterEqual(Epsilon);
        length = length.Clamp(min: Epsilon);
        if (!Normalization.Fuses(dy, node.Inputs))
        {
            dx[0] = (dy - y * along) / length;
            return;
        }
        var d = new Tensor(x.Shape, x.DType);
        Cpu.MapFloat(default(OffLength), [dy, y, along, length], d);
        dx[0] = d;
    }
}

/// <summary>a/max(b, ε).</summary>
readonly struct DividedByLength(double epsilon) : IKernel
{
    public static int Arity => 2;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a / V.Max(b, epsilon);
}

/// <summary>(a − b·c)/d.</summary>
readonly struct OffLength : IKernel
{
    public static int Arity => 4;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => (a - b * c) / d;
}
