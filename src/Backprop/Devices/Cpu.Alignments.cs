using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>ln(eᵃ + eᵇ + eᶜ), also where all are −∞.</summary>
readonly struct JoinedPaths : IStep
{
    public static int Operands => 3;
    public static int Results => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V>
    {
        V a = x[0], b = x[1], c = x[2], m = V.Max(V.Max(a, b), V.Max(c, double.MinValue));
        y[0] = m + V.Log(V.Exp(a - m) + V.Exp(b - m) + V.Exp(c - m));
    }
}

static partial class Cpu
{
    /// <summary>
    /// The probabilities of all paths through rows of places together: a path stays, goes on by one place, or by two where it may, at every step, and
    /// has there the logarithm of the place's symbol. losses = −ln of their sum; slopes, if wanted and 0 before, become its derivatives
    /// by logs. Computed in float64.
    /// </summary>
    /// <param name="logs">[time, batch, symbols], contiguous.</param>
    /// <param name="symbols">[batch, width], −1 where there is no place; the first two are none, and paths begin at the second.</param>
    /// <param name="maySkip">[batch, width].</param>
    /// <param name="isEnd">[batch, width], where paths may end.</param>
    /// <param name="steps">[batch], how many steps each path has.</param>
    /// <param name="zeroInfinity">Whether rows without a path count as 0.</param>
    /// <param name="losses">[batch].</param>
    /// <param name="slopes">As logs, or none.</param>
    public static void Alignments(Tensor logs, long[] symbols, bool[] maySkip, bool[] isEnd, ReadOnlySpan<long> steps, bool zeroInfinity, Tensor losses, Tensor? slopes)
    {
        if (losses.Count == 0) return;
        if (logs.DType == DType.Float32) Alignments<float>(logs, symbols, maySkip, isEnd, steps, zeroInfinity, losses, slopes);
        else Alignments<double>(logs, symbols, maySkip, isEnd, steps, zeroInfinity, losses, slopes);
    }

    static void Alignments<T>(Tensor logs, long[] symbols, bool[] maySkip, bool[] isEnd, ReadOnlySpan<long> steps, bool zeroInfinity, Tensor losses, Tensor? slopes)
        where T : unmanaged, INumber<T>
    {
        int time = logs.Shape[0], batch = logs.Shape[1], width = symbols.Length / batch, plane = symbols.Length;
        // Two elements in front and behind, so that neighbours two places away can be read everywhere.
        Tensor forward = new([(time + 1) * plane + 4], DType.Float64), emission = new([plane + 4], DType.Float64), skip = new([plane + 4], DType.Float64);
        forward.Elements<double>().Fill(double.NegativeInfinity);
        emission.Elements<double>().Fill(double.NegativeInfinity);
        skip.Elements<double>().Fill(double.NegativeInfinity);
        for (var i = 0; i < plane; i++)
            if (maySkip[i]) skip.Elements<double>()[2 + i] = 0;
        for (var n = 0; n < batch; n++) forward.Elements<double>()[2 + n * width + 1] = 0;
        StepRows own = new(emission, 2, 1), skipping = new(skip, 2, 1), two = new(new Tensor([plane + 4], DType.Float64), 2, 1);
        var active = new bool[batch];
        for (var t = 0; t < time; t++)
        {
            StepRows before = new(forward, 2 + t * plane, 1), after = new(forward, 2 + (t + 1) * plane, 1);
            Taking(steps, t, active);
            Emissions<T>(logs, t, symbols, width, emission);
            Step<SumOf2>([before with { Start = before.Start - 2 }, skipping], [two], batch, width);
            Step<JoinedPaths>([before, before with { Start = before.Start - 1 }, two], [after], batch, width, active);
            Step<SumOf2>([after, own], [after], batch, width, active);
            Close(symbols, forward.Elements<double>().Slice(2 + (t + 1) * plane, plane));
            Hold(before, after, width, active);
        }
        var last = forward.Elements<double>().Slice(2 + time * plane, plane);
        Tensor read = new([plane + 4], DType.Float64);
        for (var n = 0; n < batch; n++)
        {
            var total = double.NegativeInfinity;
            for (var i = n * width; i < (n + 1) * width; i++)
                if (isEnd[i]) total = LogAdd(total, last[i]);
            var infinite = double.IsNegativeInfinity(total);
            // Where nothing counts, the probability of every place is made 0.
            read.Elements<double>().Slice(2 + n * width, width).Fill(infinite && zeroInfinity ? double.PositiveInfinity : total);
            losses.Elements<T>()[n] = infinite && zeroInfinity ? T.Zero : T.CreateTruncating(-total);
        }
        if (slopes is not null) AlignmentSlopes<T>(logs, symbols, isEnd, steps, forward, emission, skip, read, slopes);
    }

