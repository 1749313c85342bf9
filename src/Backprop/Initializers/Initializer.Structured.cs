using Backprop.Randomness;

namespace Backprop.Initializers;

public static partial class Initializer
{
    /// <summary>
    /// Rows (or columns, whichever are fewer) of a matrix [outputs, rest] that are orthogonal and of length gain (Saxe et al. 2013): random normal numbers made
    /// orthogonal in float64.
    /// </summary>
    /// <exception cref="ShapeException">There are fewer than two axes.</exception>
    public static Tensor Orthogonal(Shape shape, Generator generator, double gain = Gain.Linear, DType dtype = DType.Float32)
    {
        if (shape.Rank < 2) throw new ShapeException($"Orthogonal: {shape} has {shape.Rank} axes; a matrix has at least two.");
        int rows = shape[0], columns = rows == 0 ? 0 : shape.Count / rows;
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        var vectors = Tensor.RandomNormal([count, length], generator, dtype: DType.Float64).ToMatrix<double>();
        for (var i = 0; i < count; i++)
        {
            // Twice is enough: the second pass takes off what rounding left of the first.
            for (var pass = 0; pass < 2; pass++)
                for (var k = 0; k < i; k++) Subtract(vectors, i, k, Dot(vectors, i, k));
            Subtract(vectors, i, i, 1 - 1 / Math.Sqrt(Dot(vectors, i, i)));
        }
        var matrix = Tensor.From(vectors) * gain;
        return (rows <= columns ? matrix : matrix.T).Reshape(shape.AsSpan()).As(dtype);
    }

    static double Dot(double[,] vectors, int i, int k)
    {
        var sum = 0.0;
        for (var j = 0; j < vectors.GetLength(1); j++) sum += vectors[i, j] * vectors[k, j];
        return sum;
    }

    static void Subtract(double[,] vectors, int i, int k, double factor)
    {
        for (var j = 0; j < vectors.GetLength(1); j++) vectors[i, j] -= factor * vectors[k, j];
    }

    /// <summary>Normal, but numbers outside [low, high] are drawn again.</summary>
    /// <exception cref="ArgumentException">The interval is so far out that next to nothing would fall into it.</exception>
    public static Tensor TruncatedNormal(
        Shape shape, Generator generator, double mean = 0, double deviation = 1, double low = -2, double high = 2, DType dtype = DType.Float32)
    {
        if (!(low < high) || !(deviation > 0) || high < mean - 6 * deviation || low > mean + 6 * deviation) throw new ArgumentException(
            $"TruncatedNormal: next to nothing of a normal distribution around {mean} with deviation {deviation} lies between {low} and {high}.");
        var values = new double[shape.Count];
        for (var filled = 0; filled < values.Length;)
            foreach (var value in Tensor.RandomNormal([values.Length - filled + 16], generator, mean, deviation, DType.Float64).ToArray<double>())
                if (value >= low && value <= high && filled < values.Length) values[filled++] = value;
        return Tensor.From(values, shape).As(dtype);
    }

    /// <summary>The unit matrix, [rows, columns].</summary>
    public static Tensor Eye(int rows, int columns, DType dtype = DType.Float32) => Tensor.Eye(rows, columns, dtype: dtype);

    /// <summary>
    /// Kernels of a convolution that pass on as many channels as they can: 1 in the middle of the kernel from channel i to channel i, for each group.
    /// </summary>
    /// <exception cref="ShapeException">There are no kernel axes, or the groups do not divide the outputs.</exception>
    public static Tensor Dirac(Shape shape, int groups = 1, DType dtype = DType.Float32)
    {
        if (shape.Rank < 3 || groups < 1 || shape[0] % groups != 0) throw new ShapeException(
            $"Dirac: {shape} is no kernel [outputs, inputs, kernel…] whose outputs {groups} groups divide.");
        var values = new double[shape.Count];
        int kernel = shape.Count / (shape[0] * shape[1]), middle = 0, perGroup = shape[0] / groups;
        for (var axis = 2; axis < shape.Rank; axis++) middle = middle * shape[axis] + shape[axis] / 2;
        for (var group = 0; group < groups; group++)
            for (var i = 0; i < Math.Min(perGroup, shape[1]); i++) values[((group * perGroup + i) * shape[1] + i) * kernel + middle] = 1;
        return Tensor.From(values, shape).As(dtype);
    }

    /// <summary>Normal numbers in a matrix of which a share of every column is 0 (Martens 2010).</summary>
    /// <exception cref="ShapeException">It is no matrix.</exception>
    public static Tensor Sparse(Shape shape, Generator generator, double sparsity, double deviation = 0.01, DType dtype = DType.Float32)
    {
        if (shape.Rank != 2) throw new ShapeException($"Sparse: {shape} is no matrix.");
        if (!(sparsity is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(sparsity), $"Sparse: the share {sparsity} is not within [0, 1].");
        var values = Tensor.RandomNormal(shape, generator, 0, deviation, DType.Float64).ToMatrix<double>();
        var zeros = (int)Math.Ceiling(sparsity * shape[0]);
        for (var column = 0; column < shape[1]; column++)
            foreach (var row in Tensor.RandomPermutation(shape[0], generator).ToArray<long>().AsSpan(0, zeros)) values[row, column] = 0;
        return Tensor.From(values).As(dtype);
    }
}
