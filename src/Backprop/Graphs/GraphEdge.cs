namespace Backprop.Graphs;

/// <summary>An arrow of a <see cref="Graph"/>: a value going right into an operation, and the derivative coming back left along it.</summary>
public sealed record GraphEdge
{
    internal GraphEdge()
    {
    }

    /// <summary>Its number; folding leaves it as it is.</summary>
    public required int Id { get; init; }

    /// <summary>The node it leaves.</summary>
    public required int From { get; init; }

    /// <summary>The node it enters.</summary>
    public required int To { get; init; }

    /// <summary>Which operand of <see cref="To"/> it is, from 0.</summary>
    public required int Operand { get; init; }

    /// <summary>
    /// The node whose result it carries: the same as <see cref="From"/>, or a node within it where that is a folded group. Edges of one origin are one
    /// value that is used several times.
    /// </summary>
    public required int Origin { get; init; }

    /// <summary>The value going right.</summary>
    public required GraphValue Value { get; init; }

    /// <summary>
    /// The derivative coming back along this arrow: what <see cref="From"/> gets from this use. Those of all its uses add up to its
    /// <see cref="GraphNode.Gradient"/>. Null where none flows.
    /// </summary>
    public GraphValue? Gradient { get; init; }

    /// <summary>
    /// ∂(<see cref="To"/>)/∂(<see cref="From"/>) at this operand, where both are single numbers. The chain rule on one arrow:
    /// <see cref="Gradient"/> = the gradient of <see cref="To"/> · this.
    /// </summary>
    public double? LocalDerivative { get; init; }

    /// <summary>The derivative itself, kept where several arrows may be folded into one.</summary>
    internal Tensor? Flow { get; init; }
}
