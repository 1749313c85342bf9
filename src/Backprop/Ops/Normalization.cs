using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// Brings groups of numbers to mean 0 and variance 1, then scales and shifts them by learnt numbers: y = x̂·w + b with x̂ = (x − mean)·r and
/// r = 1/√(variance + ε).  With u = dy·w: dx = r·(u − mean(u) − x̂·mean(u·x̂)), dw = Σ dy·x̂, db = Σ dy.
/// Operands: x, and if wanted w, and if wanted b.
/// </summary>
/// <param name="Epsilon">ε, which keeps numbers that are all equal from being divided by 0.</param>
public abstract record Normalization(double Epsilon) : Op
{
    /// <summary>Whether the mean is taken off.</summary>
    private protected virtual bool Centred => true;

    /// <summary>What is normalised together, once the shapes are known to fit.</summary>
    private protected abstract Grouping Grouped(Shape x);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), Float(Name, x));
        if (y.Count == 0) return y;
        Cpu.Standardize(
            Raw(x[0], y.DType), x.Length > 1 ? Raw(x[1], y.DType) : null, x.Length > 2 ? Raw(x[2], y.DType) : null,
            Grouped(y.Shape), Centred, Epsilon, y);
        return y;
    }

    /// <summary>The float type in which the operands meet.</summary>
    internal static DType Float(string operation, ReadOnlySpan<Tensor> x) =>
        DTypes.Meet(x) is var dtype && dtype.IsFloat() ? dtype : throw DTypeException.NeedsFloat(operation, dtype);

    /// <summary>An operand without gaps in the element type that a kernel works in.</summary>
    internal static Tensor Raw(Tensor x, DType dtype) => Cast.Raw(x, dtype).Packed();

    /// <summary>Whether a kernel may work on all of them together, in which case nothing is recorded.</summary>
    internal static bool Fuses(Tensor dy, ReadOnlySpan<Tensor> x)
    {
        if (Recorder.Enabled) return false;
        foreach (var t in x)
            if (t.DType != dy.DType) return false;
        return true;
    }

    /// <summary>Room for the derivative with respect to an operand, if it is wanted and there is such an operand.</summary>
    internal static Tensor? Room(Node node, int operand)
    {
        if (operand >= node.Inputs.Length || !node.Needs(operand)) return null;
        var x = node.Inputs[operand];
        // Nothing flows in from an empty batch.
        return node.Output.Count == 0 ? Tensor.Zeros(x.Shape, x.DType) : new(x.Shape, x.DType);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var x = node.Inputs[0];
        var w = node.Inputs.Length > 1 ? node.Inputs[1] : null;
        if (!Fuses(dy, node.Inputs))
        {
            Formula(node, x, w, dy, dx);
            return;
        }
        for (var i = 0; i < dx.Length; i++) dx[i] = Room(node, i);
        if (dy.Count == 0) return;
        Cpu.StandardizePull(
            x.Packed(), w?.Packed(), dy.Packed(), Grouped(x.Shape), Centred, Epsilon, dx[0], dx.Length > 1 ? dx[1] : null, dx.Length > 2 ? dx[2] : null);
    }

    void Formula(Node node, Tensor x, Tensor? w, Tensor dy, Span<Tensor?> dx)
    {
        var group = Grouped(x.Shape);
        Shape folded = [group.Batch, group.Groups, group.Channels, group.Positions];
        int[] together = [2, 3], apart = [0, 3];
        x = Reshape.Call(x, folded);
        dy = Reshape.Call(dy, folded);
        var off = Centred ? x - x.Mean(together, keepDims: true) : x;
        var r = (off.Square().Mean(together, keepDims: true) + Epsilon).Rsqrt();
        var unit = off * r;
        if (node.Needs(0))
        {
            var u = w is null ? dy : dy * Reshape.Call(w, [1, group.Groups, group.Channels, 1]);
            var inner = u - unit * (u * unit).Mean(together, keepDims: true);
            if (Centred) inner -= u.Mean(together, keepDims: true);
            dx[0] = Reshape.Call(r * inner, node.Inputs[0].Shape);
        }
        if (dx.Length > 1 && node.Needs(1)) dx[1] = Reshape.Call((dy * unit).Sum(apart), node.Inputs[1].Shape);
        if (dx.Length > 2 && node.Needs(2)) dx[2] = Reshape.Call(dy.Sum(apart), node.Inputs[2].Shape);
    }

    /// <summary>Calls an operation with the parameters that there are; a shift without a scale is an addition of its own.</summary>
    private protected static Tensor Call(Op op, Tensor x, Tensor? weight, Tensor? bias, Shape biasShape)
    {
        x = Reduction.Float(x);
        if (weight is not null) return bias is null ? op.Apply(x, weight) : op.Apply(x, weight, bias);
        return bias is null ? op.Apply(x) : op.Apply(x) + Reshape.Call(bias, biasShape);
    }

    /// <summary>Refuses parameters, a weight and a bias, that do not have the shape wanted.</summary>
    internal static void RequireParameters(string operation, ReadOnlySpan<Tensor> parameters, Shape x, Shape wanted)
    {
        if (parameters.Length > 0) RequireParameter(operation, "weight", parameters[0], x, wanted);
        if (parameters.Length > 1) RequireParameter(operation, "bias", parameters[1], x, wanted);
    }

    /// <summary>Refuses a parameter that there is and that does not have the shape wanted.</summary>
    internal static void RequireParameter(string operation, string what, Tensor? parameter, Shape x, Shape wanted)
    {
        if (parameter is not null && parameter.Shape != wanted) throw new ShapeException(
            $"{operation}: a {what} of shape {parameter.Shape} does not fit x of shape {x}; it must be {wanted}.");
    }
}

