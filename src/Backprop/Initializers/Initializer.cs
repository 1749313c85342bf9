using Backprop.Autograd;
using Backprop.Modules;
using Backprop.Randomness;

namespace Backprop.Initializers;

/// <summary>
/// First values of weights, as new tensors; <see cref="Initialize(Tensor, Func{Shape, DType, Tensor})"/> puts them in the place of a parameter's. Fans are those of a
/// weight [outputs, inputs, kernel…] (<see cref="Fans"/>): in = inputs · kernel size, out = outputs · kernel size.
/// </summary>
/// <example>
/// <code>
/// var w = Initializer.HeNormal([50, 784], generator);
/// linear.Weight.Initialize((shape, dtype) => Initializer.Orthogonal(shape, generator, dtype: dtype));
/// model.Initialize((name, p) => p.Rank > 1 ? Initializer.XavierUniform(p.Shape, generator) : Initializer.Zeros(p.Shape));
/// </code>
/// </example>
public static partial class Initializer
{
    /// <summary>Uniform in ±gain·√(6/(in + out)) (Glorot, Bengio 2010).</summary>
    public static Tensor XavierUniform(Shape shape, Generator generator, double gain = Gain.Linear, DType dtype = DType.Float32) =>
        Symmetric(shape, generator, XavierDeviation(shape, gain) * Math.Sqrt(3), dtype);

    /// <summary>Normal with the deviation gain·√(2/(in + out)) (Glorot, Bengio 2010).</summary>
    public static Tensor XavierNormal(Shape shape, Generator generator, double gain = Gain.Linear, DType dtype = DType.Float32) =>
        Normal(shape, generator, 0, XavierDeviation(shape, gain), dtype);

    /// <summary>Uniform in ±gain·√(3/fan), with ReLU's gain √2 unless given (He et al. 2015).</summary>
    public static Tensor HeUniform(Shape shape, Generator generator, double? gain = null, FanMode mode = FanMode.In, DType dtype = DType.Float32) =>
        Symmetric(shape, generator, HeDeviation(shape, gain ?? Gain.Relu, mode) * Math.Sqrt(3), dtype);

    /// <summary>Normal with the deviation gain/√fan, with ReLU's gain √2 unless given (He et al. 2015).</summary>
    public static Tensor HeNormal(Shape shape, Generator generator, double? gain = null, FanMode mode = FanMode.In, DType dtype = DType.Float32) =>
        Normal(shape, generator, 0, HeDeviation(shape, gain ?? Gain.Relu, mode), dtype);

    /// <summary>Uniform in ±√(3/in) (LeCun et al. 1998).</summary>
    public static Tensor LeCunUniform(Shape shape, Generator generator, DType dtype = DType.Float32) =>
        HeUniform(shape, generator, Gain.Linear, FanMode.In, dtype);

    /// <summary>Normal with the deviation 1/√in (LeCun et al. 1998).</summary>
    public static Tensor LeCunNormal(Shape shape, Generator generator, DType dtype = DType.Float32) =>
        HeNormal(shape, generator, Gain.Linear, FanMode.In, dtype);

    /// <summary>Uniform in ±1/√in: what PyTorch's linear and convolution layers begin with, weights and biases alike.</summary>
    public static Tensor LayerDefault(Shape shape, Generator generator, int fanIn, DType dtype = DType.Float32) =>
        Symmetric(shape, generator, LayerBound(fanIn), dtype);

    /// <summary>gain·√(2/(in + out)), the deviation of <see cref="XavierNormal"/>.</summary>
    public static double XavierDeviation(Shape shape, double gain = Gain.Linear)
    {
        var fans = Fans.Of(shape);
        return gain * Math.Sqrt(2.0 / Math.Max(1, fans.In + fans.Out));
    }

    /// <summary>gain/√fan, the deviation of <see cref="HeNormal"/>.</summary>
    public static double HeDeviation(Shape shape, double gain, FanMode mode = FanMode.In)
    {
        var fans = Fans.Of(shape);
        return gain / Math.Sqrt(Math.Max(1, mode == FanMode.In ? fans.In : fans.Out));
    }

    /// <summary>1/√in, the bound of <see cref="LayerDefault"/>.</summary>
    public static double LayerBound(int fanIn)
    {
        Option.AtLeastOne(fanIn, nameof(LayerDefault));
        return 1 / Math.Sqrt(fanIn);
    }

    /// <summary>Uniform in [low, high).</summary>
    public static Tensor Uniform(Shape shape, Generator generator, double low = 0, double high = 1, DType dtype = DType.Float32) =>
        Tensor.RandomUniform(shape, generator, low, high, dtype);

    /// <summary>Normal with a mean and a standard deviation.</summary>
    public static Tensor Normal(Shape shape, Generator generator, double mean = 0, double deviation = 1, DType dtype = DType.Float32) =>
        Tensor.RandomNormal(shape, generator, mean, deviation, dtype);

    /// <summary>Zeros.</summary>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32) => Tensor.Zeros(shape, dtype);

    /// <summary>Ones.</summary>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32) => Tensor.Ones(shape, dtype);

    /// <summary>All the same number.</summary>
    public static Tensor Constant(Shape shape, double value, DType dtype = DType.Float32) => Tensor.Full(shape, value, dtype);

    /// <summary>Sets a parameter to what the function gives for its shape and element type.</summary>
    /// <exception cref="ShapeException">The function's tensor has another shape. The parameter stays as it was.</exception>
    /// <exception cref="DTypeException">The function's tensor has another element type. The parameter stays as it was.</exception>
    public static void Initialize(this Tensor parameter, Func<Shape, DType, Tensor> values)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(values);
        using var off = Tape.NoGrad();
        parameter.Assign(values(parameter.Shape, parameter.DType));
    }

    /// <summary>
    /// Sets every parameter of a module to what the function gives for its name and itself; where that is null it stays. A tensor of the other precision is converted.
    /// All are computed and checked before the first is set.
    /// </summary>
    /// <exception cref="ShapeException">A tensor has another shape than its parameter; the message names it. No parameter was changed.</exception>
    public static void Initialize(this ModuleBase module, Func<string, Tensor, Tensor?> values)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(values);
        using var off = Tape.NoGrad();
        var wanted = new List<(Tensor Parameter, Tensor Value)>();
        foreach (var (name, parameter) in module.NamedParameters.DistinctBy(p => p.Value))
        {
            if (values(name, parameter) is not { } value) continue;
            if (value.Shape != parameter.Shape)
                throw new ShapeException($"Initialize: \"{name}\" has shape {parameter.Shape} and the tensor for it {value.Shape}. No parameter was changed.");
            wanted.Add((parameter, value.As(parameter.DType)));
        }
        foreach (var (parameter, value) in wanted) parameter.Assign(value);
    }

    static Tensor Symmetric(Shape shape, Generator generator, double bound, DType dtype) =>
        bound == 0 ? Tensor.Zeros(shape, dtype) : Tensor.RandomUniform(shape, generator, -bound, bound, dtype);
}
