using System.Numerics;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>Mean and mean square off it of every channel of x [batch, channels, positions], as [2, channels]. There is at least one number each.</summary>
    public static void ChannelMoments(Tensor x, int channels, int positions, Tensor moments)
    {
        if (x.DType == DType.Float32) ChannelMoments<float>(x, channels, positions, moments);
        else ChannelMoments<double>(x, channels, positions, moments);
    }

    static void ChannelMoments<T>(Tensor x, int channels, int positions, Tensor moments) where T : unmanaged, INumber<T>
    {
        var batch = x.Count / (channels * positions);
        if (positions >= LongRun)
        {
            var runs = new RunMomentsAction<T> { X = x, Sets = RunSets.OfChannels(batch, channels, positions), Result = moments };
            WithRegisters<RunMomentsAction<T>, T>(ref runs);
            return;
        }
        var columns = new ColumnMomentsAction<T> { X = x, Tiles = new(batch, channels, positions), Result = moments };
        WithRegisters<ColumnMomentsAction<T>, T>(ref columns);
    }

    static void Set<T>(Tensor moments, int channel, Moments all) where T : unmanaged, INumber<T>
    {
        var y = moments.Elements<T>();
        y[channel] = T.CreateTruncating(all.Mean);
        y[y.Length / 2 + channel] = T.CreateTruncating(all.Squares / all.Count);
    }

    struct RunMomentsAction<T> : IRegisterAction<T> where T : unmanaged, INumber<T>
    {
        public Tensor X, Result;
        public RunSets Sets;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            var job = new RunMomentsJob<R, T> { Of = this };
            Team.Run(Sets.Chunks, ref job);
        }
    }

    struct RunMomentsJob<R, T> : IJob where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        public RunMomentsAction<T> Of;

        public readonly void Run(int chunk)
        {
            var (set, end) = Of.Sets.OfChunk(chunk);
            for (; set < end; set++) Set<T>(Of.Result, set, Of.Sets.Moments<R, T>(ref Of.X.First<T>(), set));
        }
    }

    /// <summary>
    /// Every channel of x [batch, channels, positions] brought to mean 0 and variance 1 by known moments [2, channels], then scaled and shifted:
    /// y = (x − mean) / √(variance + ε) · w + b. All are contiguous and not empty; w and b may be missing.
    /// </summary>
    public static void StandardizeChannels(Tensor x, Tensor moments, Tensor? w, Tensor? b, int channels, int positions, double epsilon, Tensor y)
    {
        if (y.DType == DType.Float32) StandardizeChannels<float>(x, moments, w, b, channels, positions, epsilon, y);
        else StandardizeChannels<double>(x, moments, w, b, channels, positions, epsilon, y);
    }

    static void StandardizeChannels<T>(Tensor x, Tensor moments, Tensor? w, Tensor? b, int channels, int positions, double epsilon, Tensor y)
        where T : unmanaged, INumber<T>
    {
        var batch = x.Count / (channels * positions);
        var scales = new Scales(centred: true, epsilon);
        if (positions >= LongRun)
        {
            var runs = new RunsAction<T> { X = x, W = w, B = b, Known = moments, Sets = RunSets.OfChannels(batch, channels, positions), Scales = scales, Y = y };
            WithRegisters<RunsAction<T>, T>(ref runs);
            return;
        }
        var columns = new ColumnsAction<T> { X = x, Moments = moments, W = w, B = b, Tiles = new(batch, channels, positions), Scales = scales, Y = y };
        WithRegisters<ColumnsAction<T>, T>(ref columns);
    }

    /// <summary>
    /// The derivatives of <see cref="StandardizeChannels"/>, each where there is room for it: as those of <see cref="Standardize"/>, or, where the
    /// moments are not those of x, dx = dy·w·r.
    /// </summary>
    public static void StandardizeChannelsPull(
        Tensor x, Tensor moments, Tensor? w, Tensor dy, int channels, int positions, double epsilon, bool ownMoments, Tensor? dx, Tensor? dw, Tensor? db)
    {
        if (x.DType == DType.Float32) StandardizeChannelsPull<float>(x, moments, w, dy, channels, positions, epsilon, ownMoments, dx, dw, db);
        else StandardizeChannelsPull<double>(x, moments, w, dy, channels, positions, epsilon, ownMoments, dx, dw, db);
    }

    static void StandardizeChannelsPull<T>(
        Tensor x, Tensor moments, Tensor? w, Tensor dy, int channels, int positions, double epsilon, bool ownMoments, Tensor? dx, Tensor? dw, Tensor? db)
        where T : unmanaged, INumber<T>
    {
        var scales = new Scales(centred: true, epsilon);
        if (positions >= LongRun)
        {
            var runs = new RunsPullAction<T>
            {
                X = x,
                W = w,
                Dy = dy,
                Known = moments,
                Sets = RunSets.OfChannels(x.Count / (channels * positions), channels, positions),
                Scales = scales,
                Fixed = !ownMoments,
                Dx = dx,
                Dw = dw,
                Db = db,
            };
            WithRegisters<RunsPullAction<T>, T>(ref runs);
            return;
        }
        var columns = new ColumnsPullAction<T>
        {
            X = x,
            W = w,
            Dy = dy,
            Moments = moments,
            Tiles = new(x.Count / (channels * positions), channels, positions),
            Scales = scales,
            Fixed = !ownMoments,
            Dx = dx,
            Dw = dw,
            Db = db,
        };
        WithRegisters<ColumnsPullAction<T>, T>(ref columns);
    }
}