    // The paths from the end: with those from the beginning, the probability of standing at each place.
    static void AlignmentSlopes<T>(Tensor logs, long[] symbols, bool[] isEnd, ReadOnlySpan<long> steps, Tensor forward, Tensor emission, Tensor skip, Tensor read, Tensor slopes)
        where T : unmanaged, INumber<T>
    {
        int time = logs.Shape[0], batch = logs.Shape[1], classes = logs.Shape[2], plane = symbols.Length, width = plane / batch;
        Tensor rear = new([plane + 4], DType.Float64), from = new([plane + 4], DType.Float64);
        rear.Elements<double>().Fill(double.NegativeInfinity);
        from.Elements<double>().Fill(double.NegativeInfinity);
        for (var i = 0; i < plane; i++)
            if (isEnd[i]) rear.Elements<double>()[2 + i] = 0;
        StepRows behind = new(rear, 2, 1), through = new(from, 2, 1), two = new(new Tensor([plane + 4], DType.Float64), 2, 1);
        two.Tensor.Elements<double>().Fill(double.NegativeInfinity);
        var active = new bool[batch];
        var to = slopes.Elements<T>();
        for (var t = time - 1; t >= 0; t--)
        {
            Taking(steps, t, active);
            Step<Standing>([new(forward, 2 + (t + 1) * plane, 1), behind, new(read, 2, 1)], [through], batch, width, active);
            var standing = from.Elements<double>().Slice(2, plane);
            for (var i = 0; i < plane; i++)
            {
                if (symbols[i] < 0 || !active[i / width]) continue;
                ref var slope = ref to[(t * batch + i / width) * classes + (int)symbols[i]];
                slope -= T.CreateTruncating(standing[i]);
            }
            Emissions<T>(logs, t, symbols, width, emission);
            Step<SumOf2>([behind, new(emission, 2, 1)], [through], batch, width);
            Close(symbols, standing);
            Step<SumOf2>([through, new(skip, 2, 1)], [two], batch, width);
            Step<JoinedPaths>([through, through with { Start = 3 }, two with { Start = 4 }], [behind], batch, width, active);
        }
    }

    // Neighbours of a row's ends are places of another row: a NaN there must not come over.
    static void Close(long[] symbols, Span<double> places)
    {
        for (var i = 0; i < symbols.Length; i++)
            if (symbols[i] < 0) places[i] = double.NegativeInfinity;
    }

    static void Taking(ReadOnlySpan<long> steps, int t, bool[] active)
    {
        for (var n = 0; n < active.Length; n++) active[n] = t < steps[n];
    }

    static void Emissions<T>(Tensor logs, int t, long[] symbols, int width, Tensor emission) where T : unmanaged, INumber<T>
    {
        var (classes, batch) = (logs.Shape[2], logs.Shape[1]);
        ReadOnlySpan<T> row = logs.Elements<T>().Slice(t * batch * classes, batch * classes);
        var to = emission.Elements<double>();
        for (var i = 0; i < symbols.Length; i++)
            if (symbols[i] >= 0) to[2 + i] = double.CreateTruncating(row[i / width * classes + (int)symbols[i]]);
    }

    static double LogAdd(double a, double b) =>
        double.IsNegativeInfinity(a) ? b : double.IsNegativeInfinity(b) ? a : Math.Max(a, b) + Math.Log(1 + Math.Exp(-Math.Abs(a - b)));

    /// <summary>eᵃ⁺ᵇ⁻ᶜ: of all paths, the share that goes through here.</summary>
    readonly struct Standing : IStep
    {
        public static int Operands => 3;
        public static int Results => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Run<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V> => y[0] = V.Exp(x[0] + x[1] - x[2]);
    }
}
