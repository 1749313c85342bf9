using System.Numerics;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// y = where along the marked axes the fold's result stands, the first place at a tie; NaN is a result like any other.
    /// There is at least one element to look at; y is int64.
    /// </summary>
    public static void PlaceOf<F>(F fold, Tensor x, bool[] reduced, Tensor y) where F : struct, IFold
    {
        var action = new PlaceOfAction<F> { Fold = fold, X = x, Reduced = reduced, Y = y };
        x.DType.Dispatch(ref action);
    }

    struct PlaceOfAction<F> : ITypedAction where F : struct, IFold
    {
        public F Fold;
        public Tensor X, Y;
        public bool[] Reduced;

        public readonly void Run<T>() where T : unmanaged, INumber<T>
        {
            var y = Y.Elements<long>();
            if (y.IsEmpty) return;
            var (x, length, inner) = Lines();
            var results = new Tensor(Y.Shape, x.DType);
            Cpu.Fold(Fold, x.View([y.Length / inner, length, inner], null, x.Offset), [false, true, false], results);
            ReadOnlySpan<T> from = x.Elements<T>(), wanted = results.Elements<T>();
            if (inner == 1)
                for (var i = 0; i < y.Length; i++) y[i] = First(from.Slice(i * length, length), wanted[i]);
            else
                for (var i = 0; i < y.Length; i += inner)
                    FirstInColumns(from.Slice(i * length, inner * length), wanted.Slice(i, inner), y.Slice(i, inner));
        }

        // One axis is gone over where it lies; several make rows, so that their places count in row-major order.
        readonly (Tensor X, int Length, int Inner) Lines()
        {
            if (Reduced.Count(r => r) != 1) return (AsRows(X, Reduced, out var rowLength), rowLength, 1);
            var (x, sizes, flags) = Groups(X, Reduced);
            var group = Array.IndexOf(flags, true);
            var inner = 1;
            for (var i = group + 1; i < sizes.Length; i++) inner *= sizes[i];
            return group < 0 ? (x, 1, 1) : (x, sizes[group], inner);
        }

        static int First<T>(ReadOnlySpan<T> row, T wanted) where T : unmanaged, INumber<T>
        {
            var i = 0;
            if (T.IsNaN(wanted))
                while (!T.IsNaN(row[i])) i++;
            else
                while (row[i] != wanted) i++;
            return i;
        }

        // From the last row to the first, so that the first place is what stays. Where there is a NaN, it is what is wanted.
        static void FirstInColumns<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> wanted, Span<long> y) where T : unmanaged, INumber<T>
        {
            for (var row = x.Length / y.Length - 1; row >= 0; row--)
            {
                var values = x.Slice(row * y.Length, y.Length);
                for (var i = 0; i < y.Length; i++)
                    if (values[i] == wanted[i] || T.IsNaN(values[i])) y[i] = row;
            }
        }
    }
}
