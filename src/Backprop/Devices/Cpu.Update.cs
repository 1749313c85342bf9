using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// w = rule(w, g, memories…) in place, one pass over everything. All are contiguous, of one shape and of float32 or float64.
    /// </summary>
    public static void Update<U>(U rule, Tensor w, Tensor g, ReadOnlySpan<Tensor> memories) where U : struct, IUpdateRule
    {
        if (w.DType == DType.Float32) Update<U, float>(rule, w, g, memories);
        else Update<U, double>(rule, w, g, memories);
    }

    static void Update<U, T>(U rule, Tensor w, Tensor g, ReadOnlySpan<Tensor> memories) where U : struct, IUpdateRule where T : unmanaged, INumber<T>
    {
        // What a rule does not remember is never touched.
        var job = new UpdateJob<U, T>
        {
            Rule = rule,
            W = w,
            G = g,
            A = U.Memories > 0 ? memories[0] : w,
            B = U.Memories > 1 ? memories[1] : w,
            C = U.Memories > 2 ? memories[2] : w,
        };
        Team.Run((w.Count + UpdateJob<U, T>.Step - 1) / UpdateJob<U, T>.Step, ref job);
    }

    struct UpdateJob<U, T> : IJob where U : struct, IUpdateRule where T : unmanaged, INumber<T>
    {
        public const int Step = 1 << 14;

        public U Rule;
        public Tensor W, G, A, B, C;

        public readonly void Run(int chunk)
        {
            var action = new UpdateAction<U, T> { Job = this, First = chunk * Step, Count = Math.Min(Step, W.Count - chunk * Step) };
            WithRegisters<UpdateAction<U, T>, T>(ref action);
        }
    }

    struct UpdateAction<U, T> : IRegisterAction<T> where U : struct, IUpdateRule where T : unmanaged, INumber<T>
    {
        public UpdateJob<U, T> Job;
        public int First, Count;

        public readonly void Run<R>() where R : struct, IRegister<R, T> => UpdateRow<U, R, T>(
            Job.Rule, ref At(Job.W), ref At(Job.G), ref At(Job.A), ref At(Job.B), ref At(Job.C), Count);

        readonly ref T At(Tensor x) => ref Unsafe.Add(ref x.First<T>(), First);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void UpdateRow<U, R, T>(U rule, ref T w, ref T g, ref T a, ref T b, ref T c, int n)
        where U : struct, IUpdateRule where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, count = (nuint)n, i = 0;
        for (; i + width <= count; i += width) UpdateRegister<U, R, T>(rule, ref w, ref g, ref a, ref b, ref c, i);
        if (i == count) return;
        // What is left over goes through a register of its own.
        Span<T> tail = stackalloc T[5 * Widest];
        tail.Clear();
        var left = (int)(count - i);
        Lift(ref w, i, tail, 0, left);
        Lift(ref g, i, tail, 1, left);
        if (U.Memories > 0) Lift(ref a, i, tail, 2, left);
        if (U.Memories > 1) Lift(ref b, i, tail, 3, left);
        if (U.Memories > 2) Lift(ref c, i, tail, 4, left);
        ref var t = ref MemoryMarshal.GetReference(tail);
        UpdateRegister<U, R, T>(
            rule, ref t, ref Unsafe.Add(ref t, Widest), ref Unsafe.Add(ref t, 2 * Widest), ref Unsafe.Add(ref t, 3 * Widest), ref Unsafe.Add(ref t, 4 * Widest), 0);
        Lower(tail, 0, ref w, i, left);
        if (U.Memories > 0) Lower(tail, 2, ref a, i, left);
        if (U.Memories > 1) Lower(tail, 3, ref b, i, left);
        if (U.Memories > 2) Lower(tail, 4, ref c, i, left);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void UpdateRegister<U, R, T>(U rule, ref T w, ref T g, ref T a, ref T b, ref T c, nuint i)
        where U : struct, IUpdateRule where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        Lanes<R, T> first = default, second = default, third = default;
        if (U.Memories > 0) first = Load<R, T>(ref a, i);
        if (U.Memories > 1) second = Load<R, T>(ref b, i);
        if (U.Memories > 2) third = Load<R, T>(ref c, i);
        rule.Next(Load<R, T>(ref w, i), Load<R, T>(ref g, i), ref first, ref second, ref third).V.Store(ref w, i);
        if (U.Memories > 0) first.V.Store(ref a, i);
        if (U.Memories > 1) second.V.Store(ref b, i);
        if (U.Memories > 2) third.V.Store(ref c, i);
    }

    static void Lift<T>(ref T x, nuint i, Span<T> tail, int place, int count) where T : unmanaged =>
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref x, i), count).CopyTo(tail[(place * Widest)..]);

    static void Lower<T>(ReadOnlySpan<T> tail, int place, ref T x, nuint i, int count) where T : unmanaged =>
        tail.Slice(place * Widest, count).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref x, i), count));
}
