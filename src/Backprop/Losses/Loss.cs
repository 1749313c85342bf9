namespace Backprop.Losses;

/// <summary>
/// What training makes small: how far results are from what they should be. Every loss is made of recorded operations, so it has derivatives
/// of any order, with respect to the target too.
/// </summary>
public static partial class Loss
{
    static Tensor Reduce(Tensor losses, LossReduction reduction) => reduction switch
    {
        LossReduction.Mean => losses.Mean(),
        LossReduction.Sum => losses.Sum(),
        _ => losses,
    };

    static void RequireSame(string name, Tensor x, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(target);
        if (x.Shape != target.Shape)
            throw new ShapeException($"{name}: results of shape {x.Shape} and targets of shape {target.Shape} must have equal shapes.");
    }
}
