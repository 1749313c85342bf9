using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>Looks for the call that first made a NaN or an infinity.</summary>
static class Anomalies
{
    [ThreadStatic] static bool watchesNaN;
    [ThreadStatic] static bool watchesInfinity;

    public static bool WatchesNaN
    {
        get => watchesNaN;
        set => watchesNaN = value;
    }

    public static bool WatchesInfinity
    {
        get => watchesInfinity;
        set => watchesInfinity = value;
    }

    public static bool Watching => watchesNaN || watchesInfinity;

    public static void AfterForward(Op op, ReadOnlySpan<Tensor> x, Tensor y)
    {
        if (Find(y) is not { } found) return;
        foreach (var operand in x)
            if (Find(operand) is not null) return;
        throw new AnomalyException($"{op.Name} made {found} out of sound operands{Shapes(x)}{At(CallSite.Find())}.");
    }

    public static void AfterBackward(Node node, Tensor dy, ReadOnlySpan<Tensor?> dx)
    {
        if (Find(dy) is not null) return;
        for (var i = 0; i < dx.Length; i++)
            if (dx[i] is { } d && Find(d) is { } found)
                throw new AnomalyException(
                    $"Backward of {node.Op.Name} made {found} in the derivative of operand {i}{Shapes(node.Inputs)}, called{At(node.Source)}.");
    }

    static string At(CallSite? site) => site is null ? "" : $" at {site}";

    static string Shapes(ReadOnlySpan<Tensor> x)
    {
        var shapes = new string[x.Length];
        for (var i = 0; i < shapes.Length; i++) shapes[i] = x[i].Shape.ToString();
        return $" of shape {string.Join(" and ", shapes)}";
    }

    // The first anomaly and its place, in words.
    static string? Find(Tensor x)
    {
        if (!x.DType.IsFloat()) return null;
        var place = Cpu.FindAnomaly(x.Packed(), watchesNaN, watchesInfinity, out var value);
        if (place < 0) return null;
        var what = double.IsNaN(value) ? "a NaN" : value > 0 ? "an infinity" : "a negative infinity";
        if (x.Rank == 0) return what;
        var index = new int[x.Rank];
        for (var axis = x.Rank - 1; axis >= 0; axis--) (place, index[axis]) = Math.DivRem(place, x.Shape[axis]);
        return $"{what} at [{string.Join(", ", index)}]";
    }
}