/// <summary>
/// Normalises every element of a batch by itself, over its last axes (Ba, Kiros, Hinton 2016): x̂ = (x − mean)/√(variance + ε), y = x̂·w + b.
/// With r = 1/√(variance + ε) and u = dy·w: dx = r·(u − mean(u) − x̂·mean(u·x̂)), dw = Σ dy·x̂, db = Σ dy.
/// Operands: x [..., sizes], and if wanted w [sizes], b [sizes].
/// </summary>
/// <param name="Axes">How many of the last axes are gone over.</param>
/// <param name="Epsilon">ε.</param>
public sealed record LayerNormalization(int Axes, double Epsilon) : Normalization(Epsilon)
{
    /// <inheritdoc/>
    public override string Name => "LayerNorm";

    /// <summary>The layer norm over the last axes, whose sizes are given.</summary>
    public static Tensor Call(Tensor x, Shape sizes, Tensor? weight, Tensor? bias, double epsilon)
    {
        RequireSizes("LayerNorm", x.Shape, sizes);
        RequireParameter("LayerNorm", "bias", bias, x.Shape, sizes);
        return Call(new LayerNormalization(sizes.Rank, epsilon), x, weight, bias, sizes);
    }

    /// <summary>Refuses an x that does not end in the sizes over which it is to be normalised.</summary>
    internal static void RequireSizes(string operation, Shape x, Shape sizes)
    {
        if (sizes.Rank == 0 || sizes.Rank > x.Rank || !x.AsSpan()[^sizes.Rank..].SequenceEqual(sizes.AsSpan())) throw new ShapeException(
            $"{operation}: x of shape {x} does not end in {sizes}, the sizes that are normalised over.");
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        RequireParameters(Name, x[1..], x[0].Shape, LastAxes(Name, x[0].Shape, Axes));
        return x[0].Shape;
    }

    internal static Shape LastAxes(string operation, Shape x, int axes) => axes >= 1 && axes <= x.Rank ? new(x.AsSpan()[^axes..]) : throw new ShapeException(
        $"{operation}: x of shape {x} cannot be normalised over its last {axes} axes; it has {x.Rank}.");

    private protected override Grouping Grouped(Shape x) => ByRows(x, Axes);

    internal static Grouping ByRows(Shape x, int axes)
    {
        int rows = 1, length = 1;
        for (var i = 0; i < x.Rank; i++)
            if (i < x.Rank - axes) rows *= x[i];
            else length *= x[i];
        return new(rows, 1, length, 1);
    }
}

/// <summary>
/// Scales every element of a batch to mean square 1, over its last axes (Zhang, Sennrich 2019): x̂ = x/√(mean(x²) + ε), y = x̂·w.
/// With r = 1/√(mean(x²) + ε) and u = dy·w: dx = r·(u − x̂·mean(u·x̂)), dw = Σ dy·x̂.  Operands: x [..., sizes], and if wanted w [sizes].
/// </summary>
/// <param name="Axes">How many of the last axes are gone over.</param>
/// <param name="Epsilon">ε.</param>
public sealed record RmsNormalization(int Axes, double Epsilon) : Normalization(Epsilon)
{
    /// <inheritdoc/>
    public override string Name => "RmsNorm";

