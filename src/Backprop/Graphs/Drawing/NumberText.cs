using System.Globalization;

namespace Backprop.Graphs;

/// <summary>Numbers as a drawing shows them: five significant digits, none that say nothing.</summary>
static class NumberText
{
    public static string Of(double value)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "∞" : "-∞";
        if (value == 0) return "0";
        var size = Math.Abs(value);
        if (size is >= 1e-4 and < 1e7)
        {
            // All digits before the point, five significant ones at least.
            var decimals = Math.Clamp(4 - (int)Math.Floor(Math.Log10(size)), 0, 9);
            var text = value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
            return text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
        }
        var parts = value.ToString("E4", CultureInfo.InvariantCulture).Split('E');
        var mantissa = parts[0].TrimEnd('0').TrimEnd('.');
        return $"{mantissa}e{int.Parse(parts[1], CultureInfo.InvariantCulture)}";
    }
}
