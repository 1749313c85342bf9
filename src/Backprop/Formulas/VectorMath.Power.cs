using System.Numerics;

namespace Backprop.Formulas;

public static partial class VectorMath
{
    /// <summary>xʸ, as <see cref="Math.Pow"/> defines it.</summary>
    public static R Pow<R, T>(R x, R y) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        Each<R, T, PowOf>(x, y);

    readonly struct PowOf : IScalar2 { public static double Of(double x, double y) => Math.Pow(x, y); }
}
