namespace Backprop.Ops;

/// <summary>y = x: a call of its own, at which a walk backward can be told to stop.</summary>
public sealed record Variable : Op
{
    static readonly Variable instance = new();

    /// <summary>x with a node of its own, whether or not x requires a gradient.</summary>
    internal static Tensor Of(Tensor x)
    {
        if (!x.DType.IsFloat()) x = Cast.Call(x, DType.Float64);
        var y = x.Alias();
        y.Node = new Node(instance, [x], y);
        return y;
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => x[0].Alias();

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = dy;
}
