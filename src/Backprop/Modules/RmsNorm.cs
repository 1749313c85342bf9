namespace Backprop.Modules;

/// <summary>Scales every element of a batch to mean square 1 over its last axes, then by learnt weights: see <see cref="Tensor.RmsNorm"/>.</summary>
public sealed class RmsNorm : Module
{
    readonly Shape sizes;

    /// <summary>A norm over the last axes, whose sizes are given. Weights start at 1.</summary>
    /// <param name="sizes">The sizes of the axes that are gone over.</param>
    /// <param name="epsilon">ε, added to the mean square; the smallest step of the element type above 1 if left out.</param>
    /// <param name="affine">Whether to scale by learnt weights.</param>
    /// <param name="dtype">The parameters' precision.</param>
    public RmsNorm(Shape sizes, double? epsilon = null, bool affine = true, DType dtype = DType.Float32)
    {
        if (sizes.Rank == 0) throw new ShapeException("RmsNorm: no axes to normalise over; give the sizes of the last axes, such as [64].");
        this.sizes = sizes;
        Epsilon = epsilon is { } given ? Option.NotNegative(given, nameof(RmsNorm), nameof(epsilon)) : null;
        if (!affine) return;
        Weight = Tensor.Ones(sizes, dtype);
        Weight.RequiresGrad = true;
    }

    /// <summary>A norm over the last axis, whose size is given.</summary>
    public RmsNorm(int size, double? epsilon = null, bool affine = true, DType dtype = DType.Float32) : this([size], epsilon, affine, dtype)
    {
    }

    /// <summary>ε; null for the smallest step of the element type above 1.</summary>
    public double? Epsilon { get; }

    /// <summary>w, of the sizes; null for a norm without.</summary>
    public Tensor? Weight { get; }

    /// <inheritdoc/>
    public override string Name => $"RmsNorm({sizes})";

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => Weight is null ? [] : [("weight", Weight)];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.RmsNorm(sizes, Weight, Epsilon);
}
