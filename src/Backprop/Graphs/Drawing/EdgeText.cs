namespace Backprop.Graphs;

/// <summary>Values and derivatives in a few words, for outputs that place their labels themselves.</summary>
static class EdgeText
{
    /// <summary>The number, or the shape.</summary>
    public static string Value(GraphEdge edge) => edge.Value.Number is { } number ? Number(number) : $"{edge.Value.Shape}";

    /// <summary>The derivative, or how large it is; null where none comes back.</summary>
    public static string? Gradient(GraphEdge edge, DrawingOptions options) =>
        !options.Gradients || edge.Gradient is not { } gradient ? null : "∂ " + (gradient.Number is { } number ? Number(number) : $"norm {Number(gradient.Norm)}");

    /// <summary>The lines of a node: what it is called, and where there is room what it is.</summary>
    public static IEnumerable<string> Lines(GraphNode node, DrawingOptions options)
    {
        if (node.Kind == GraphNodeKind.Operation)
        {
            yield return node.Symbol;
            if (node.Name is not null) yield return node.Name;
            yield break;
        }
        yield return node.Label;
        if (node.Kind == GraphNodeKind.Group) yield return node.Operation;
        else if (node.Value.Number is null && options.Detail != GraphDetail.Structure) yield return $"{node.Value.Shape} {node.Value.DType.Name()}";
    }

    /// <summary>What a group is called, with what it is.</summary>
    public static string Title(GraphGroup group) => group.Title.Length == 0 ? group.Name : $"{group.Name}: {group.Title}";

    /// <summary>With a real minus sign, which is as wide as a plus.</summary>
    public static string Number(double value) => NumberText.Of(value).Replace('-', '−');
}
