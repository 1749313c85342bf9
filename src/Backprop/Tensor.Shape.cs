using Backprop.Ops;

namespace Backprop;

public sealed partial class Tensor
{
    /// <summary>The axes in reverse order: the transpose of a matrix. A view.</summary>
    public Tensor T => new Permute([.. Enumerable.Range(0, Rank).Reverse()]).Apply(this);

    /// <summary>The same elements in row-major order under another shape; one size may be −1 and is reckoned. A view where there are no gaps.</summary>
    /// <exception cref="ShapeException">The sizes do not make as many elements.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> sizes)
    {
        var unknown = sizes.IndexOf(-1);
        if (unknown < 0) return Ops.Reshape.Call(this, new(sizes));
        var known = 1;
        for (var i = 0; i < sizes.Length; i++)
            if (i != unknown) known *= sizes[i];
        if (known <= 0 || Count % known != 0 || sizes[(unknown + 1)..].Contains(-1)) throw new ShapeException(
            $"Reshape: {Shape} with {Count} elements does not fit [{string.Join(", ", sizes.ToArray())}]; one size may be -1 if the others divide the count.");
        var result = sizes.ToArray();
        result[unknown] = Count / known;
        return Ops.Reshape.Call(this, new(result));
    }

    /// <summary>Axes in another order: axis i of the result is axis <c>axes[i]</c> of this tensor. A view.</summary>
    /// <exception cref="ShapeException">Not every axis is named once.</exception>
    public Tensor Permute(params ReadOnlySpan<int> axes) => new Permute([.. axes]).Apply(this);
}
