using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>
/// Normalises every number by those of neighbouring channels at the same place (Krizhevsky, Sutskever, Hinton 2012): y = x·s^(−β) with
/// s = k + α/size·Σ x², the sum over the size channels around (of an even size one more in front).
/// dx = dy·s^(−β) − 2αβ/size·x·Σ dy·x·s^(−β−1), the sum over the channels that x counts for.  Operand: x [batch, channels, ...].
/// </summary>
/// <param name="Size">How many neighbouring channels count.</param>
/// <param name="Alpha">α.</param>
/// <param name="Beta">β.</param>
/// <param name="K">k.</param>
public sealed record LocalResponseNormalization(int Size, double Alpha, double Beta, double K) : Op
{
    /// <inheritdoc/>
    public override string Name => "LocalResponseNorm";

    /// <summary>The norm over neighbouring channels; whole numbers as float64.</summary>
    public static Tensor Call(Tensor x, int size, double alpha, double beta, double k) =>
        new LocalResponseNormalization(size, alpha, beta, k).Apply(Reduction.Float(x));

    double Share => Alpha / Size;

    ChannelWindows Windows => new(Size / 2, (Size - 1) / 2);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        GroupNormalization.RequireChannels(Name, x[0].Shape);
        return Size >= 1 ? x[0].Shape : throw new ShapeException($"{Name}: a neighbourhood of {Size} channels is none; its size must be at least 1.");
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), Normalization.Float(Name, x));
        Cpu.MapFloat(new Damped(K, Share, -Beta), [x[0], Windows.Apply(x[0].Square())], y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var x = node.Inputs[0];
        var squares = Windows.Apply(x.Square());
        if (!Normalization.Fuses(dy, node.Inputs))
        {
            var s = squares * Share + K;
            var through = Windows.Mirrored.Apply(dy * x * s.Pow(-Beta - 1));
            dx[0] = dy * s.Pow(-Beta) - x * through * (2 * Share * Beta);
            return;
        }
        var part = new Tensor(x.Shape, x.DType);
        Cpu.MapFloat(new DampedProduct(K, Share, -Beta - 1), [dy, x, squares], part);
        var d = new Tensor(x.Shape, x.DType);
        Cpu.MapFloat(new DampedPull(K, Share, Beta), [dy, x, squares, Windows.Mirrored.Apply(part)], d);
        dx[0] = d;
    }
}

/// <summary>
/// Sums over neighbouring channels: y[n, c] = Σ x[n, c − before] … x[n, c + after], as many of them as there are.  dx is the same of dy with before and
/// after exchanged.  Operand: x [batch, channels, ...].
/// </summary>
/// <param name="Before">How many channels in front count.</param>
/// <param name="After">How many channels behind count.</param>
public sealed record ChannelWindows(int Before, int After) : Op
{
    /// <summary>The windows seen from the other side.</summary>
    internal ChannelWindows Mirrored => new(After, Before);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        GroupNormalization.RequireChannels(Name, x[0].Shape);
        return x[0].Shape;
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), Normalization.Float(Name, x));
        Cpu.AddNeighbours(x[0].Packed(), Before, After, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = Mirrored.Apply(dy);
}

/// <summary>a·(k + α·b)^e.</summary>
readonly struct Damped(double k, double share, double exponent) : IKernel
{
    public static int Arity => 2;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a * V.Pow(k + share * b, exponent);
}

/// <summary>a·b·(k + α·c)^e.</summary>
readonly struct DampedProduct(double k, double share, double exponent) : IKernel
{
    public static int Arity => 3;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a * b * V.Pow(k + share * c, exponent);
}

/// <summary>a·(k + α·c)^(−β) − 2αβ·b·d.</summary>
readonly struct DampedPull(double k, double share, double beta) : IKernel
{
    public static int Arity => 4;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a * V.Pow(k + share * c, -beta) - 2 * share * beta * (b * d);
}
