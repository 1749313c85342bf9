namespace Backprop.Formulas;

/// <summary>
/// A SIMD register: <see cref="Count"/> numbers that are computed with at once. Loops and functions are written once over
/// it, and the JIT makes of them plain instructions for 128, 256 or 512 bits.
/// </summary>
/// <remarks>
/// Masks are registers whose lanes are all ones or all zeros. Transcendental functions are in <see cref="VectorMath"/>;
/// members that say "float or double" throw for other elements.
/// </remarks>
/// <typeparam name="R">The register itself.</typeparam>
/// <typeparam name="T">Its element.</typeparam>
public interface IRegister<R, T> where R : struct, IRegister<R, T> where T : unmanaged
{
    /// <summary>How many numbers it holds.</summary>
    static abstract int Count { get; }

    /// <summary>Whether <c>MultiplyAdd</c> rounds once.</summary>
    static abstract bool IsFused { get; }

    /// <summary><paramref name="value"/> in every lane.</summary>
    static abstract R Create(T value);

    /// <summary>A literal in every lane, for float or double; with a constant argument it costs nothing at run time.</summary>
    static abstract R Literal(double value);

    /// <summary>The bit pattern <paramref name="bits"/> (its low half, for elements of 4 bytes) in every lane.</summary>
    static abstract R Bits(long bits);

    /// <summary>The numbers from p[i] on.</summary>
    static abstract R Load(ref readonly T p, nuint i);

    /// <summary>Writes its numbers from p[i] on.</summary>
    void Store(ref T p, nuint i);

    /// <summary>
    /// The same past the caches, for what is not read again soon; where p[i] begins at a multiple of the register's size. It is surely seen by other threads only
    /// after a fence.
    /// </summary>
    void StoreStreaming(ref T p, nuint i);

    /// <summary>The number in lane <paramref name="i"/>.</summary>
    T this[int i] { get; }

    /// <summary>The sum of all its numbers, put together in an order that depends on how many they are only.</summary>
    static abstract T Sum(R a);

    /// <summary>The largest of its numbers, for float or double; if one is NaN it may be any of them.</summary>
    static abstract T Largest(R a);

    /// <summary>a + b.</summary>
    static abstract R operator +(R a, R b);

    /// <summary>a − b.</summary>
    static abstract R operator -(R a, R b);

    /// <summary>a · b.</summary>
    static abstract R operator *(R a, R b);

    /// <summary>a / b.</summary>
    static abstract R operator /(R a, R b);

    /// <summary>−a.</summary>
    static abstract R operator -(R a);

    /// <summary>a · b + c, rounded once where the hardware can; never by emulation.</summary>
    static abstract R MultiplyAdd(R a, R b, R c);

    /// <summary>a · b + c for a literal c, as a step of a polynomial.</summary>
    static abstract R MultiplyAdd(R a, R b, double c);

    /// <summary>The smaller of each pair; NaN if either is. Of 0 and −0 it may be either.</summary>
    static abstract R Min(R a, R b);

    /// <summary>The larger of each pair; NaN if either is. Of 0 and −0 it may be either.</summary>
    static abstract R Max(R a, R b);

    /// <summary>The smaller of each pair in one instruction; b if that is NaN, and on some hardware if a is.</summary>
    static abstract R MinNative(R a, R b);

    /// <summary>The larger of each pair in one instruction; b if that is NaN, and on some hardware if a is.</summary>
    static abstract R MaxNative(R a, R b);

    /// <summary>|a|.</summary>
    static abstract R Abs(R a);

    /// <summary>√a.</summary>
    static abstract R Sqrt(R a);

    /// <summary>The largest whole number ≤ a.</summary>
    static abstract R Floor(R a);

    /// <summary>The smallest whole number ≥ a.</summary>
    static abstract R Ceiling(R a);

    /// <summary>a without its fraction.</summary>
    static abstract R Truncate(R a);

    /// <summary>The nearest whole number, halves to even.</summary>
    static abstract R Round(R a);

    /// <summary>Mask of a &lt; b.</summary>
    static abstract R Less(R a, R b);

    /// <summary>Mask of a ≤ b.</summary>
    static abstract R LessOrEqual(R a, R b);

    /// <summary>Mask of a = b.</summary>
    static abstract R Equal(R a, R b);

    /// <summary>Whether any lane of a mask is set.</summary>
    static abstract bool Any(R mask);

    /// <summary>The bits that a and b share.</summary>
    static abstract R And(R a, R b);

    /// <summary>The bits of a or b.</summary>
    static abstract R Or(R a, R b);

    /// <summary>The bits of either a or b.</summary>
    static abstract R Xor(R a, R b);

    /// <summary>The bits of a that b lacks.</summary>
    static abstract R AndNot(R a, R b);

    /// <summary>The bits that a lacks.</summary>
    static abstract R Not(R a);

    /// <summary>The bits of a where the mask is set, those of b elsewhere.</summary>
    static abstract R Select(R mask, R a, R b);

    /// <summary>The sum of the bit patterns, as whole numbers of the element's size (4 or 8 bytes).</summary>
    static abstract R AddBits(R a, R b);

    /// <summary>The difference of the bit patterns, as whole numbers of the element's size (4 or 8 bytes).</summary>
    static abstract R SubtractBits(R a, R b);

    /// <summary>The bit patterns (of 4 or 8 bytes) moved up; zeros enter.</summary>
    static abstract R ShiftLeft(R a, int count);

    /// <summary>The bit patterns (of 4 or 8 bytes) moved down; zeros enter.</summary>
    static abstract R ShiftRight(R a, int count);

    /// <summary>The bit patterns (of 4 or 8 bytes) moved down; copies of the sign enter.</summary>
    static abstract R ShiftRightSigned(R a, int count);
}
