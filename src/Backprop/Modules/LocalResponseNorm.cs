namespace Backprop.Modules;

/// <summary>Normalises every number by those of neighbouring channels at the same place: see <see cref="Tensor.LocalResponseNorm"/>.</summary>
/// <param name="size">How many neighbouring channels count.</param>
/// <param name="alpha">α.</param>
/// <param name="beta">β.</param>
/// <param name="k">k.</param>
public sealed class LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double k = 1) : Module
{
    readonly int size = Option.AtLeastOne(size, nameof(LocalResponseNorm));

    /// <inheritdoc/>
    public override string Name => $"LocalResponseNorm({size})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.LocalResponseNorm(size, alpha, beta, k);
}
