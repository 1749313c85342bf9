using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// An axis with another number of elements, each a weighted sum of its neighbours: y = A·x along the axis, or Aᵀ·x if it is transposed.
/// dx is the same with the transpose.
/// </summary>
/// <param name="Axis">The axis.</param>
/// <param name="From">How many elements A takes.</param>
/// <param name="To">How many it gives.</param>
/// <param name="Mode">How they are weighted.</param>
/// <param name="AlignCorners">Whether the first and last elements lie upon each other; if not, the outer edges do.</param>
/// <param name="Scale">By how much the axis grows, where that is not To / From; 0 where it is.</param>
/// <param name="Transposed">Whether it is Aᵀ.</param>
public sealed record Resampling(int Axis, int From, int To, InterpolationMode Mode, bool AlignCorners, double Scale, bool Transposed = false) : Op
{
    // Keys' free parameter.
    const double A = -0.75;

    /// <summary>The last axes of x with other sizes.</summary>
    /// <exception cref="ShapeException">There are no images, or a size is not positive.</exception>
    public static Tensor Call(Tensor x, ReadOnlySpan<int> sizes, InterpolationMode mode, bool alignCorners, double scale = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (sizes.Length is 0 or > 3 || x.Rank != sizes.Length + 2) throw new ShapeException(
            $"Interpolate: {sizes.Length} sizes do not fit x of shape {x.Shape}; x is [batch, channels, sizes…] with 1 to 3 sizes, all of which are given.");
        if (alignCorners && mode is not (InterpolationMode.Linear or InterpolationMode.Cubic)) throw new ArgumentException(
            $"Interpolate: corners can be aligned where elements are weighted, by linear and cubic interpolation, and not by {mode}.", nameof(alignCorners));
        if (mode == InterpolationMode.Cubic && sizes.Length != 2) throw new ShapeException(
            $"Interpolate: cubic interpolation is for images [batch, channels, height, width] and got shape {x.Shape}.");
        for (var i = 0; i < sizes.Length; i++)
            if (sizes[i] < 1 || x.Shape[i + 2] < 1) throw new ShapeException(
                $"Interpolate: axis {i + 2} of x of shape {x.Shape} cannot get {sizes[i]} elements; both sizes must be at least 1.");
        if (mode == InterpolationMode.Area) return AdaptiveAverage.Call(x, [.. sizes]);
        for (var i = 0; i < sizes.Length; i++)
        {
            var op = new Resampling(i + 2, x.Shape[i + 2], sizes[i], mode, alignCorners, scale);
            if (mode is InterpolationMode.Nearest or InterpolationMode.NearestExact) x = IndexSelect.Call(x, i + 2, op.Nearest());
            else if (op.From != op.To || scale != 0) x = op.Apply(x);
        }
        return x;
    }

    // How many elements of x one of y covers.
    double Step => AlignCorners ? To > 1 ? (From - 1.0) / (To - 1) : 0 : Scale > 0 ? 1 / Scale : (double)From / To;

    Tensor Nearest()
    {
        var places = new long[To];
        // Without a scale whole numbers do it, and nothing is rounded.
        for (long i = 0; i < To; i++)
            places[i] = Math.Min(From - 1, Scale > 0 ? (long)((i + (Mode == InterpolationMode.NearestExact ? 0.5 : 0)) * Step)
                : Mode == InterpolationMode.NearestExact ? (2 * i + 1) * From / (2 * To) : i * From / To);
        return Tensor.From(places);
    }

    ResampleTable Table()
    {
        var taps = Mode == InterpolationMode.Cubic ? 4 : 2;
        var (places, weights) = (new int[taps * To], new double[taps * To]);
        for (var i = 0; i < To; i++)
        {
            var at = AlignCorners ? i * Step : (i + 0.5) * Step - 0.5;
            if (Mode != InterpolationMode.Cubic) at = Math.Max(at, 0);
            var first = (int)Math.Floor(at);
            var part = at - first;
            for (var t = 0; t < taps; t++)
            {
                var place = first + t - (taps / 2 - 1);
                places[i * taps + t] = Math.Clamp(place, 0, From - 1);
                weights[i * taps + t] = taps == 2 ? t == 0 ? 1 - part : part : Cubic(Math.Abs(place - at));
            }
        }
        return new(taps, places, weights);
    }

    static double Cubic(double distance) => distance <= 1
        ? ((A + 2) * distance - (A + 3)) * distance * distance + 1
        : ((distance - 5) * distance + 8) * A * distance - 4 * A;

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        int from = Transposed ? To : From, to = Transposed ? From : To;
        return x[0].Shape[Axis] == from ? x[0].Shape.With(Axis, to) : throw new ShapeException(
            $"{Name}: axis {Axis} of x of shape {x[0].Shape} must have {from} elements.");
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        if (!x[0].DType.IsFloat()) throw DTypeException.NeedsFloat("Interpolate", x[0].DType);
        var y = new Tensor(Infer(x), x[0].DType);
        Cpu.Resample(x[0].Packed(), Axis, Table(), Transposed, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = (this with { Transposed = !Transposed }).Apply(dy);
}
