namespace Backprop.Ops;

/// <summary>Looks for the call that first made a NaN or an infinity.</summary>
static class Anomalies
{
    [ThreadStatic] static bool watching;

    public static bool Watching
    {
        get => watching;
        set => watching = value;
    }

    public static void AfterForward(Op op, ReadOnlySpan<Tensor> x, Tensor y)
    {
    }

    public static void AfterBackward(Node node, Tensor dy, ReadOnlySpan<Tensor?> dx)
    {
    }
}
