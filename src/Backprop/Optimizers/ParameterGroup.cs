namespace Backprop.Optimizers;

/// <summary>Parameters that are optimised with the same learning rate and weight decay.</summary>
public sealed class ParameterGroup
{
    readonly string optimizer;

    internal ParameterGroup(string optimizer, double learningRate, double weightDecay)
    {
        this.optimizer = optimizer;
        (LearningRate, WeightDecay) = (learningRate, weightDecay);
    }

    /// <summary>The step size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double LearningRate
    {
        get;
        set => field = Checked(value, "learning rate");
    }

    /// <summary>How strongly weights are drawn to 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double WeightDecay
    {
        get;
        set => field = Checked(value, "weight decay");
    }

    /// <summary>The parameters.</summary>
    public IReadOnlyList<Tensor> Parameters => [.. Members.Select(member => member.Parameter)];

    internal List<ParameterSlot> Members { get; } = [];

    double Checked(double value, string what) => double.IsFinite(value) && value >= 0
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), $"{optimizer}: the {what} {value} is not a number ≥ 0.");
}
