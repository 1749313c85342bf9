namespace Backprop.Modules;

/// <summary>Normalises every element of a batch by itself over its last axes, then scales and shifts it: see <see cref="Tensor.LayerNorm"/>.</summary>
public sealed class LayerNorm : Module
{
    readonly Shape sizes;

    /// <summary>A layer norm over the last axes, whose sizes are given. Weights start at 1 and biases at 0.</summary>
    /// <param name="sizes">The sizes of the axes that are normalised over.</param>
    /// <param name="epsilon">ε, added to the variance.</param>
    /// <param name="affine">Whether to scale by learnt weights.</param>
    /// <param name="bias">Whether to shift by learnt biases, where there are weights.</param>
    /// <param name="dtype">The parameters' precision.</param>
    public LayerNorm(Shape sizes, double epsilon = 1e-5, bool affine = true, bool bias = true, DType dtype = DType.Float32)
    {
        if (sizes.Rank == 0) throw new ShapeException("LayerNorm: no axes to normalise over; give the sizes of the last axes, such as [64].");
        this.sizes = sizes;
        Epsilon = Option.NotNegative(epsilon, nameof(LayerNorm));
        if (!affine) return;
        Weight = Tensor.Ones(sizes, dtype);
        Weight.RequiresGrad = true;
        if (!bias) return;
        Bias = Tensor.Zeros(sizes, dtype);
        Bias.RequiresGrad = true;
    }

    /// <summary>A layer norm over the last axis, whose size is given.</summary>
    public LayerNorm(int size, double epsilon = 1e-5, bool affine = true, bool bias = true, DType dtype = DType.Float32)
        : this([size], epsilon, affine, bias, dtype)
    {
    }

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <summary>w, of the sizes; null for a norm without.</summary>
    public Tensor? Weight { get; }

    /// <summary>b, of the sizes; null for a norm without.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    public override string Name => $"LayerNorm({sizes})";

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts
    {
        get
        {
            if (Weight is not null) yield return ("weight", Weight);
            if (Bias is not null) yield return ("bias", Bias);
        }
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.LayerNorm(sizes, Weight, Bias, Epsilon);
}
