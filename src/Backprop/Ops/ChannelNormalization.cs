using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// Mean and variance of every channel over the batch and all positions, y = [means, variances]; the variance is the sample's own, without Bessel's
/// correction.  dx = (dmean + 2·(x − mean)·dvariance)/n for n numbers a channel.  Operand: x [batch, channels, ...]; result: [2, channels].
/// </summary>
public sealed record ChannelMoments : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        GroupNormalization.RequireChannels(Name, x[0].Shape);
        return [2, x[0].Shape[1]];
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), Normalization.Float(Name, x));
        if (x[0].Count == 0) return Tensor.Full(y.Shape, double.NaN, y.DType);
        Cpu.ChannelMoments(x[0].Packed(), y.Shape[1], x[0].Count / (x[0].Shape[0] * y.Shape[1]), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var x = node.Inputs[0];
        var folded = Folded(x);
        var (mean, variance) = Apart(dy);
        var off = folded - folded.Mean([0, 2], keepDims: true);
        dx[0] = Reshape.Call((mean + off * variance * 2.0) / ((double)x.Count / x.Shape[1]), x.Shape);
    }

    /// <summary>x as [batch, channels, positions].</summary>
    internal static Tensor Folded(Tensor x)
    {
        var positions = 1;
        for (var i = 2; i < x.Rank; i++) positions *= x.Shape[i];
        return Reshape.Call(x, [x.Shape[0], x.Shape[1], positions]);
    }

    /// <summary>Means and variances, each as [1, channels, 1].</summary>
    internal static (Tensor Mean, Tensor Variance) Apart(Tensor moments)
    {
        Shape each = [1, moments.Shape[1], 1];
        return (Reshape.Call(Slice.Call(moments, 0, new(0, 1, 1)), each), Reshape.Call(Slice.Call(moments, 0, new(1, 1, 1)), each));
    }
}

/// <summary>
/// Normalises every channel over the batch and all positions (Ioffe, Szegedy 2015): y = (x − mean)·r·w + b with r = 1/√(variance + ε).
/// With x̂ = (x − mean)·r and u = dy·w: dw = Σ dy·x̂, db = Σ dy, and dx = r·(u − mean(u) − x̂·mean(u·x̂)) where mean and variance are x's own, so that
/// what flows through them is in it already; dx = r·u where they are given from elsewhere.
/// Operands: x [batch, channels, ...], <see cref="ChannelMoments"/> [2, channels], and if wanted w [channels], b [channels].
/// </summary>
/// <param name="Epsilon">ε, which keeps a channel of equal numbers from being divided by 0.</param>
/// <param name="OwnMoments">Whether mean and variance are x's own, as in training.</param>
public sealed record ChannelNormalization(double Epsilon, bool OwnMoments) : Op
{
    /// <inheritdoc/>
    public override string Name => "BatchNorm";

    /// <summary>Normalises by the batch's own mean and variance, and tells them.</summary>
    public static Tensor Call(Tensor x, Tensor? weight, Tensor? bias, double epsilon, out Tensor moments)
    {
        x = Reduction.Float(x);
        GroupNormalization.RequireChannels("BatchNorm", x.Shape);
        RequireParameters(x.Shape, weight, bias);
        GroupNormalization.RequireSeveral("BatchNorm", x.Shape, x.Shape[0]);
        moments = new ChannelMoments().Apply(x);
        return new ChannelNormalization(epsilon, OwnMoments: true).Apply(x, moments, weight, bias);
    }

    /// <summary>Normalises by a mean and variance gathered before.</summary>
    public static Tensor Call(Tensor x, Tensor mean, Tensor variance, Tensor? weight, Tensor? bias, double epsilon)
    {
        x = Reduction.Float(x);
        GroupNormalization.RequireChannels("BatchNorm", x.Shape);
        RequireParameters(x.Shape, weight, bias);
        Shape each = [x.Shape[1]];
        if (mean.Shape != each || variance.Shape != each) throw new ShapeException(
            $"BatchNorm: a mean of shape {mean.Shape} and a variance of shape {variance.Shape} do not fit x of shape {x.Shape}; both must be {each}.");
        return new ChannelNormalization(epsilon, OwnMoments: false).Apply(x, Tensor.Stack([mean, variance], 0), weight, bias);
    }

