namespace Backprop.Graphs;

/// <summary>A group of nodes that belong together: a call of a module. Drawn as a rounded frame, or folded into one box.</summary>
/// <param name="Path">Its path, as <c>layers.0.fc1</c>; of a module's second call <c>layers.0.fc1#2</c>.</param>
/// <param name="Title">What the module calls itself, as <c>Linear(4 → 8)</c>.</param>
/// <param name="Parent">The path of the group around it; empty for none.</param>
/// <param name="Depth">How many groups deep it lies, from 1.</param>
public sealed record GraphGroup(string Path, string Title, string Parent, int Depth)
{
    /// <summary>Its path within the group around it.</summary>
    public string Name => Parent.Length > 0 && Path.StartsWith(Parent + ".", StringComparison.Ordinal) ? Path[(Parent.Length + 1)..] : Path;
}
