using Backprop.Ops;

namespace Backprop;

/// <summary>Joining, repeating, padding and windows: fluent names onto the operations, whose docs give formula and derivative.</summary>
public sealed partial class Tensor
{
    /// <summary>The tensors one after the other along an axis; all other sizes are equal.</summary>
    /// <exception cref="ShapeException">There are none, or their shapes differ off the axis.</exception>
    public static Tensor Concat(ReadOnlySpan<Tensor> tensors, int axis = 0) => Ops.Concat.Call(tensors, axis);

    /// <summary>Tensors of one shape along a new axis of the result.</summary>
    /// <exception cref="ShapeException">There are none, or their shapes differ.</exception>
    public static Tensor Stack(ReadOnlySpan<Tensor> tensors, int axis = 0)
    {
        if (tensors.IsEmpty) throw new ShapeException("Stack: there are no tensors to join; give at least one.");
        var parts = new Tensor[tensors.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(tensors[i]);
            if (tensors[i].Shape != tensors[0].Shape) throw new ShapeException(
                $"Stack: tensor {i} of shape {tensors[i].Shape} does not fit tensor 0 of shape {tensors[0].Shape}; all shapes must be equal.");
            parts[i] = tensors[i].Unsqueeze(axis);
        }
        return Ops.Concat.Call(parts, axis);
    }

    /// <summary>The whole tensor repeated along its axes, the last number for the last axis: <c>[1, 2].Tile(2)</c> is [1, 2, 1, 2].</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public Tensor Tile(params ReadOnlySpan<int> repeats) => Repeating.Tile(this, repeats);

    /// <summary>Every element along an axis repeated: <c>[1, 2].RepeatInterleave(2, 0)</c> is [1, 1, 2, 2].</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public Tensor RepeatInterleave(int repeats, int axis) => Repeating.Interleave(this, repeats, axis);

    /// <summary>Elements moved along axes by as many places, those that fall off one end coming back at the other.</summary>
    /// <exception cref="ShapeException">An axis does not exist, or there are not as many shifts as axes.</exception>
    public Tensor Roll(ReadOnlySpan<int> shifts, ReadOnlySpan<int> axes)
    {
        if (shifts.Length != axes.Length) throw new ShapeException(
            $"Roll: {shifts.Length} shifts do not fit {axes.Length} axes; give one shift for each axis.");
        var positive = new int[axes.Length];
        for (var i = 0; i < positive.Length; i++) positive[i] = Shape.Axis(axes[i], nameof(Roll));
        return new Roll([.. shifts], new(positive)).Apply(this);
    }

    /// <summary>Elements moved along an axis, those that fall off one end coming back at the other.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Roll(int shift, int axis) => Roll([shift], [axis]);

    /// <summary>The lower triangle of every matrix: what lies right of the diagonal of that number becomes 0.</summary>
    /// <exception cref="ShapeException">There are fewer than two axes.</exception>
    public Tensor Tril(int diagonal = 0) => new Triangle(diagonal, Upper: false).Apply(this);

    /// <summary>The upper triangle of every matrix: what lies left of the diagonal of that number becomes 0.</summary>
    /// <exception cref="ShapeException">There are fewer than two axes.</exception>
    public Tensor Triu(int diagonal = 0) => new Triangle(diagonal, Upper: true).Apply(this);

    /// <summary>
    /// Margins around the last axes, one (before, after) pair for each: <c>image.Pad([(1, 1), (2, 2)])</c>. Negative widths cut off.
    /// </summary>
    /// <param name="margins">The pairs, the last for the last axis; axes in front without one stay.</param>
    /// <param name="mode">What the margins are filled with.</param>
    /// <param name="value">The value of a constant margin.</param>
    /// <exception cref="ShapeException">There are more pairs than axes, more is cut off than is there, or the mode cannot fill so wide a margin.</exception>
    public Tensor Pad(ReadOnlySpan<(int Before, int After)> margins, PadMode mode = PadMode.Constant, double value = 0) =>
        Ops.Pad.Call(this, margins, mode, value);

    /// <summary>
    /// The windows of a convolution as columns (im2col): [batch, channels, height, width] →
    /// [batch, channels · kernel height · kernel width, positions].
    /// </summary>
    /// <param name="kernel">The size of a window.</param>
    /// <param name="stride">How far one window lies from the next; 1 if left out.</param>
    /// <param name="dilation">How far neighbours within a window lie apart; 1 if left out.</param>
    /// <param name="padding">How many zeros surround the image on each side; none if left out.</param>
    /// <exception cref="ShapeException">This is not a batch of images, or a window is larger than the padded image.</exception>
    public Tensor Unfold2d((int Height, int Width) kernel, (int Height, int Width)? stride = null, (int Height, int Width)? dilation = null,
        (int Height, int Width) padding = default) => new Unfold2d(kernel, stride ?? (1, 1), dilation ?? (1, 1), padding).Apply(this);

    /// <summary>
    /// Columns put back as the windows of an image, overlapping ones added up (col2im):
    /// [batch, channels · kernel height · kernel width, positions] → [batch, channels, height, width].
    /// </summary>
    /// <param name="image">Height and width of the result.</param>
    /// <param name="kernel">The size of a window.</param>
    /// <param name="stride">How far one window lies from the next; 1 if left out.</param>
    /// <param name="dilation">How far neighbours within a window lie apart; 1 if left out.</param>
    /// <param name="padding">How many zeros surround the image on each side; none if left out.</param>
    /// <exception cref="ShapeException">The columns are not those of such an image.</exception>
    public Tensor Fold2d((int Height, int Width) image, (int Height, int Width) kernel, (int Height, int Width)? stride = null,
        (int Height, int Width)? dilation = null, (int Height, int Width) padding = default) =>
        new Fold2d(image, new(kernel, stride ?? (1, 1), dilation ?? (1, 1), padding)).Apply(this);
}
