using Backprop.Formulas;
using Backprop.Ops;

namespace Backprop;

public sealed partial class Tensor
{
    /// <summary>A float64 scalar, weak as a C# literal is.</summary>
    public static implicit operator Tensor(double value) => Single(value, weak: true);

    /// <summary>A float32 scalar, weak as a C# literal is.</summary>
    public static implicit operator Tensor(float value) => Scalar(value).MarkWeak();

    /// <summary>An int64 scalar, weak as a C# literal is.</summary>
    public static implicit operator Tensor(int value) => Scalar((long)value).MarkWeak();

    /// <summary>An int64 scalar, weak as a C# literal is.</summary>
    public static implicit operator Tensor(long value) => Scalar(value).MarkWeak();

    /// <summary>A bool scalar, weak as a C# literal is.</summary>
    public static implicit operator Tensor(bool value) => Scalar(value).MarkWeak();

    /// <summary>A copy of the array, of its element type.</summary>
    public static implicit operator Tensor(double[] values) => From(values);

    /// <inheritdoc cref="op_Implicit(double[])"/>
    public static implicit operator Tensor(float[] values) => From(values);

    /// <inheritdoc cref="op_Implicit(double[])"/>
    public static implicit operator Tensor(long[] values) => From(values);

    /// <inheritdoc cref="op_Implicit(double[])"/>
    public static implicit operator Tensor(int[] values) => From(values);

    /// <inheritdoc cref="op_Implicit(double[])"/>
    public static implicit operator Tensor(bool[] values) => From(values);

    /// <inheritdoc cref="op_Implicit(double[])"/>
    public static implicit operator Tensor(double[,] values) => From(values);

    /// <inheritdoc cref="op_Implicit(double[])"/>
    public static implicit operator Tensor(float[,] values) => From(values);

    /// <summary>The one element as a double.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public static explicit operator double(Tensor x) => x.Item();

    /// <summary>The one element as a float.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public static explicit operator float(Tensor x) => (float)x.Item();

    /// <summary>The one element as a whole number, its fraction dropped.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public static explicit operator long(Tensor x) => x.Item<long>();

    /// <summary>The one element as a whole number, its fraction dropped.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public static explicit operator int(Tensor x) => (int)x.Item<long>();

    /// <summary>Whether the one element is not zero.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public static explicit operator bool(Tensor x) => x.Item() != 0;

    /// <summary>a + b, elementwise with broadcasting.</summary>
    public static Tensor operator +(Tensor a, Tensor b) => Binary<Add>.Call(default, a, b);

    /// <summary>a − b, elementwise with broadcasting.</summary>
    public static Tensor operator -(Tensor a, Tensor b) => Binary<Subtract>.Call(default, a, b);

    /// <summary>a · b, elementwise with broadcasting.</summary>
    public static Tensor operator *(Tensor a, Tensor b) => Binary<Multiply>.Call(default, a, b);

    /// <summary>a / b, elementwise with broadcasting; whole numbers divide as float64.</summary>
    public static Tensor operator /(Tensor a, Tensor b) => Binary<Divide>.Call(default, a, b);

    /// <summary>−a.</summary>
    public static Tensor operator -(Tensor a) => Unary<Negate>.Call(default, a);

    /// <summary>The remainder of a / b, of the sign of a, elementwise as C#'s %.</summary>
    public static Tensor operator %(Tensor a, Tensor b) => Binary<Fmod>.Call(default, a, b);

    /// <summary>Truth of a &lt; b, elementwise with broadcasting.</summary>
    public static Tensor operator <(Tensor a, Tensor b) => Compare<Less>.Call(a, b);

    /// <summary>Truth of a ≤ b, elementwise with broadcasting.</summary>
    public static Tensor operator <=(Tensor a, Tensor b) => Compare<LessEqual>.Call(a, b);

    /// <summary>Truth of a &gt; b, elementwise with broadcasting.</summary>
    public static Tensor operator >(Tensor a, Tensor b) => Compare<Greater>.Call(a, b);

    /// <summary>Truth of a ≥ b, elementwise with broadcasting.</summary>
    public static Tensor operator >=(Tensor a, Tensor b) => Compare<GreaterEqual>.Call(a, b);

    /// <summary>Truth of a and b, elementwise with broadcasting.</summary>
    public static Tensor operator &(Tensor a, Tensor b) => Compare<And>.OfTruths(a, b);

    /// <summary>Truth of a or b, elementwise with broadcasting.</summary>
    public static Tensor operator |(Tensor a, Tensor b) => Compare<Or>.OfTruths(a, b);

    /// <summary>Truth of not a.</summary>
    public static Tensor operator !(Tensor a) => Test<Not>.Call(a);
}
