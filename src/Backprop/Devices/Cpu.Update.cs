using System.Numerics;
using System.Runtime.CompilerServices;
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

    [MethodImpl(Registers.Kernel)]
    static void UpdateRow<U, R, T>(U rule, ref T w, ref T g, ref T a, ref T b, ref T c, int n)
        where U : struct, IUpdateRule where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        nuint width = (nuint)R.Count, count = (nuint)n, i = 0;
        // Tested at its end, the loop surely runs once: only then does the JIT take the rule's constants out of it, which is three times as fast.
        if (count >= width)
            do
            {
                UpdateRegister<U, R, T>(rule, ref w, ref g, ref a, ref b, ref c, i);
                i += width;
            }
            while (i + width <= count);
        // What is left over goes through the same code one by one, to the same bits.
        for (; i < count; i++) UpdateRegister<U, V1<T>, T>(rule, ref w, ref g, ref a, ref b, ref c, i);
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
}
