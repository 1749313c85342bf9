using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop;

/// <summary>Random creation. The generator is always explicit: the same seed gives the same numbers on every machine.</summary>
public sealed partial class Tensor
{
    /// <summary>Normal numbers of the given mean and standard deviation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The standard deviation is negative.</exception>
    /// <exception cref="DTypeException">The element type is neither float32 nor float64.</exception>
    public static Tensor RandomNormal(Shape shape, Generator generator, double mean = 0, double std = 1, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(generator);
        if (!dtype.IsFloat()) throw DTypeException.NeedsFloat(nameof(RandomNormal), dtype);
        var y = new Tensor(shape, dtype);
        if (dtype == DType.Float32) generator.Normal(y.Elements<float>(), mean, std);
        else generator.Normal(y.Elements<double>(), mean, std);
        return y;
    }

    /// <summary>Numbers spread evenly over [low, high).</summary>
    /// <exception cref="ArgumentOutOfRangeException">low is not below high.</exception>
    /// <exception cref="DTypeException">The element type is neither float32 nor float64.</exception>
    public static Tensor RandomUniform(Shape shape, Generator generator, double low = 0, double high = 1, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(generator);
        if (!dtype.IsFloat()) throw DTypeException.NeedsFloat(nameof(RandomUniform), dtype);
        var y = new Tensor(shape, dtype);
        if (dtype == DType.Float32) generator.Uniform(y.Elements<float>(), (float)low, (float)high);
        else generator.Uniform(y.Elements<double>(), low, high);
        return y;
    }

    /// <summary>Whole numbers spread evenly over low … high − 1, as int64 unless said otherwise.</summary>
    /// <exception cref="ArgumentOutOfRangeException">low is not below high.</exception>
    public static Tensor RandomIntegers(Shape shape, Generator generator, long low, long high, DType dtype = DType.Int64)
    {
        ArgumentNullException.ThrowIfNull(generator);
        var y = new Tensor(shape, DType.Int64);
        generator.Integers(y.Elements<long>(), low, high);
        return Cast.Raw(y, dtype);
    }

    /// <summary>The numbers 0 … n − 1 in random order, as int64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">n is negative.</exception>
    public static Tensor RandomPermutation(int n, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        var y = new Tensor([n], DType.Int64);
        generator.Permutation(y.Elements<long>());
        return y;
    }
}
