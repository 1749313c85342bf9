using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>What is done with rows of numbers and with the lanes of a register.</summary>
static unsafe class Rows
{
    /// <summary>c = kernel(c) for some rows that have just been computed. The last few of a row go through the same vector code.</summary>
    public static void Apply<F, R, T>(F kernel, T* c, nint line, int rows, int columns)
        where F : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        for (; rows > 0; rows--, c += line)
        {
            var j = 0;
            for (; j + R.Count <= columns; j += R.Count) Run<F, R, T>(kernel, R.Load(ref c[j], 0)).Store(ref c[j], 0);
            if (j < columns) Partial.Store(Run<F, R, T>(kernel, Partial.Load<R, T>(c + j, columns - j)), c + j, columns - j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static R Run<F, R, T>(F kernel, R x) where F : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        kernel.Run(new Lanes<R, T>(x), default, default, default).V;

    /// <summary>The sum of a register's lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum<R, T>(R x) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (typeof(R) == typeof(V512<T>)) return Vector512.Sum(Unsafe.BitCast<R, V512<T>>(x).Vector);
        if (typeof(R) == typeof(V256<T>)) return Vector256.Sum(Unsafe.BitCast<R, V256<T>>(x).Vector);
        return Vector128.Sum(Unsafe.BitCast<R, V128<T>>(x).Vector);
    }
}
