using Backprop.Ops;

namespace Backprop.Graphs;

/// <summary>What a box or circle of a graph stands for.</summary>
public enum GraphNodeKind
{
    /// <summary>A call of an operation: a circle in the drawing.</summary>
    Operation,
    /// <summary>A leaf whose derivative is wanted.</summary>
    Variable,
    /// <summary>A leaf that belongs to a module: a parameter or a buffer.</summary>
    Parameter,
    /// <summary>A leaf whose derivative is not wanted.</summary>
    Constant,
    /// <summary>A number written in the code.</summary>
    Literal,
    /// <summary>Where a result of the whole computation comes out.</summary>
    Output,
    /// <summary>A folded group: many calls in one box.</summary>
    Group,
}

/// <summary>One box or circle of a <see cref="Graph"/>: plain data, taken when the graph was captured.</summary>
public sealed record GraphNode
{
    internal GraphNode()
    {
    }

    /// <summary>Its number: operands have smaller ones than what is computed from them. Folding leaves it as it is.</summary>
    public required int Id { get; init; }

    /// <summary>What it stands for.</summary>
    public required GraphNodeKind Kind { get; init; }

    /// <summary>
    /// What the user calls it: the variable's name in the call, <see cref="Tensor.Name"/>, or the parameter's path; null if it has none.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>The operation's name, as <c>Multiply</c>; of a folded group the module's, as <c>Linear(4 → 8)</c>; empty for leaves and outputs.</summary>
    public string Operation { get; init; } = "";

    /// <summary>What stands in the circle: <c>×</c>, <c>+</c>, <c>exp</c>, <c>matMul</c>.</summary>
    public string Symbol { get; init; } = "";

    /// <summary>The operation's formula in its operands x, or a and b: <c>a * b</c>; null where it is not one.</summary>
    public string? Formula { get; init; }

    /// <summary>The operation itself; null of leaves, outputs and folded groups.</summary>
    internal Op? Call { get; init; }

    /// <summary>The operation's attributes by name, as <c>Axis</c> and <c>-1</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Attributes { get; init; } = [];

    /// <summary>The result; of a folded group the last one that leaves it.</summary>
    public required GraphValue Value { get; init; }

    /// <summary>The derivative of the output with respect to this; null where none was asked for or none flows.</summary>
    public GraphValue? Gradient { get; init; }

    /// <summary>Whose file and line called the operation, if <see cref="Graph.Record"/> or <see cref="Autograd.Tape.KeepSources()"/> was on.</summary>
    public CallSite? Source { get; init; }

    /// <summary>The path of the innermost group it belongs to; empty outside all groups.</summary>
    public string Group { get; init; } = "";

    /// <summary>Of a folded group: how many operations it holds.</summary>
    public int OperationCount { get; init; }

    /// <summary>Of a folded group: how many numbers its parameters hold.</summary>
    public long ParameterCount { get; init; }

    /// <summary>Whether it is an input of the computation: a variable, parameter, constant or literal.</summary>
    public bool IsLeaf => Kind is GraphNodeKind.Variable or GraphNodeKind.Parameter or GraphNodeKind.Constant or GraphNodeKind.Literal;

    /// <summary>Its name, or what stands for one: the symbol, the number, the shape.</summary>
    public string Label => Name ?? (Symbol.Length > 0 ? Symbol : Value.Number is { } number ? NumberText.Of(number) : $"{Value.Shape}");

    /// <summary>The label and the value in one line.</summary>
    public override string ToString() => $"{Label} = {Value}";
}