    Tensor Apply(Tensor x, Tensor moments, Tensor? weight, Tensor? bias)
    {
        if (weight is not null) return bias is null ? Apply([x, moments, weight]) : Apply([x, moments, weight, bias]);
        var y = Apply([x, moments]);
        return bias is null ? y : y + Reshape.Call(bias, GroupNormalization.PerChannel(x.Shape));
    }

    static void RequireParameters(Shape x, Tensor? weight, Tensor? bias)
    {
        Normalization.RequireParameter("BatchNorm", "weight", weight, x, [x[1]]);
        Normalization.RequireParameter("BatchNorm", "bias", bias, x, [x[1]]);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        var shape = x[0].Shape;
        GroupNormalization.RequireChannels(Name, shape);
        if (x[1].Shape != [2, shape[1]]) throw new ShapeException(
            $"{Name}: moments of shape {x[1].Shape} do not fit x of shape {shape}; they must be [2, {shape[1]}].");
        Normalization.RequireParameters(Name, x[2..], shape, [shape[1]]);
        return shape;
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), Normalization.Float(Name, x));
        if (y.Count == 0) return y;
        Cpu.StandardizeChannels(
            Normalization.Raw(x[0], y.DType), Normalization.Raw(x[1], y.DType), x.Length > 2 ? Normalization.Raw(x[2], y.DType) : null,
            x.Length > 3 ? Normalization.Raw(x[3], y.DType) : null, y.Shape[1], Positions(y), Epsilon, y);
        return y;
    }

    static int Positions(Tensor x) => x.Count / (x.Shape[0] * x.Shape[1]);

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor x = node.Inputs[0], moments = node.Inputs[1];
        var w = node.Inputs.Length > 2 ? node.Inputs[2] : null;
        if (!Normalization.Fuses(dy, node.Inputs) || (node.Needs(1) && !OwnMoments))
        {
            Formula(node, w, dy, dx);
            return;
        }
        dx[0] = Normalization.Room(node, 0);
        for (var i = 2; i < dx.Length; i++) dx[i] = Normalization.Room(node, i);
        if (dy.Count == 0) return;
        Cpu.StandardizeChannelsPull(
            x.Packed(), moments.Packed(), w?.Packed(), dy.Packed(), x.Shape[1], Positions(x), Epsilon, OwnMoments,
            dx[0], dx.Length > 2 ? dx[2] : null, dx.Length > 3 ? dx[3] : null);
    }

    void Formula(Node node, Tensor? w, Tensor dy, Span<Tensor?> dx)
    {
        int[] together = [0, 2];
        var x = ChannelMoments.Folded(node.Inputs[0]);
        dy = ChannelMoments.Folded(dy);
        var (mean, variance) = OwnMoments ? (x.Mean(together, keepDims: true), x.Var(together, keepDims: true, correction: 0)) : ChannelMoments.Apart(node.Inputs[1]);
        var r = (variance + Epsilon).Rsqrt();
        var unit = (x - mean) * r;
        var u = w is null ? dy : dy * Reshape.Call(w, [1, w.Count, 1]);
        if (node.Needs(0))
        {
            var inner = OwnMoments ? u - u.Mean(together, keepDims: true) - unit * (u * unit).Mean(together, keepDims: true) : u;
            dx[0] = Reshape.Call(r * inner, node.Inputs[0].Shape);
        }
        if (node.Needs(1) && !OwnMoments)
        {
            var slope = Reshape.Call(r, [mean.Count]);
            dx[1] = Tensor.Stack([-slope * u.Sum(together), slope * slope * (u * unit).Sum(together) * -0.5], 0);
        }
        if (dx.Length > 2 && node.Needs(2)) dx[2] = (dy * unit).Sum(together);
        if (dx.Length > 3 && node.Needs(3)) dx[3] = dy.Sum(together);
    }
}
