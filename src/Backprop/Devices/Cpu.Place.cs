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
        var action = new PlaceOfAction<F> { Fold = fold, Rows = AsRows(x, reduced, out var length), Length = length, Y = y };
        x.DType.Dispatch(ref action);
    }

    struct PlaceOfAction<F> : ITypedAction where F : struct, IFold
    {
        public F Fold;
        public Tensor Rows, Y;
        public int Length;

        public readonly void Run<T>() where T : unmanaged, INumber<T>
        {
            var y = Y.Elements<long>();
            if (y.IsEmpty) return;
            ReadOnlySpan<T> rows = Rows.Elements<T>();
            var extreme = new Tensor(Y.Shape, Rows.DType);
            Cpu.Fold(Fold, Rows.View([y.Length, Length], null, Rows.Offset), [false, true], extreme);
            ReadOnlySpan<T> extremes = extreme.Elements<T>();
            for (var i = 0; i < y.Length; i++) y[i] = First(rows.Slice(i * Length, Length), extremes[i]);
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
    }
}
