using System.Runtime.CompilerServices;

namespace Backprop;

/// <summary>What an option of a module, a loss or an optimiser may be, and the error where it is something else.</summary>
static class Option
{
    public static double NotNegative(double value, string owner, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 0 && double.IsFinite(value) ? value : throw Wrong(value, owner, name, "a number ≥ 0");

    public static double Positive(double value, string owner, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > 0 && double.IsFinite(value) ? value : throw Wrong(value, owner, name, "a number > 0");

    public static double Fraction(double value, string owner, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and < 1 ? value : throw Wrong(value, owner, name, "a number in [0, 1)");

    public static double Share(double value, string owner, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and <= 1 ? value : throw Wrong(value, owner, name, "a number in [0, 1]");

    public static int AtLeastOne(int value, string owner, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 1 ? value : throw Wrong(value, owner, name, "a whole number ≥ 1");

    public static int NotNegative(int value, string owner, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 0 ? value : throw Wrong(value, owner, name, "a whole number ≥ 0");

    static ArgumentOutOfRangeException Wrong(double value, string owner, string name, string range) =>
        new(null, FormattableString.Invariant($"{owner}: {name} is {value} and must be {range}."));
}
