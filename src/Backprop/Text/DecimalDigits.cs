using System.Globalization;
using System.Numerics;

namespace Backprop.Text;

/// <summary>The size of a finite number in decimal: 0.d₁d₂d₃… · 10^<paramref name="Point"/>.</summary>
/// <param name="Digits">The digits, the first not 0 unless the number is 0.</param>
/// <param name="Point">How many digits stand before the decimal point; negative where zeros follow it.</param>
internal readonly record struct DecimalDigits(string Digits, int Point)
{
    /// <summary>How many digits stand after the decimal point.</summary>
    internal int FractionDigits => Math.Max(0, Digits.Length - Point);

    /// <summary>The fewest digits that tell the number from all others of its type, the nearest to it where there are several.</summary>
    /// <param name="value">The number.</param>
    /// <param name="single">Whether its type is float32.</param>
    internal static DecimalDigits Shortest(double value, bool single) => Read(single
        ? MathF.Abs((float)value).ToString("R", CultureInfo.InvariantCulture)
        : Math.Abs(value).ToString("R", CultureInfo.InvariantCulture));

    /// <summary>
    /// The exact value rounded to a count of digits after the decimal point (before it, where negative), ties to even.
    /// </summary>
    /// <remarks>
    /// NumPy rounds a power of two by its neighbours' distance instead where 15 digits are asked for, and is then one off in the last.
    /// </remarks>
    internal static DecimalDigits Rounded(double value, int fractionDigits)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52) & 0x7FF;
        BigInteger numerator = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
        var denominator = BigInteger.One;
        Scale(BigInteger.Pow(2, Math.Abs(Math.Max(exponent, 1) - 1075)), exponent >= 1075);
        Scale(BigInteger.Pow(10, Math.Abs(fractionDigits)), fractionDigits >= 0);
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        var half = (rest * 2).CompareTo(denominator);
        if (half > 0 || half == 0 && !quotient.IsEven) quotient++;
        var digits = quotient.ToString(CultureInfo.InvariantCulture);
        return new(digits, quotient.IsZero ? 1 : digits.Length - fractionDigits);

        void Scale(BigInteger factor, bool up)
        {
            if (up) numerator *= factor;
            else denominator *= factor;
        }
    }

    /// <summary>Without the zeros at the end; a zero keeps one.</summary>
    internal DecimalDigits Trimmed()
    {
        var digits = Digits.TrimEnd('0');
        return digits.Length == 0 ? new("0", 1) : this with { Digits = digits };
    }

    /// <summary>The digits before the decimal point, at least one.</summary>
    internal string Whole => Point <= 0 ? "0" : Digits.Length >= Point ? Digits[..Point] : Digits.PadRight(Point, '0');

    /// <summary>The digits after the decimal point, maybe none.</summary>
    internal string Fraction =>
        Digits.Length <= Point || Digits == "0" ? "" : Point >= 0 ? Digits[Point..] : new string('0', -Point) + Digits;

    static DecimalDigits Read(string text)
    {
        var (mantissa, exponent) = text.IndexOf('E') is >= 0 and var e
            ? (text[..e], int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)) : (text, 0);
        var dot = mantissa.IndexOf('.');
        var point = (dot < 0 ? mantissa.Length : dot) + exponent;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimStart('0');
        return new DecimalDigits(significant, point - (digits.Length - significant.Length)).Trimmed();
    }
}
