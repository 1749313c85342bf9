namespace Backprop.Initializers;

/// <summary>
/// How many numbers flow into and out of each unit of a weight [outputs, inputs, kernel…]: inputs and outputs, each times the kernel's size.
/// </summary>
/// <param name="In">What flows in: inputs · kernel size.</param>
/// <param name="Out">What flows out: outputs · kernel size.</param>
public readonly record struct Fans(int In, int Out)
{
    /// <summary>The fans of a weight.</summary>
    /// <exception cref="ShapeException">It has fewer than two axes.</exception>
    public static Fans Of(Shape shape)
    {
        if (shape.Rank < 2) throw new ShapeException($"Fans: a weight [outputs, inputs, kernel…] has at least two axes, and {shape} has {shape.Rank}.");
        var kernel = 1;
        for (var i = 2; i < shape.Rank; i++) kernel *= shape[i];
        return new(shape[1] * kernel, shape[0] * kernel);
    }
}

/// <summary>Which of the fans counts.</summary>
public enum FanMode
{
    /// <summary>What flows in: keeps the size of what goes forward.</summary>
    In,

    /// <summary>What flows out: keeps the size of what goes backward.</summary>
    Out,
}

/// <summary>How much a nonlinearity makes up for, as a factor of the standard deviation; PyTorch's values.</summary>
public static class Gain
{
    /// <summary>1, for no nonlinearity, and for the sigmoid.</summary>
    public const double Linear = 1;

    /// <summary>5/3, for tanh.</summary>
    public const double Tanh = 5.0 / 3;

    /// <summary>3/4, for SELU.</summary>
    public const double Selu = 0.75;

    /// <summary>√2, for ReLU (He et al. 2015).</summary>
    public static double Relu { get; } = Math.Sqrt(2);

    /// <summary>√(2/(1 + slope²)), for leaky ReLU.</summary>
    public static double LeakyRelu(double slope = 0.01) => Math.Sqrt(2 / (1 + slope * slope));
}
