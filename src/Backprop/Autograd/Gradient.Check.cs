using Backprop.Ops;

namespace Backprop.Autograd;

public static partial class Gradient
{
    /// <summary>
    /// Compares the derivatives that the operations' rules give with central differences, in float64: for a fixed cotangent c,
    /// ∂(c·f)/∂x against (c·f(x + h) − c·f(x − h)) / 2h for every element of every argument.
    /// </summary>
    /// <param name="f">The function; its result may have any shape.</param>
    /// <param name="x">Where to compare; converted to float64. Stay clear of kinks.</param>
    /// <param name="step">h, taken relative to max(1, |x|).</param>
    /// <param name="tolerance">The largest |analytic − numeric| / max(1, |analytic|, |numeric|) that passes.</param>
    public static GradientCheck Check(Func<Tensor[], Tensor> f, Tensor[] x, double step = 1e-6, double tolerance = 1e-6)
    {
        ArgumentNullException.ThrowIfNull(f);
        var points = Array.ConvertAll(x, t => Cast.Raw(t, DType.Float64).ToArray<double>());
        Tensor[] At() => [.. points.Select((values, i) => Tensor.From(values, x[i].Shape))];
        var (value, pullback) = Vjp(f, At());
        var cotangent = Cotangent(value);
        var analytic = pullback(cotangent);
        double Weighted()
        {
            using var off = Tape.NoGrad();
            return (f(At()) * cotangent).Sum().Item();
        }
        GradientCheck? worst = null;
        for (var k = 0; k < points.Length; k++)
        {
            var slopes = analytic[k].AsSpan<double>();
            for (var i = 0; i < slopes.Length; i++)
            {
                var old = points[k][i];
                var h = step * Math.Max(1, Math.Abs(old));
                points[k][i] = old + h;
                var up = Weighted();
                points[k][i] = old - h;
                var down = Weighted();
                points[k][i] = old;
                var numeric = (up - down) / (2 * h);
                var error = Math.Abs(slopes[i] - numeric) / Math.Max(1, Math.Max(Math.Abs(slopes[i]), Math.Abs(numeric)));
                // A NaN is worse than any number.
                if (worst is null || error > worst.Error || (double.IsNaN(error) && !double.IsNaN(worst.Error))) worst = new(error, k, Place(i, x[k].Shape), slopes[i], numeric, tolerance);
            }
        }
        return worst ?? new(0, 0, [], 0, 0, tolerance);
    }

    /// <summary>The same for a function of one tensor.</summary>
    public static GradientCheck Check(Func<Tensor, Tensor> f, Tensor x, double step = 1e-6, double tolerance = 1e-6) =>
        Check(Spread(f), [x], step, tolerance);

    // Different for every element, so that errors do not cancel; the same in every run.
    static Tensor Cotangent(Tensor value)
    {
        var weights = new double[value.Count];
        for (var i = 0; i < weights.Length; i++) weights[i] = weights.Length == 1 ? 1 : 0.75 + 0.5 * Math.Sin(1 + 2.399963 * i);
        return Tensor.From(weights, value.Shape);
    }

    static ValueList<int> Place(int flat, Shape shape)
    {
        var index = new int[shape.Rank];
        for (var axis = index.Length - 1; axis >= 0; axis--) (flat, index[axis]) = Math.DivRem(flat, shape[axis]);
        return new(index);
    }
}

/// <summary>What <c>Gradient.Check</c> found: the element where rule and difference disagree most.</summary>
/// <param name="Error">|analytic − numeric| / max(1, |analytic|, |numeric|) there.</param>
/// <param name="Argument">Which argument it belongs to, from 0.</param>
/// <param name="Index">Its place in that argument.</param>
/// <param name="Analytic">The derivative by the operations' rules.</param>
/// <param name="Numeric">The derivative by central differences.</param>
/// <param name="Tolerance">The largest error that passes.</param>
public sealed record GradientCheck(double Error, int Argument, ValueList<int> Index, double Analytic, double Numeric, double Tolerance)
{
    /// <summary>Whether every element agrees within the tolerance; NaN does not.</summary>
    public bool Passed => Error <= Tolerance;

    /// <summary>Throws if some element disagrees.</summary>
    /// <exception cref="GradientException">The message tells the worst element, its place and both values.</exception>
    public void ThrowIfFailed()
    {
        if (!Passed) throw new GradientException(ToString());
    }

    /// <summary>One sentence: the verdict, the worst element, its place and both values.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"Gradient check {(Passed ? "passed" : "failed")}: worst at argument {Argument}, element {Index}: analytic {Analytic:R}, numeric {Numeric:R}, error {Error:g3} (tolerance {Tolerance:g3}).");
}
