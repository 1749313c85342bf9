using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// The places of the elements along an axis in ascending (or descending) order, as int64; equal ones keep their order. NaN counts as
/// larger than everything. It has no derivative: gather at these places to have one.
/// </summary>
/// <param name="Axis">The axis that is sorted.</param>
/// <param name="Descending">Whether the largest comes first.</param>
public sealed record ArgSort(int Axis, bool Descending) : Op
{
    /// <summary>The places along an axis in order.</summary>
    public static Tensor Call(Tensor x, int axis, bool descending) => new ArgSort(x.Shape.Axis(axis, nameof(ArgSort)), descending).Apply(x);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(x[0].Shape, DType.Int64);
        var axis = y.Shape.Axis(Axis, Name);
        Cpu.Order(x[0], axis, y.Shape[axis], Descending, y);
        return y;
    }
}

/// <summary>
/// The places of the k largest (or smallest) elements along an axis, in order, as int64; among equal ones the first. NaN counts as larger
/// than everything. It has no derivative: gather at these places to have one.
/// </summary>
/// <param name="K">How many.</param>
/// <param name="Axis">The axis they are looked for along.</param>
/// <param name="Largest">Whether the largest are wanted, not the smallest.</param>
public sealed record ArgTopK(int K, int Axis, bool Largest) : Op
{
    /// <summary>The places of the k largest or smallest along an axis.</summary>
    public static Tensor Call(Tensor x, int k, int axis, bool largest) => new ArgTopK(k, x.Shape.Axis(axis, "TopK"), largest).Apply(x);

    /// <inheritdoc/>
    public override string Name => "TopK";

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        var shape = x[0].Shape;
        var axis = shape.Axis(Axis, Name);
        return K >= 0 && K <= shape[axis] ? shape.With(axis, K) : throw new ShapeException(
            $"TopK: axis {axis} of shape {shape} has {shape[axis]} elements, so k = {K} of them cannot be had; k may be 0 to {shape[axis]}.");
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), DType.Int64);
        Cpu.Order(x[0], x[0].Shape.Axis(Axis, Name), K, Largest, y);
        return y;
    }
}
