using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Formulas;

/// <summary>
/// Elementary functions of registers of float or double, right for NaN, infinities, signed zeros and denormal numbers. They
/// are branch-free and of one text for both elements and all widths, so that they inline into the loop around them.
/// </summary>
/// <remarks>
/// Polynomials whose source is not named are minimax approximations found with Remez's algorithm for this file.
/// </remarks>
public static partial class VectorMath
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>The exact remainder of a / b, of the sign of a, as C#'s %.</summary>
    public static R Fmod<R, T>(R a, R b) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        ref var p = ref Unsafe.As<R, T>(ref a);
        ref var q = ref Unsafe.As<R, T>(ref b);
        for (var i = 0; i < R.Count; i++) Unsafe.Add(ref p, i) %= Unsafe.Add(ref q, i);
        return a;
    }

    [MethodImpl(Inline)]
    static R SignOf<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> => R.And(x, R.Literal(-0.0));

    // The magnitude of a with the sign of x; a is not negative.
    [MethodImpl(Inline)]
    static R WithSign<R, T>(R a, R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        R.Or(a, SignOf<R, T>(x));

    // What a·a lost in rounding to square, exactly.
    [MethodImpl(Inline)]
    static R SquareError<R, T>(R a, R square) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (R.IsFused) return R.MultiplyAdd(a, a, -square);
        // Dekker's product: the upper half of a's digits has an exact square
        var hi = R.And(a, R.Bits(typeof(T) == typeof(float) ? 0xFFFFF000 : unchecked((long)0xFFFFFFFFF8000000)));
        var lo = a - hi;
        return hi * hi - square + (hi + hi) * lo + lo * lo;
    }

    interface IScalar
    {
        static abstract double Of(double x);
    }

    interface IScalar2
    {
        static abstract double Of(double x, double y);
    }

    // Lane by lane in double precision; not inlined, so that the loop around the fast path stays small.
    [MethodImpl(Registers.Kernel)]
    static R Each<R, T, F>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> where F : struct, IScalar
    {
        ref var p = ref Unsafe.As<R, T>(ref x);
        for (var i = 0; i < R.Count; i++)
            Unsafe.Add(ref p, i) = T.CreateTruncating(F.Of(double.CreateTruncating(Unsafe.Add(ref p, i))));
        return x;
    }

    [MethodImpl(Registers.Kernel)]
    static R Each<R, T, F>(R x, R y) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> where F : struct, IScalar2
    {
        ref var p = ref Unsafe.As<R, T>(ref x);
        ref var q = ref Unsafe.As<R, T>(ref y);
        for (var i = 0; i < R.Count; i++)
        {
            var value = F.Of(double.CreateTruncating(Unsafe.Add(ref p, i)), double.CreateTruncating(Unsafe.Add(ref q, i)));
            Unsafe.Add(ref p, i) = T.CreateTruncating(value);
        }
        return x;
    }
}
