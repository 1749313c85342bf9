namespace Backprop.Graphs;

/// <summary>What a captured graph holds.</summary>
public sealed record GraphOptions
{
    /// <summary>What is held unless something else is asked for.</summary>
    public static GraphOptions Default { get; } = new();

    /// <summary>
    /// Whether derivatives are computed: one walk backward, which leaves every <see cref="Tensor.Grad"/> as it is and calls no hook.
    /// </summary>
    public bool Gradients { get; init; } = true;
}
