namespace Backprop.Tests.Reference;

/// <summary>The format's rule: |mine − reference| ≤ atol + rtol·|reference|; NaN equals NaN, an infinity the same infinity; whole numbers and bools exactly.</summary>
static class ReferenceComparison
{
    /// <summary>What differs, with the worst place; null if nothing does.</summary>
    public static string? Difference(ReferenceCase c, string what, Tensor mine, Tensor expected)
    {
        if (mine.Shape != expected.Shape) return $"{what} has shape {mine.Shape}, expected {expected.Shape}";
        if (mine.DType.IsFloat() != expected.DType.IsFloat() || (mine.DType == DType.Bool) != (expected.DType == DType.Bool)
            || (c.IsSinglePrecision && mine.DType == DType.Float64))
            return $"{what} is {mine.DType.Name()}, expected {expected.DType.Name()}";
        var a = mine.As(DType.Float64).AsSpan<double>();
        var b = expected.As(DType.Float64).AsSpan<double>();
        var exact = !expected.DType.IsFloat();
        string? worst = null;
        var most = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i].Equals(b[i]) || a[i] == b[i]) continue;
            var error = Math.Abs(a[i] - b[i]);
            var allowed = exact || !double.IsFinite(b[i]) ? 0 : c.AbsoluteTolerance + c.RelativeTolerance * Math.Abs(b[i]);
            if (error <= allowed) continue;
            var excess = double.IsFinite(error) ? error / Math.Max(allowed, double.Epsilon) : double.MaxValue;
            if (worst is not null && !(excess > most)) continue;
            most = excess;
            worst = FormattableString.Invariant($"{what}[{i}] is {a[i]:R}, expected {b[i]:R} (allowed {allowed:g3})");
        }
        return worst;
    }
}
