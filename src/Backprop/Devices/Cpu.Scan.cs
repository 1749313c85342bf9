using System.Numerics;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// Runs along an axis: s = kernel(s, x₀, x₁) from the start value, y = s after each step, or before it if exclusive. The running value of
    /// floats is kept in double. All operands are contiguous, of y's shape and element type: float32, float64 or int64.
    /// </summary>
    public static void Scan<K>(K kernel, double start, ReadOnlySpan<Tensor> x, int axis, bool reverse, bool exclusive, Tensor y)
        where K : struct, IKernel
    {
        if (y.Count == 0) return;
        var inner = 1;
        for (var i = axis + 1; i < y.Rank; i++) inner *= y.Shape[i];
        Tensor a = x[0], b = K.Arity > 2 ? x[1] : a;
        if (y.DType == DType.Float32) Scan<K, float, double>(kernel, start, a, b, y, y.Shape[axis], inner, reverse, exclusive);
        else if (y.DType == DType.Float64) Scan<K, double, double>(kernel, start, a, b, y, y.Shape[axis], inner, reverse, exclusive);
        else Scan<K, long, long>(kernel, start, a, b, y, y.Shape[axis], inner, reverse, exclusive);
    }

    // Columns run side by side, so that memory is gone over in its order.
    static void Scan<K, T, S>(K kernel, double start, Tensor xa, Tensor xb, Tensor xy, int length, int inner, bool reverse, bool exclusive)
        where K : struct, IKernel where T : unmanaged, INumber<T> where S : unmanaged, INumber<S>
    {
        const int tile = 64;
        Span<S> running = stackalloc S[tile];
        ReadOnlySpan<T> a = xa.Elements<T>(), b = xb.Elements<T>();
        var y = xy.Elements<T>();
        if (inner == 1)
        {
            for (var line = 0; line < y.Length; line += length)
                Line<K, T, S>(kernel, S.CreateTruncating(start), a.Slice(line, length), b.Slice(line, length), y.Slice(line, length), reverse, exclusive);
            return;
        }
        for (var line = 0; line < y.Length; line += length * inner)
            for (var column = 0; column < inner; column += tile)
            {
                var states = running[..Math.Min(tile, inner - column)];
                states.Fill(S.CreateTruncating(start));
                for (var step = 0; step < length; step++)
                {
                    var at = line + (reverse ? length - 1 - step : step) * inner + column;
                    for (var i = 0; i < states.Length; i++)
                    {
                        var before = states[i];
                        states[i] = kernel.Run(
                            new One<S>(before), new(S.CreateTruncating(a[at + i])), K.Arity > 2 ? new(S.CreateTruncating(b[at + i])) : default, default).V;
                        y[at + i] = T.CreateTruncating(exclusive ? before : states[i]);
                    }
                }
            }
    }

    static void Line<K, T, S>(K kernel, S state, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y, bool reverse, bool exclusive)
        where K : struct, IKernel where T : unmanaged, INumber<T> where S : unmanaged, INumber<S>
    {
        for (var step = 0; step < y.Length; step++)
        {
            var at = reverse ? y.Length - 1 - step : step;
            var before = state;
            state = kernel.Run(new One<S>(state), new(S.CreateTruncating(a[at])), K.Arity > 2 ? new(S.CreateTruncating(b[at])) : default, default).V;
            y[at] = T.CreateTruncating(exclusive ? before : state);
        }
    }
}
