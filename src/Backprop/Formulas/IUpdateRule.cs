namespace Backprop.Formulas;

/// <summary>
/// How one number of a parameter changes: the formula of an optimiser, written once for one number and for registers of numbers. Its constants are
/// the fields of the struct that implements it; the whole step is one pass over memory.
/// </summary>
/// <remarks>Mark <see cref="Next"/> to be inlined: as a call it would send every register through memory.</remarks>
/// <example>
/// <code>
/// readonly record struct Momentum(double Rate, double Keep) : IUpdateRule
/// {
///     public static int Memories => 1;
///
///     [MethodImpl(MethodImplOptions.AggressiveInlining)]
///     public V Next&lt;V&gt;(V w, V g, ref V v, ref V unused, ref V alsoUnused) where V : IReal&lt;V&gt;
///     {
///         v = Keep * v + g;
///         return w - Rate * v;
///     }
/// }
/// </code>
/// </example>
public interface IUpdateRule
{
    /// <summary>How many numbers it remembers for each number of a parameter, from 0 to 3.</summary>
    static abstract int Memories { get; }

    /// <summary>The new value of w, whose derivative is g; a, b and c are what is remembered, 0 at first.</summary>
    V Next<V>(V w, V g, ref V a, ref V b, ref V c) where V : IReal<V>;
}
