using System.Numerics.Tensors;
using Backprop.Autograd;
using Backprop.Formulas;
using Backprop.Randomness;

namespace Backprop.Initializers;

public static partial class Initializer
{
    // So many vectors are made orthogonal to all before them by two products, then among themselves one by one.
    const int VectorsAtOnce = 32;

    /// <summary>
    /// Rows (or columns, whichever are fewer) of a matrix [outputs, rest] that are orthogonal and of length gain, all such matrices equally probable
    /// (Saxe et al. 2013): random normal numbers made orthogonal in float64 by Gram and Schmidt, twice, which keeps right angles to the last digits.
    /// </summary>
    /// <exception cref="ShapeException">There are fewer than two axes.</exception>
    /// <exception cref="DTypeException">The element type is neither float32 nor float64.</exception>
    public static Tensor Orthogonal(Shape shape, Generator generator, double gain = Gain.Linear, DType dtype = DType.Float32)
    {
        if (shape.Rank < 2) throw new ShapeException($"Orthogonal: {shape} has {shape.Rank} axes; a matrix has at least two.");
        if (!dtype.IsFloat()) throw DTypeException.NeedsFloat(nameof(Orthogonal), dtype);
        if (shape.Count == 0) return Tensor.Zeros(shape, dtype);
        using var off = Tape.NoGrad();
        int rows = shape[0], columns = shape.Count / rows;
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        var vectors = Tensor.RandomNormal([count, length], generator, dtype: DType.Float64);
        for (var first = 0; first < count; first += VectorsAtOnce)
        {
            var block = vectors[first..Math.Min(count, first + VectorsAtOnce)];
            if (first > 0)
            {
                var before = vectors[..first];
                for (var pass = 0; pass < 2; pass++) block -= block.MatMul(before.T).MatMul(before);
            }
            var own = block.ToArray<double>();
            MakeOrthonormal(own, length);
            own.CopyTo(vectors.Elements<double>()[(first * length)..]);
        }
        return ((rows <= columns ? vectors : vectors.T) * gain).Reshape(shape.AsSpan()).As(dtype);
    }

    static void MakeOrthonormal(Span<double> vectors, int length)
    {
        for (var i = 0; i < vectors.Length; i += length)
        {
            var vector = vectors.Slice(i, length);
            for (var pass = 0; pass < 2; pass++)
                for (var k = 0; k < i; k += length)
                {
                    ReadOnlySpan<double> other = vectors.Slice(k, length);
                    TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot(vector, other), vector, vector);
                }
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<double>(vector), vector);
        }
    }

    /// <summary>
    /// Normal, but only within [low, high]: mean + deviation·Φ⁻¹(u), u uniform between Φ((low − mean)/deviation) and Φ((high − mean)/deviation).
    /// The bounds are values, not multiples of the deviation.
    /// </summary>
    /// <exception cref="ArgumentException">The interval is empty, or so far out that nothing would fall into it, or the deviation is not positive.</exception>
    /// <exception cref="DTypeException">The element type is neither float32 nor float64.</exception>
    public static Tensor TruncatedNormal(
        Shape shape, Generator generator, double mean = 0, double deviation = 1, double low = -2, double high = 2, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(generator);
        if (!dtype.IsFloat()) throw DTypeException.NeedsFloat(nameof(TruncatedNormal), dtype);
        // Small shares keep their digits, shares near 1 do not: an interval above the mean is mirrored below it.
        var mirrored = low > mean;
        var (from, to) = mirrored ? (mean - high, mean - low) : (low - mean, high - mean);
        double first = ShareBelow(from / deviation), share = ShareBelow(to / deviation) - first;
        if (!(low < high) || !(deviation > 0) || !(share > 0)) throw new ArgumentException(
            $"TruncatedNormal: nothing of a normal distribution around {mean} with deviation {deviation} lies between {low} and {high}.");
        var values = new double[shape.Count];
        foreach (ref var value in values.AsSpan())
        {
            var z = Gaussian.Quantile(Math.Clamp(first + share * generator.NextDouble(), double.Epsilon, 1 - 1e-16));
            value = Math.Clamp(mean + deviation * (mirrored ? -z : z), low, high);
        }
        return Tensor.From(values, shape).As(dtype);
    }

    // Φ(z), the share of normal numbers below z.
    static double ShareBelow(double z) => ScalarMath.Erfc(-z / Math.Sqrt(2)) / 2;

    /// <summary>The unit matrix, [rows, columns]; square if the columns are left out.</summary>
    public static Tensor Eye(int rows, int? columns = null, DType dtype = DType.Float32) => Tensor.Eye(rows, columns, dtype: dtype);

    /// <summary>
    /// Kernels of a convolution that pass on as many channels as they can: 1 in the middle of the kernel from channel i to channel i, for each group.
    /// </summary>
    /// <exception cref="ShapeException">There are no kernel axes, or the groups do not divide the outputs.</exception>
    public static Tensor Dirac(Shape shape, int groups = 1, DType dtype = DType.Float32)
    {
        if (shape.Rank < 3 || groups < 1 || shape[0] % groups != 0) throw new ShapeException(
            $"Dirac: {shape} is no kernel [outputs, inputs, kernel…] whose outputs {groups} groups divide.");
        if (shape.Count == 0) return Tensor.Zeros(shape, dtype);
        var values = new double[shape.Count];
        int kernel = shape.Count / (shape[0] * shape[1]), middle = 0, perGroup = shape[0] / groups;
        for (var axis = 2; axis < shape.Rank; axis++) middle = middle * shape[axis] + shape[axis] / 2;
        for (var group = 0; group < groups; group++)
            for (var i = 0; i < Math.Min(perGroup, shape[1]); i++) values[((group * perGroup + i) * shape[1] + i) * kernel + middle] = 1;
        return Tensor.From(values, shape).As(dtype);
    }

    /// <summary>Normal numbers in a matrix [outputs, inputs] of which a share of every column, rounded up to whole numbers, is 0 (Martens 2010).</summary>
    /// <exception cref="ShapeException">It is no matrix.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not within [0, 1].</exception>
    public static Tensor Sparse(Shape shape, Generator generator, double sparsity, double deviation = 0.01, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(generator);
        if (shape.Rank != 2) throw new ShapeException($"Sparse: {shape} is no matrix.");
        if (!(sparsity is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(sparsity), $"Sparse: the share {sparsity} is not within [0, 1].");
        var values = Tensor.RandomNormal(shape, generator, 0, deviation, DType.Float64).ToMatrix<double>();
        var zeros = (int)Math.Ceiling(sparsity * shape[0]);
        for (var column = 0; column < shape[1]; column++)
            foreach (var row in Tensor.RandomPermutation(shape[0], generator).ToArray<long>().AsSpan(0, zeros)) values[row, column] = 0;
        return Tensor.From(values).As(dtype);
    }
}
