using Backprop.Formulas;
using Backprop.Ops;

namespace Backprop;

/// <summary>A tensor is also a number that a formula may be read with, so that a derivative written as a formula has derivatives itself.</summary>
public sealed partial class Tensor : IReal<Tensor>
{
    static Tensor IReal<Tensor>.Equal(Tensor a, Tensor b) => Compare<Equal>.Call(a, b);
    static Tensor IReal<Tensor>.And(Tensor p, Tensor q) => Compare<And>.OfTruths(p, q);
    static Tensor IReal<Tensor>.Or(Tensor p, Tensor q) => Compare<Or>.OfTruths(p, q);
    static Tensor IReal<Tensor>.Not(Tensor p) => Test<Not>.Call(p);
    static Tensor IReal<Tensor>.Where(Tensor condition, Tensor a, Tensor b) => Select.Call(condition, a, b);
    static Tensor IReal<Tensor>.Max(Tensor a, Tensor b) => Binary<Maximum>.Call(default, a, b);
    static Tensor IReal<Tensor>.Min(Tensor a, Tensor b) => Binary<Minimum>.Call(default, a, b);
    static Tensor IReal<Tensor>.Fmod(Tensor a, Tensor b) => Binary<Fmod>.Call(default, a, b);
    static Tensor IReal<Tensor>.Pow(Tensor a, Tensor b) => Binary<Pow>.Call(default, a, b);
    static Tensor IReal<Tensor>.Atan2(Tensor y, Tensor x) => Binary<Atan2>.Call(default, y, x);
    static Tensor IReal<Tensor>.Abs(Tensor a) => Unary<Abs>.Call(default, a);
    static Tensor IReal<Tensor>.Sqrt(Tensor a) => Unary<Sqrt>.Call(default, a);
    static Tensor IReal<Tensor>.Floor(Tensor a) => Unary<Floor>.Call(default, a);
    static Tensor IReal<Tensor>.Ceiling(Tensor a) => Unary<Ceiling>.Call(default, a);
    static Tensor IReal<Tensor>.Truncate(Tensor a) => Unary<Truncate>.Call(default, a);
    static Tensor IReal<Tensor>.Round(Tensor a) => Unary<Round>.Call(default, a);
    static Tensor IReal<Tensor>.Exp(Tensor a) => Unary<Exp>.Call(default, a);
    static Tensor IReal<Tensor>.Exp2(Tensor a) => Unary<Exp2>.Call(default, a);
    static Tensor IReal<Tensor>.Expm1(Tensor a) => Unary<Expm1>.Call(default, a);
    static Tensor IReal<Tensor>.Log(Tensor a) => Unary<Log>.Call(default, a);
    static Tensor IReal<Tensor>.Log2(Tensor a) => Unary<Log2>.Call(default, a);
    static Tensor IReal<Tensor>.Log10(Tensor a) => Unary<Log10>.Call(default, a);
    static Tensor IReal<Tensor>.Log1p(Tensor a) => Unary<Log1p>.Call(default, a);
    static Tensor IReal<Tensor>.Sin(Tensor a) => Unary<Sin>.Call(default, a);
    static Tensor IReal<Tensor>.Cos(Tensor a) => Unary<Cos>.Call(default, a);
    static Tensor IReal<Tensor>.Tan(Tensor a) => Unary<Tan>.Call(default, a);
    static Tensor IReal<Tensor>.Asin(Tensor a) => Unary<Asin>.Call(default, a);
    static Tensor IReal<Tensor>.Acos(Tensor a) => Unary<Acos>.Call(default, a);
    static Tensor IReal<Tensor>.Atan(Tensor a) => Unary<Atan>.Call(default, a);
    static Tensor IReal<Tensor>.Sinh(Tensor a) => Unary<Sinh>.Call(default, a);
    static Tensor IReal<Tensor>.Cosh(Tensor a) => Unary<Cosh>.Call(default, a);
    static Tensor IReal<Tensor>.Tanh(Tensor a) => Unary<Tanh>.Call(default, a);
    static Tensor IReal<Tensor>.Asinh(Tensor a) => Unary<Asinh>.Call(default, a);
    static Tensor IReal<Tensor>.Acosh(Tensor a) => Unary<Acosh>.Call(default, a);
    static Tensor IReal<Tensor>.Atanh(Tensor a) => Unary<Atanh>.Call(default, a);
    static Tensor IReal<Tensor>.Erf(Tensor a) => Unary<Erf>.Call(default, a);
    static Tensor IReal<Tensor>.Erfc(Tensor a) => Unary<Erfc>.Call(default, a);
}
