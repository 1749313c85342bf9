using System.Globalization;

namespace Backprop.Text;

/// <summary>
/// One format for all floating-point numbers of an array, as NumPy chooses it: with exponents where the sizes ask for them,
/// otherwise with the points below each other.
/// </summary>
/// <remarks>NumPy 1.24, <c>FloatingFormat</c> in the mode <c>maxprec</c>.</remarks>
internal sealed class FloatText
{
    readonly bool single;
    readonly bool scientific;
    readonly int precision;
    readonly int left;              // columns before the point
    readonly int right;             // columns after it
    readonly int exponentDigits;

    /// <summary>Chooses the format.</summary>
    /// <param name="values">All numbers that will be shown.</param>
    /// <param name="single">Whether their type is float32.</param>
    /// <param name="options">How many digits, and whether small numbers may become zeros.</param>
    internal FloatText(ReadOnlySpan<double> values, bool single, PrintOptions options)
    {
        this.single = single;
        precision = options.Precision;
        scientific = NeedsExponents(values, options);
        var longest = 0;
        foreach (var value in values)
        {
            if (!double.IsFinite(value)) continue;
            var sign = double.IsNegative(value) ? 1 : 0;
            var (digits, exponent) = scientific ? Scientific(value, 0) : (Positional(value), 0);
            left = Math.Max(left, sign + (scientific ? 1 : digits.Whole.Length));
            longest = Math.Max(longest, scientific ? digits.Digits.Length - 1 : digits.Fraction.Length);
            if (scientific) exponentDigits = Math.Max(exponentDigits, ExponentText(exponent, 2).Length - 2);
        }
        right = scientific ? exponentDigits + 2 + longest : longest;
        if (scientific) precision = longest;
        foreach (var value in values)
            if (!double.IsFinite(value)) left = Math.Max(left, Special(value).Length - right - 1);
    }

    /// <summary>A number in the array's format, padded to the width that all have.</summary>
    internal string Format(double value)
    {
        if (!double.IsFinite(value)) return Special(value).PadLeft(left + right + 1);
        var sign = double.IsNegative(value) ? "-" : "";
        if (!scientific)
        {
            var positional = Positional(value);
            return (sign + positional.Whole).PadLeft(left) + "." + positional.Fraction.PadRight(right);
        }
        var (digits, exponent) = Scientific(value, precision);
        var fraction = digits.Digits[1..].PadRight(precision, '0');
        return (sign + digits.Digits[0]).PadLeft(left) + "." + fraction + ExponentText(exponent, exponentDigits);
    }

    /// <summary>
    /// A number by itself as Python shows it: the fewest digits that tell it from all others, at least one after the point; with an
    /// exponent from 1e16 on and below 1e-4.
    /// </summary>
    internal static string Scalar(double value, bool single)
    {
        if (!double.IsFinite(value)) return Special(value);
        var sign = double.IsNegative(value) ? "-" : "";
        var digits = DecimalDigits.Shortest(value, single);
        var size = Math.Abs(value);
        if (size is 0 or >= 1e-4 and < 1e16) return $"{sign}{digits.Whole}.{(digits.Fraction is "" ? "0" : digits.Fraction)}";
        var rest = digits.Digits[1..];
        return sign + digits.Digits[0] + (rest is "" ? "" : "." + rest) + ExponentText(digits.Point - 1, 2);
    }

    bool NeedsExponents(ReadOnlySpan<double> values, PrintOptions options)
    {
        double largest = 0, smallest = double.PositiveInfinity;
        foreach (var value in values)
        {
            if (!double.IsFinite(value) || value == 0) continue;
            largest = Math.Max(largest, Math.Abs(value));
            smallest = Math.Min(smallest, Math.Abs(value));
        }
        if (largest == 0) return false;
        // NumPy divides in the type of the elements.
        var ratio = single ? (float)largest / (float)smallest : largest / smallest;
        return largest >= 1e8 || !options.SuppressSmall && (smallest < 0.0001 || ratio > 1000);
    }

    // Digits before the point are all exact: of float32 from 2²⁴ on the shortest would end in made-up zeros.
    DecimalDigits Positional(double value)
    {
        var digits = DecimalDigits.Shortest(value, single);
        if (digits.FractionDigits > precision) return DecimalDigits.Rounded(value, precision).Trimmed();
        return digits.Digits.Length < digits.Point ? DecimalDigits.Rounded(value, 0).Trimmed() : digits;
    }

    // Trailing zeros are left off; more digits than the shortest are taken from the exact value, as NumPy does.
    (DecimalDigits Digits, int Exponent) Scientific(double value, int atLeast)
    {
        var digits = DecimalDigits.Shortest(value, single);
        var (fraction, exponent) = (digits.Digits.Length - 1, digits.Point - 1);
        if (value != 0 && (fraction > precision || fraction < atLeast))
        {
            // The shortest may be a round 1e23 for what is exactly 9.99…e22: then a digit more belongs to the same count.
            var finer = DecimalDigits.Rounded(value, precision - exponent + 1);
            digits = (finer.Digits.Length == precision + 1 ? finer : DecimalDigits.Rounded(value, precision - exponent)).Trimmed();
        }
        return (digits, digits.Point - 1);
    }

    static string ExponentText(int exponent, int digits) =>
        (exponent < 0 ? "e-" : "e+") + Math.Abs(exponent).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');

    static string Special(double value) => double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
