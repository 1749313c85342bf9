using Backprop.Devices.Memory;
using Backprop.Ops;

namespace Backprop.Losses;

/// <summary>
/// What training makes small: how far results are from what they should be. Every loss is made of recorded operations, so it has derivatives
/// of any order, with respect to the target too.
/// </summary>
/// <remarks>
/// A batch of 0 has the sum 0 and no losses; it has no mean, and asking for one is refused. A NaN among the results is a NaN in the loss. Results and targets
/// of different precisions meet in the wider one.
/// </remarks>
public static partial class Loss
{
    static Tensor Reduce(string name, Tensor losses, LossReduction reduction) => reduction switch
    {
        LossReduction.Mean => losses.Count > 0 ? losses.Mean() : throw Nothing(name, $"there are no losses (their shape is {losses.Shape})"),
        LossReduction.Sum => losses.Sum(),
        LossReduction.None => losses,
        _ => throw new ArgumentOutOfRangeException(nameof(reduction), $"{name}: there is no reduction {reduction}; there are Mean, Sum and None."),
    };

    static ShapeException Nothing(string name, string why) => new(
        $"{name}: {why}, and nothing has no mean. Leave such batches out, or use LossReduction.Sum, which is 0.");

    static void RequireSame(string name, Tensor x, Tensor target, string what = "results", string others = "targets")
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(target);
        if (x.Shape != target.Shape)
            throw new ShapeException($"{name}: {what} of shape {x.Shape} and {others} of shape {target.Shape} must have equal shapes.");
    }

    // What counts more or less must not make more of the losses than there are.
    static void RequireFitting(string name, string what, Tensor? extra, Shape shape)
    {
        if (extra is not null && !extra.Shape.FitsInto(shape)) throw new ShapeException(
            $"{name}: {what} of shape {extra.Shape} cannot be broadcast to the results, of shape {shape}.");
    }

    // NaN passes: it shows in the loss.
    static void RequireWithin(string name, string what, Tensor x, double low, double high, string wanted)
    {
        using var active = Activity.Begin();
        var numbers = Cast.Raw(x, DType.Float64).Packed().Elements<double>();
        for (var i = 0; i < numbers.Length; i++)
            if (numbers[i] < low || numbers[i] > high) throw new ArgumentOutOfRangeException(null,
                FormattableString.Invariant($"{name}: the {what} {numbers[i]} (element {i} of shape {x.Shape}) is not {wanted}."));
    }

    // Targets that say which of two cases holds: 0 and 1 in their place would be another loss in silence.
    static void RequireSigns(string name, Tensor target)
    {
        using var active = Activity.Begin();
        var numbers = Cast.Raw(target, DType.Float64).Packed().Elements<double>();
        for (var i = 0; i < numbers.Length; i++)
            if (numbers[i] is not (1 or -1)) throw new ArgumentOutOfRangeException(null,
                FormattableString.Invariant($"{name}: the target {numbers[i]} (element {i} of shape {target.Shape}) is neither 1 nor -1; of 0 and 1, 2 * target - 1 makes such."));
    }
}
