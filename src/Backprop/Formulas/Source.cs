using System.Globalization;

namespace Backprop.Formulas;

/// <summary>
/// Source text: the same formula, printed. Parentheses stand only where C# needs them, so that the text can be read and
/// compiled: <c>1 / (1 + Exp(-x))</c>.
/// </summary>
/// <param name="Text">The expression.</param>
/// <param name="Precedence">How tightly its outermost operation binds: 0 conditional, 1 or, 2 and, 3 equality, 4 comparison,
/// 5 sum, 6 product, 7 sign, 8 name, number or call.</param>
public readonly record struct Source(string Text, int Precedence = 8) : IReal<Source>
{
    string At(int precedence) => Precedence >= precedence ? Text : $"({Text})";

    // The right operand must bind tighter than the operation itself: a * (b * c) is not rounded as a * b * c is. Truths are not rounded.
    static Source Infix(Source a, string sign, Source b, int precedence) =>
        new($"{a.At(precedence)} {sign} {b.At(sign is "&&" or "||" ? precedence : precedence + 1)}", precedence);

    static Source Call(string name, Source a) => new($"{name}({a.Text})");
    static Source Call(string name, Source a, Source b) => new($"{name}({a.Text}, {b.Text})");

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <inheritdoc/>
    public static implicit operator Source(double value) =>
        double.IsFinite(value) ? new(value.ToString("R", CultureInfo.InvariantCulture), double.IsNegative(value) ? 7 : 8)
        : new($"double.{(double.IsNaN(value) ? "NaN" : value > 0 ? "PositiveInfinity" : "NegativeInfinity")}");
    /// <inheritdoc/>
    public static Source operator +(Source a, Source b) => Infix(a, "+", b, 5);
    /// <inheritdoc/>
    public static Source operator -(Source a, Source b) => Infix(a, "-", b, 5);
    /// <inheritdoc/>
    public static Source operator *(Source a, Source b) => Infix(a, "*", b, 6);
    /// <inheritdoc/>
    public static Source operator /(Source a, Source b) => Infix(a, "/", b, 6);
    /// <inheritdoc/>
    public static Source operator -(Source a) => new($"-{a.At(8)}", 7);
    /// <inheritdoc/>
    public static Source operator <(Source a, Source b) => Infix(a, "<", b, 4);
    /// <inheritdoc/>
    public static Source operator <=(Source a, Source b) => Infix(a, "<=", b, 4);
    /// <inheritdoc/>
    public static Source operator >(Source a, Source b) => Infix(a, ">", b, 4);
    /// <inheritdoc/>
    public static Source operator >=(Source a, Source b) => Infix(a, ">=", b, 4);
    /// <inheritdoc/>
    public static Source Equal(Source a, Source b) => Infix(a, "==", b, 3);
    /// <inheritdoc/>
    public static Source And(Source p, Source q) => Infix(p, "&&", q, 2);
    /// <inheritdoc/>
    public static Source Or(Source p, Source q) => Infix(p, "||", q, 1);
    /// <inheritdoc/>
    public static Source Not(Source p) => new($"!{p.At(8)}", 7);
    /// <inheritdoc/>
    public static Source Where(Source condition, Source a, Source b) => new($"{condition.At(1)} ? {a.At(1)} : {b.At(0)}", 0);
    /// <inheritdoc/>
    public static Source Max(Source a, Source b) => Call("Max", a, b);
    /// <inheritdoc/>
    public static Source Min(Source a, Source b) => Call("Min", a, b);
    /// <inheritdoc/>
    public static Source Abs(Source a) => Call("Abs", a);
    /// <inheritdoc/>
    public static Source Sqrt(Source a) => Call("Sqrt", a);
    /// <inheritdoc/>
    public static Source Floor(Source a) => Call("Floor", a);
    /// <inheritdoc/>
    public static Source Ceiling(Source a) => Call("Ceiling", a);
    /// <inheritdoc/>
    public static Source Truncate(Source a) => Call("Truncate", a);
    /// <inheritdoc/>
    public static Source Round(Source a) => Call("Round", a);
    /// <inheritdoc/>
    public static Source Fmod(Source a, Source b) => Infix(a, "%", b, 6);
    /// <inheritdoc/>
    public static Source Exp(Source a) => Call("Exp", a);
    /// <inheritdoc/>
    public static Source Exp2(Source a) => Call("Exp2", a);
    /// <inheritdoc/>
    public static Source Expm1(Source a) => Call("Expm1", a);
    /// <inheritdoc/>
    public static Source Log(Source a) => Call("Log", a);
    /// <inheritdoc/>
    public static Source Log2(Source a) => Call("Log2", a);
    /// <inheritdoc/>
    public static Source Log10(Source a) => Call("Log10", a);
    /// <inheritdoc/>
    public static Source Log1p(Source a) => Call("Log1p", a);
    /// <inheritdoc/>
    public static Source Pow(Source a, Source b) => Call("Pow", a, b);
    /// <inheritdoc/>
    public static Source Sin(Source a) => Call("Sin", a);
    /// <inheritdoc/>
    public static Source Cos(Source a) => Call("Cos", a);
    /// <inheritdoc/>
    public static Source Tan(Source a) => Call("Tan", a);
    /// <inheritdoc/>
    public static Source Asin(Source a) => Call("Asin", a);
    /// <inheritdoc/>
    public static Source Acos(Source a) => Call("Acos", a);
    /// <inheritdoc/>
    public static Source Atan(Source a) => Call("Atan", a);
    /// <inheritdoc/>
    public static Source Atan2(Source y, Source x) => Call("Atan2", y, x);
    /// <inheritdoc/>
    public static Source Sinh(Source a) => Call("Sinh", a);
    /// <inheritdoc/>
    public static Source Cosh(Source a) => Call("Cosh", a);
    /// <inheritdoc/>
    public static Source Tanh(Source a) => Call("Tanh", a);
    /// <inheritdoc/>
    public static Source Asinh(Source a) => Call("Asinh", a);
    /// <inheritdoc/>
    public static Source Acosh(Source a) => Call("Acosh", a);
    /// <inheritdoc/>
    public static Source Atanh(Source a) => Call("Atanh", a);
    /// <inheritdoc/>
    public static Source Erf(Source a) => Call("Erf", a);
    /// <inheritdoc/>
    public static Source Erfc(Source a) => Call("Erfc", a);
}
