namespace Backprop;

/// <summary>Shapes or axes that do not fit an operation. The message names the operation, the shapes and what would have fitted.</summary>
/// <param name="message">The whole sentence.</param>
public sealed class ShapeException(string message) : ArgumentException(message)
{
    /// <summary>An axis outside the shape.</summary>
    internal static ShapeException Axis(string operation, int axis, Shape shape) => new(
        shape.Rank == 0
            ? $"{operation}: axis {axis} does not exist; the tensor is a scalar and has no axes."
            : $"{operation}: axis {axis} does not exist in shape {shape}; axes run from 0 to {shape.Rank - 1}, or from -{shape.Rank} to -1.");
}

/// <summary>An element type that an operation cannot work with.</summary>
/// <param name="message">The whole sentence.</param>
public sealed class DTypeException(string message) : ArgumentException(message)
{
    internal static DTypeException NeedsFloat(string operation, DType dtype) =>
        new($"{operation}: needs float32 or float64 and got {dtype.Name()}. Convert with As(DType.Float32).");
}

/// <summary>Differentiation that cannot be done: nothing was recorded, or what was recorded no longer holds.</summary>
/// <param name="message">The whole sentence.</param>
public sealed class GradientException(string message) : InvalidOperationException(message);

/// <summary>A NaN or an infinity that a call made out of sound numbers, found under <c>Tape.DetectAnomalies</c>.</summary>
/// <param name="message">The whole sentence.</param>
public sealed class AnomalyException(string message) : ArithmeticException(message);
