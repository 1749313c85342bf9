using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Formulas;

public static partial class VectorMath
{
    /// <summary>xʸ, as <see cref="Math.Pow"/> defines it.</summary>
    // Too long to be taken into a loop, it is at least compiled fully at its first call.
    [MethodImpl(Registers.Kernel)]
    public static R Pow<R, T>(R x, R y) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        // Of floats as e^(y ln x) in double precision, which leaves digits enough; half a register at a time.
        if (typeof(R) == typeof(V256<float>))
        {
            var (a, b) = (Unsafe.BitCast<R, V256<float>>(x).Vector, Unsafe.BitCast<R, V256<float>>(y).Vector);
            var (a0, a1) = Vector256.Widen(a);
            var (b0, b1) = Vector256.Widen(b);
            var low = PowOfFloats(new V256<double>(a0), new V256<double>(b0));
            var high = PowOfFloats(new V256<double>(a1), new V256<double>(b1));
            return Unsafe.BitCast<V256<float>, R>(new(Vector256.Narrow(low.Vector, high.Vector)));
        }
        if (typeof(R) == typeof(V512<float>))
        {
            var (a, b) = (Unsafe.BitCast<R, V512<float>>(x).Vector, Unsafe.BitCast<R, V512<float>>(y).Vector);
            var (a0, a1) = Vector512.Widen(a);
            var (b0, b1) = Vector512.Widen(b);
            var low = PowOfFloats(new V512<double>(a0), new V512<double>(b0));
            var high = PowOfFloats(new V512<double>(a1), new V512<double>(b1));
            return Unsafe.BitCast<V512<float>, R>(new(Vector512.Narrow(low.Vector, high.Vector)));
        }
        if (typeof(R) == typeof(V128<float>))
        {
            var (a, b) = (Unsafe.BitCast<R, V128<float>>(x).Vector, Unsafe.BitCast<R, V128<float>>(y).Vector);
            var (a0, a1) = Vector128.Widen(a);
            var (b0, b1) = Vector128.Widen(b);
            var low = PowOfFloats(new V128<double>(a0), new V128<double>(b0));
            var high = PowOfFloats(new V128<double>(a1), new V128<double>(b1));
            return Unsafe.BitCast<V128<float>, R>(new(Vector128.Narrow(low.Vector, high.Vector)));
        }
        return Each<R, T, PowOf>(x, y);
    }

    [MethodImpl(Inline)]
    static R PowOfFloats<R>(R x, R y) where R : struct, IRegister<R, double>
    {
        var (zero, one, infinity) = (R.Literal(0), R.Literal(1), R.Literal(double.PositiveInfinity));
        var a = R.Abs(x);
        var power = Exp<R, double>(y * Log<R, double>(a));
        // a negative base takes whole exponents only, and odd ones keep its sign (as they do that of −0)
        var half = y * R.Literal(0.5);
        var whole = R.Equal(R.Floor(y), y);
        var odd = R.AndNot(R.AndNot(whole, R.Equal(R.Floor(half), half)), R.Equal(R.Abs(y), infinity));
        var finite = R.And(R.Less(x, zero), R.Less(a, infinity));
        power = R.Select(R.AndNot(finite, whole), R.Literal(double.NaN), power);
        power = R.Xor(power, R.And(odd, SignOf<R, double>(x)));
        // 1 whatever the other is, even NaN; and |−1| to the power of ±∞
        var unit = R.And(R.Equal(a, one), R.Equal(R.Abs(y), infinity));
        return R.Select(R.Or(R.Or(R.Equal(y, zero), R.Equal(x, one)), unit), one, power);
    }

    readonly struct PowOf : IScalar2 { public static double Of(double x, double y) => Math.Pow(x, y); }
}
