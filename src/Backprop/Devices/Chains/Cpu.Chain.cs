using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// Runs a chain over operands that broadcast to the shape of the results. All are of the results' element type, a float; the results are new and contiguous.
    /// </summary>
    public static void Run(Chain chain, Tensor[] x, Tensor[] y)
    {
        if (y[0].Count == 0) return;
        if (y[0].DType == DType.Float32) Run<float>(chain, x, y);
        else Run<double>(chain, x, y);
    }

    static void Run<T>(Chain chain, Tensor[] x, Tensor[] y) where T : unmanaged, INumber<T>
    {
        var count = y[0].Count;
        var job = new ChainJob<T> { Chain = chain, X = x, Y = y, Streams = Streams<T>(y[0], x), Step = Chunks.Even(count) };
        Team.Run((count + job.Step - 1) / job.Step, ref job);
    }

    struct ChainJob<T> : IJob where T : unmanaged, INumber<T>
    {
        // Working memory of about so many bytes stays in the first-level cache beside what is read and written.
        const int Cached = 16 << 10;

        public Chain Chain;
        public Tensor[] X, Y;

        // The last result, which nothing reads again here, goes past the caches.
        public bool Streams;

        public int Step;

        readonly Shape Shape => Y[0].Shape;

        [SkipLocalsInit]
        public readonly unsafe void Run(int chunk)
        {
            int start = chunk * Step, end = Math.Min(Shape.Count, start + Step);
            int gathered = 0, singles = Chain.Literals.Length;
            foreach (var x in X)
                if (x.Count == 1) singles++;
                else if (Gathers(x)) gathered++;
            var blocks = Chain.Blocks + gathered;
            // A multiple of every register's width, so that only the end of a chunk leaves a rest; all of it where nothing is kept.
            var block = blocks == 0 ? Step : Math.Clamp(Cached / Unsafe.SizeOf<T>() / Math.Max(1, blocks), 128, 2048) & ~(Widest - 1);
            // It begins where a line of the cache does: else every access of a wide register would touch two.
            const int line = 64;
            Span<T> memory = stackalloc T[blocks * block + singles * Widest + line / Unsafe.SizeOf<T>()];
            memory = memory[((int)(-(nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory)) & (line - 1)) / Unsafe.SizeOf<T>())..];
            Span<int> where = stackalloc int[X.Length + Chain.Literals.Length];
            FillSingles(memory[(blocks * block)..], where, blocks * block, block);
            for (; start < end; start += block) RunBlock(start, Math.Min(block, end - start), block, memory, where);
            if (Streams) FinishStreaming();
        }

        readonly bool Gathers(Tensor x) => x.Count != 1 && (!x.IsContiguous || x.Count != Shape.Count);

        // Where operands and literals lie in the working memory; −1 for those that are read where they are.
        readonly void FillSingles(Span<T> singles, Span<int> where, int at, int block)
        {
            var gathered = Chain.Blocks;
            for (var i = 0; i < where.Length; i++)
            {
                where[i] = -1;
                if (i < X.Length && Gathers(X[i])) where[i] = gathered++ * block;
                else if (i >= X.Length || X[i].Count == 1)
                {
                    singles[..Widest].Fill(i < X.Length ? X[i].First<T>() : T.CreateTruncating(Chain.Literals[i - X.Length]));
                    singles = singles[Widest..];
                    where[i] = at;
                    at += Widest;
                }
            }
        }

        [SkipLocalsInit]
        readonly void RunBlock(int start, int n, int block, Span<T> memory, ReadOnlySpan<int> where)
        {
            Span<int> room = stackalloc int[StridedWalk<T>.Room(Shape)];
            for (var i = 0; i < X.Length; i++)
            {
                if (where[i] < 0 || X[i].Count == 1) continue;
                var walk = new StridedWalk<T>(X[i], Shape, room);
                walk.Seek(start);
                walk.Read(memory.Slice(where[i], n));
            }
            foreach (ref readonly var step in Chain.Steps)
                Run(step.Kernel, From(step.A, start, block, memory, where), From(step.B, start, block, memory, where),
                    From(step.C, start, block, memory, where), From(step.D, start, block, memory, where), To(step.To, start, n, block, memory),
                    Streams && step.To == Chain.Steps[^1].To && step.To < Chain.FirstBlock);
        }

        static void Run(BlockKernel kernel, Feed<T> a, Feed<T> b, Feed<T> c, Feed<T> d, Span<T> y, bool streams)
        {
            if (typeof(T) == typeof(float)) kernel.Run(As<float>(a), As<float>(b), As<float>(c), As<float>(d), MemoryMarshal.Cast<T, float>(y), streams);
            else kernel.Run(As<double>(a), As<double>(b), As<double>(c), As<double>(d), MemoryMarshal.Cast<T, double>(y), streams);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Feed<U> As<U>(Feed<T> feed) where U : unmanaged, INumber<U> => new(ref Unsafe.As<T, U>(ref feed.First), feed.Advance);

        readonly Feed<T> From(int place, int start, int block, Span<T> memory, ReadOnlySpan<int> where)
        {
            if (place < where.Length)
                return where[place] < 0 ? new(ref Unsafe.Add(ref X[place].First<T>(), start), nuint.MaxValue)
                    : new(ref memory[where[place]], place >= X.Length || X[place].Count == 1 ? 0 : nuint.MaxValue);
            if (place < Chain.FirstBlock) return new(ref Unsafe.Add(ref Y[place - Chain.FirstResult].First<T>(), start), nuint.MaxValue);
            return new(ref memory[(place - Chain.FirstBlock) * block], nuint.MaxValue);
        }

        readonly Span<T> To(int place, int start, int n, int block, Span<T> memory) => place < Chain.FirstBlock
            ? Y[place - Chain.FirstResult].Elements<T>().Slice(start, n) : memory.Slice((place - Chain.FirstBlock) * block, n);
    }
}
