using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>
/// Adds sines and cosines of the position (Vaswani et al. 2017): x[t, 2i] + sin(t / 10000^(2i/width)) and x[t, 2i + 1] + cos(t / 10000^(2i/width)).
/// </summary>
/// <param name="width">Numbers at every position.</param>
/// <param name="batchFirst">Whether x is [batch, length, width] and not [length, batch, width].</param>
public sealed class SinusoidalPositions(int width, bool batchFirst = false) : Module
{
    readonly int width = Option.AtLeastOne(width, nameof(SinusoidalPositions));

    /// <inheritdoc/>
    public override string Name => $"SinusoidalPositions({width})";

    /// <summary>The numbers that are added, [length, width] in float64.</summary>
    public static Tensor Table(int length, int width)
    {
        var table = new double[length, width];
        for (var t = 0; t < length; t++)
            for (var i = 0; i < width; i++)
            {
                var angle = t / Math.Pow(10000, (i - i % 2) / (double)width);
                table[t, i] = i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
            }
        return Tensor.From(table);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (x.Rank is not (2 or 3) || x.Shape[^1] != width) throw new ShapeException($"SinusoidalPositions: needs x of [{(batchFirst ? "batch, length" : "length, batch")}, {width}] or [length, {width}] and got {x.Shape}.");
        var table = Table(x.Shape[x.Rank == 3 && batchFirst ? 1 : 0], width).As(x.DType.IsFloat() ? x.DType : DType.Float64);
        return x + (x.Rank == 3 && !batchFirst ? table.Unsqueeze(1) : table);
    }
}

/// <summary>Adds a learnt row to every position.</summary>
public sealed class LearnedPositions : Module
{
    readonly bool batchFirst;

    /// <summary>Rows drawn from a normal distribution of deviation 0.02 (Radford et al. 2018).</summary>
    /// <param name="length">The most positions there may be.</param>
    /// <param name="width">Numbers at every position.</param>
    /// <param name="generator">Draws the rows.</param>
    /// <param name="batchFirst">Whether x is [batch, length, width] and not [length, batch, width].</param>
    /// <param name="dtype">The rows' precision.</param>
    public LearnedPositions(int length, int width, Generator generator, bool batchFirst = false, DType dtype = DType.Float32)
    {
        Option.AtLeastOne(length, nameof(LearnedPositions));
        Option.AtLeastOne(width, nameof(LearnedPositions));
        Weight = Tensor.RandomNormal([length, width], generator, 0, 0.02, dtype);
        Weight.RequiresGrad = true;
        this.batchFirst = batchFirst;
    }

    /// <inheritdoc/>
    public override string Name => $"LearnedPositions({Weight.Shape[0]} × {Weight.Shape[1]})";

    /// <summary>The rows, [length, width].</summary>
    public Tensor Weight { get; }

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => [("weight", Weight)];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        var axis = x.Rank == 3 && batchFirst ? 1 : 0;
        if (x.Rank is not (2 or 3) || x.Shape[^1] != Weight.Shape[1] || x.Shape[axis] > Weight.Shape[0]) throw new ShapeException(
            $"{Name}: needs x of [{(batchFirst ? "batch, length" : "length, batch")}, {Weight.Shape[1]}] or [length, {Weight.Shape[1]}] " +
            $"with a length of at most {Weight.Shape[0]} and got {x.Shape}.");
        var rows = Weight[..x.Shape[axis]];
        return x + (x.Rank == 3 && !batchFirst ? rows.Unsqueeze(1) : rows);
    }
}

/// <summary>
/// Rotary positions (Su et al. 2021): the pair (x, y) at position t is turned by the angle t·θᵢ, θᵢ = base^(−2i/width), so that the product of a query and a key
/// depends on how far apart they are. For queries and keys [..., length, width] before attention; there are no parameters.
/// </summary>
/// <param name="width">Numbers at every position; even.</param>
/// <param name="interleaved">Whether pairs are neighbours (2i, 2i + 1), as in the paper, and not (i, i + width/2), as in GPT-NeoX and Llama.</param>
/// <param name="frequencyBase">The base of θ.</param>
public sealed class RotaryPositions(int width, bool interleaved = false, double frequencyBase = 10000) : Module
{
    readonly double frequencyBase = Option.Positive(frequencyBase, nameof(RotaryPositions));
    readonly int half = width % 2 == 0 && width > 0 ? width / 2 : throw new ArgumentException($"RotaryPositions: the width {width} is not even.");

    /// <inheritdoc/>
    public override string Name => $"RotaryPositions({width})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => Rotate(x, 0);

    /// <summary>The same for positions that begin at <paramref name="start"/>: what goes on after earlier ones.</summary>
    /// <exception cref="ShapeException">x is not [..., length, width].</exception>
    public Tensor Rotate(Tensor x, int start)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank < 2 || x.Shape[^1] != width) throw new ShapeException($"RotaryPositions: needs x of [..., length, {width}] and got {x.Shape}.");
        var length = x.Shape[^2];
        var angles = Tensor.Arange(start, start + length).As(DType.Float64).Unsqueeze(1)
            * Tensor.From([.. Enumerable.Range(0, half).Select(i => Math.Pow(frequencyBase, -2.0 * i / width))]);
        var dtype = x.DType.IsFloat() ? x.DType : DType.Float64;
        Tensor cos = angles.Cos().As(dtype), sin = angles.Sin().As(dtype);
        if (interleaved)
        {
            var pairs = x.Reshape([.. x.Shape.AsSpan()[..^1], half, 2]);
            Tensor first = pairs[TensorIndex.Ellipsis, 0], second = pairs[TensorIndex.Ellipsis, 1];
            return Tensor.Stack([first * cos - second * sin, first * sin + second * cos], -1).Reshape(x.Shape.AsSpan());
        }
        var parts = x.Chunk(2, -1);
        return Tensor.Concat([parts[0] * cos - parts[1] * sin, parts[0] * sin + parts[1] * cos], -1);
    }
}
