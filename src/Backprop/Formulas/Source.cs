namespace Backprop.Formulas;

/// <summary>
/// Source text: the same formula, written down. It is kept as what it consists of, and printed as C# with parentheses only where C# needs them, so that the
/// text can be read and compiled: <c>1 / (1 + Exp(-x))</c>.
/// </summary>
public sealed class Source : IReal<Source>
{
    Source(string function, Source[] operands) => (Function, Operands) = (function, operands);

    /// <summary>A name, as that of an operand.</summary>
    public Source(string name) : this("", [])
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
    }

    /// <summary>The expression as C#.</summary>
    public string Text => SourceText.Plain.Of(this);

    /// <summary>What is called: a sign of C#, <c>?</c> for a choice, <c>negate</c>, or a function's name; empty for names and numbers.</summary>
    internal string Function { get; }

    /// <summary>What it is called with.</summary>
    internal Source[] Operands { get; }

    /// <summary>The name; null unless this is one.</summary>
    internal string? Name { get; }

    /// <summary>The number; null unless this is one.</summary>
    internal double? Number { get; private init; }

    /// <summary>A call of a function.</summary>
    internal static Source Call(string function, params Source[] operands) => new(function, operands);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <inheritdoc/>
    public static implicit operator Source(double value) => new("", []) { Number = value };
    /// <inheritdoc/>
    public static Source operator +(Source a, Source b) => Call("+", a, b);
    /// <inheritdoc/>
    public static Source operator -(Source a, Source b) => Call("-", a, b);
    /// <inheritdoc/>
    public static Source operator *(Source a, Source b) => Call("*", a, b);
    /// <inheritdoc/>
    public static Source operator /(Source a, Source b) => Call("/", a, b);
    /// <inheritdoc/>
    public static Source operator -(Source a) => Call("negate", a);
    /// <inheritdoc/>
    public static Source operator <(Source a, Source b) => Call("<", a, b);
    /// <inheritdoc/>
    public static Source operator <=(Source a, Source b) => Call("<=", a, b);
    /// <inheritdoc/>
    public static Source operator >(Source a, Source b) => Call(">", a, b);
    /// <inheritdoc/>
    public static Source operator >=(Source a, Source b) => Call(">=", a, b);
    /// <inheritdoc/>
    public static Source Equal(Source a, Source b) => Call("==", a, b);
    /// <inheritdoc/>
    public static Source And(Source p, Source q) => Call("&&", p, q);
    /// <inheritdoc/>
    public static Source Or(Source p, Source q) => Call("||", p, q);
    /// <inheritdoc/>
    public static Source Not(Source p) => Call("!", p);
    /// <inheritdoc/>
    public static Source Where(Source condition, Source a, Source b) => Call("?", condition, a, b);
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
    public static Source Fmod(Source a, Source b) => Call("%", a, b);
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