    /// <summary>The root mean square norm over the last axes, whose sizes are given; ε is the element type's smallest step above 1 if left out.</summary>
    public static Tensor Call(Tensor x, Shape sizes, Tensor? weight, double? epsilon)
    {
        LayerNormalization.RequireSizes("RmsNorm", x.Shape, sizes);
        return Call(new RmsNormalization(sizes.Rank, epsilon ?? (x.DType == DType.Float32 ? 1.1920929e-7 : double.BitIncrement(1) - 1)), x, weight, null, sizes);
    }

    private protected override bool Centred => false;

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        RequireParameters(Name, x[1..], x[0].Shape, LayerNormalization.LastAxes(Name, x[0].Shape, Axes));
        return x[0].Shape;
    }

    private protected override Grouping Grouped(Shape x) => LayerNormalization.ByRows(x, Axes);
}

/// <summary>
/// Normalises groups of channels of every batch entry by itself (Wu, He 2018): x̂ = (x − mean)/√(variance + ε) over the channels of a group and all
/// their positions, y = x̂·w + b channel by channel.  Derivatives as for <see cref="LayerNormalization"/>.
/// Operands: x [batch, channels, ...], and if wanted w [channels], b [channels].
/// </summary>
/// <param name="Groups">Into how many groups the channels are divided: 1 for all together, as many as channels for each by itself.</param>
/// <param name="Epsilon">ε.</param>
public sealed record GroupNormalization(int Groups, double Epsilon) : Normalization(Epsilon)
{
    /// <inheritdoc/>
    public override string Name => "GroupNorm";

    /// <summary>The norm over groups of channels.</summary>
    public static Tensor Call(Tensor x, int groups, Tensor? weight, Tensor? bias, double epsilon)
    {
        RequireChannels("GroupNorm", x.Shape);
        RequireParameter("GroupNorm", "bias", bias, x.Shape, [x.Shape[1]]);
        return Call(new GroupNormalization(groups, epsilon), x, weight, bias, PerChannel(x.Shape));
    }

    /// <summary>The norm of every channel of every batch entry by itself.</summary>
    public static Tensor OfInstances(Tensor x, Tensor? weight, Tensor? bias, double epsilon)
    {
        if (x.Rank < 3) throw new ShapeException($"InstanceNorm: needs x of shape [batch, channels, positions, ...] and got {x.Shape}.");
        RequireSeveral("InstanceNorm", x.Shape, 0);
        return Call(x, Math.Max(1, x.Shape[1]), weight, bias, epsilon);
    }

    /// <summary>[channels, 1, ...]: what broadcasts along axis 1.</summary>
    internal static Shape PerChannel(Shape x)
    {
        var sizes = new int[x.Rank - 1];
        Array.Fill(sizes, 1);
        sizes[0] = x[1];
        return Shape.Own(sizes);
    }

    /// <summary>Refuses an x whose normalised value would be 0 whatever it is, because each mean is of one number.</summary>
    /// <param name="operation">Who asks.</param>
    /// <param name="x">The shape.</param>
    /// <param name="batch">How many batch entries go into one mean; 0 if each has its own.</param>
    internal static void RequireSeveral(string operation, Shape x, int batch)
    {
        var numbers = Math.Max(1, batch);
        for (var i = 2; i < x.Rank; i++) numbers *= x[i];
        if (numbers == 1 && x.Count > 0) throw new ShapeException(
            $"{operation}: x of shape {x} has one number for each mean, which leaves nothing of it; " +
            (batch > 0 ? "train on batches of several, or use Eval() for statistics gathered before." : "it needs several positions."));
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        var shape = x[0].Shape;
        RequireChannels(Name, shape);
        if (Groups < 1 || shape[1] % Groups != 0) throw new ShapeException(
            $"{Name}: the {shape[1]} channels of x of shape {shape} cannot be divided into {Groups} groups of equal size.");
        RequireParameters(Name, x[1..], shape, [shape[1]]);
        return shape;
    }

    /// <summary>Refuses an x without an axis of channels.</summary>
    internal static void RequireChannels(string operation, Shape x)
    {
        if (x.Rank < 2) throw new ShapeException($"{operation}: needs x of shape [batch, channels, ...] and got {x}.");
    }

    private protected override Grouping Grouped(Shape x)
    {
        var positions = 1;
        for (var i = 2; i < x.Rank; i++) positions *= x[i];
        return new(x[0], Groups, x[1] / Groups, positions);
    }
}
