using System.Numerics;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    // So much of the input is laid out at a time: it is still cached when it is read.
    const int WaveBytes = 4 << 20;

    // Kernels read whole registers beyond the last element.
    const int Slack = 128;

    // A part of the depth has at most about so many bytes a column, so that a panel of patches stays in the second-level cache.
    const int PartBytes = 2048;

    // So few outputs in all do not pay for packing the weights.
    const int FewOutputs = 64;

    /// <summary>
    /// y[n, o] = bias[o] + Σ w[o, c] ⋆ x[n, c] over the channels c of o's group, as many groups of channels of x as of y. Of images that are not empty;
    /// all contiguous and of one float type.
    /// </summary>
    public static void Convolve(Tensor x, Tensor w, Tensor? bias, in Windows windows, int groups, Tensor y)
    {
        var action = new ConvolveAction { X = x, W = w, Bias = bias, Windows = windows, Groups = groups, Y = y };
        y.DType.DispatchFloat(nameof(Convolve), ref action);
    }

    /// <summary>
    /// The same transposed: y is the image that the windows look at and x what they make of it. w[c, o] belongs to channel c of x and channel o of y's group.
    /// </summary>
    public static void ConvolveTransposed(Tensor x, Tensor w, Tensor? bias, in Windows windows, int groups, Tensor y)
    {
        var action = new ConvolveAction { X = x, W = w, Bias = bias, Windows = windows, Groups = groups, Y = y, Transposed = true };
        y.DType.DispatchFloat(nameof(ConvolveTransposed), ref action);
    }

    struct ConvolveAction : IFloatAction
    {
        public Tensor X, W, Y;
        public Tensor? Bias;
        public Windows Windows;
        public int Groups;
        public bool Transposed;

        public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (Y.Count == 0) return;
            var action = new ConvolveWith<T> { Call = this };
            WithRegisters<ConvolveWith<T>, T>(ref action);
        }
    }

    unsafe struct ConvolveWith<T> : IRegisterAction<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public ConvolveAction Call;

        readonly int Rows => Call.Y.Shape[1] / Call.Groups;

        readonly int Channels => Call.X.Shape[1] / Call.Groups;

        readonly int KernelSize => Call.Windows.Kernel.Product;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            fixed (T* x = &Call.X.First<T>(), w = &Call.W.First<T>(), y = &Call.Y.First<T>(), b = &(Call.Bias ?? Call.W).First<T>())
            {
                var bias = Call.Bias is null ? null : b;
                if (Call.Windows.IsPointwise && Rows > 1) Pointwise(x, w, bias, y);
                else if (typeof(T) == typeof(float) && Winograd.Pays(Call)) Winograd.Run(Call, (float*)x, (float*)w, (float*)bias, (float*)y);
                else Patches<R>(x, w, bias, y);
            }
        }

        // Windows of one element: every image is a matrix [channels, elements].
        readonly void Pointwise(T* x, T* w, T* bias, T* y)
        {
            var job = new PointwiseJob<T>
            {
                X = x,
                Y = y,
                Bias = bias,
                Groups = Call.Groups,
                Rows = Rows,
                Channels = Channels,
                Positions = Call.Windows.Image.Product,
                Weights = Call.Transposed ? new(w, 1, Rows) : new(w, Channels, 1),
                Matrices = Call.X.Shape[0] * Call.Groups,
            };
            job.Split();
            Team.Run(job.Chunks, ref job);
        }

        readonly void Patches<R>(T* x, T* w, T* bias, T* y) where R : struct, IRegister<R, T>
        {
            var plan = Call.Transposed ? ConvolutionPlan.Transposed(Call.Windows) : ConvolutionPlan.Forward(Call.Windows);
            int images = Call.X.Shape[0], channels = Call.X.Shape[1];
            var imageSize = (nint)channels * plan.Image.Size;
            var wave = (int)Math.Clamp(WaveBytes / Math.Max(1, imageSize * sizeof(T)), 1, images);
            var phased = Scratch<T>(wave * imageSize);
            var packed = new Tensor?[plan.Grids.Length];
            for (var g = 0; g < packed.Length; g++) packed[g] = PackWeights<R>(w, plan.Grids[g], plan, images);
            fixed (T* to = &phased.First<T>())
                for (var image = 0; image < images; image += wave)
                {
                    var count = Math.Min(wave, images - image);
                    var layOut = new LayOutJob<T> { Image = plan.Image, From = x + (nint)image * channels * plan.Image.Image.Product, To = to, Channels = count * channels };
                    Team.Run(layOut.Chunks, ref layOut);
                    var target = y + (nint)image * Call.Y.Shape[1] * plan.Result.Product;
                    for (var g = 0; g < plan.Grids.Length; g++) Grid<R>(plan, plan.Grids[g], to, packed[g], w, bias, target, count);
                }
        }

        readonly bool HasFewRows => Rows <= FewRowsJob<V128<T>, T>.MostRows;

        readonly ConvolutionShape ShapeOf(ConvolutionPlan plan, TapGrid grid, int images)
        {
            int taps = grid.Offsets.Length, tile = Product.PanelRows<T>(), parts = Math.Max(1, (Channels * taps * sizeof(T) + PartBytes - 1) / PartBytes);
            return new()
            {
                Groups = Call.Groups,
                Rows = Rows,
                Channels = Channels,
                Taps = taps,
                ChannelSize = plan.Image.Size,
                ChannelsOfPart = (Channels + parts - 1) / parts,
                IsPacked = Call.Transposed || (long)images * grid.Count.Product > FewOutputs,
                PaddedRows = (Rows + tile - 1) / tile * tile,
            };
        }

        // Where the weights of a row, a channel and a group begin.
        readonly (nint Row, nint Channel, nint Group) WeightStrides => Call.Transposed
            ? (KernelSize, (nint)Rows * KernelSize, (nint)Channels * Rows * KernelSize)
            : ((nint)Channels * KernelSize, KernelSize, (nint)Channels * Rows * KernelSize);

        readonly Tensor? PackWeights<R>(T* w, TapGrid grid, ConvolutionPlan plan, int images) where R : struct, IRegister<R, T>
        {
            var shape = ShapeOf(plan, grid, images);
            if (!HasFewRows && !shape.IsPacked) return null;
            var packed = Scratch<T>((nint)shape.Groups * shape.PaddedRows * shape.Depth);
            var (row, channel, group) = WeightStrides;
            fixed (T* to = &packed.First<T>())
            fixed (int* taps = grid.Weights)
            {
                if (!HasFewRows)
                {
                    var job = new PackWeightsJob<T>
                    {
                        Shape = shape,
                        Weights = w,
                        To = to,
                        RowStride = row,
                        ChannelStride = channel,
                        GroupStride = group,
                        Taps = taps,
                        IsNatural = grid.IsNatural && shape.Taps == KernelSize,
                    };
                    Team.Run(job.Chunks, ref job);
                    return packed;
                }
                var next = to;
                for (var g = 0; g < shape.Groups; g++)
                    for (var c = 0; c < shape.Channels; c++)
                        for (var t = 0; t < shape.Taps; t++)
                            for (var r = 0; r < shape.Rows; r++) *next++ = w[g * group + c * channel + r * row + taps[t]];
            }
            return packed;
        }

        readonly void Grid<R>(ConvolutionPlan plan, TapGrid grid, T* phased, Tensor? packed, T* w, T* bias, T* y, int images) where R : struct, IRegister<R, T>
        {
            var shape = ShapeOf(plan, grid, Call.X.Shape[0]);
            var walk = new PositionWalk(plan.Image, grid)
            {
                SourceImage = (nint)Call.X.Shape[1] * plan.Image.Size,
                TargetImage = (nint)Call.Y.Shape[1] * plan.Result.Product,
            };
            nint channel = plan.Result.Product;
            fixed (int* offsets = grid.Offsets)
            fixed (T* weights = &(packed ?? Call.W).First<T>())
            {
                if (HasFewRows)
                {
                    var few = new FewRowsJob<R, T>
                    {
                        Shape = shape,
                        Walk = walk,
                        Phased = phased,
                        Offsets = offsets,
                        Weights = weights,
                        Bias = bias,
                        Y = y,
                        TargetChannel = channel,
                        Images = images,
                    };
                    Team.Run(few.Chunks, ref few);
                    return;
                }
                var job = new ConvolutionJob<R, T>
                {
                    Shape = shape,
                    Walk = walk,
                    Phased = phased,
                    Offsets = offsets,
                    Weights = weights,
                    Bias = bias,
                    Y = y,
                    TargetChannel = channel,
                    IsDense = grid.IsDense,
                    Images = images,
                };
                job.Split();
                Team.Run(job.Chunks, ref job);
            }
        }
    }

    /// <summary>dw[o, c, k] = Σ dy[n, o, i] x[n, c, i·stride + k·dilation − padding], for a convolution that makes y of x.</summary>
    public static void ConvolveWeightsPull(Tensor x, Tensor dy, in Windows windows, int groups, Tensor dw)
    {
        var action = new WeightsPullAction { X = x, Dy = dy, Windows = windows, Groups = groups, Dw = dw };
        dw.DType.DispatchFloat(nameof(ConvolveWeightsPull), ref action);
    }

    struct WeightsPullAction : IFloatAction
    {
        public Tensor X, Dy, Dw;
        public Windows Windows;
        public int Groups;

        public void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (Dw.Count == 0) return;
            var action = new WeightsPullWith<T> { Call = this };
            if (Dy.Count == 0) Dw.Bytes().Clear();
            else WithRegisters<WeightsPullWith<T>, T>(ref action);
        }
    }

    unsafe struct WeightsPullWith<T> : IRegisterAction<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public WeightsPullAction Call;

        public readonly void Run<R>() where R : struct, IRegister<R, T>
        {
            fixed (T* x = &Call.X.First<T>(), dy = &Call.Dy.First<T>(), dw = &Call.Dw.First<T>())
            {
                if (Call.X.Shape[1] == Call.Groups && Call.Dy.Shape[1] <= FewRowsJob<R, T>.MostRows * Call.Groups) Depthwise<R>(x, dy, dw);
                else Products<R>(x, dy, dw);
            }
        }

        readonly void Depthwise<R>(T* x, T* dy, T* dw) where R : struct, IRegister<R, T>
        {
            var image = PhasedImage.Of(Call.Windows, Call.Windows.Count);
            fixed (int* offsets = image.Offsets(Call.Windows))
            {
                var job = new DepthwiseWeightsPullJob<R, T>
                {
                    Image = image,
                    Count = Call.Windows.Count,
                    X = x,
                    Dy = dy,
                    Dw = dw,
                    Images = Call.X.Shape[0],
                    Groups = Call.Groups,
                    Rows = Call.Dy.Shape[1] / Call.Groups,
                    Taps = Call.Windows.Kernel.Product,
                    Offsets = offsets,
                };
                Team.Run(job.Chunks, ref job);
            }
        }

        readonly void Products<R>(T* x, T* dy, T* dw) where R : struct, IRegister<R, T>
        {
            int rows = Call.Dy.Shape[1], channels = Call.X.Shape[1] / Call.Groups, taps = Call.Windows.Kernel.Product;
            var job = new WeightsPullJob<R, T>
            {
                Windows = Call.Windows,
                X = x,
                Dy = dy,
                Images = Call.X.Shape[0],
                Groups = Call.Groups,
                Rows = rows / Call.Groups,
                Channels = channels,
            };
            job.Split();
            var sums = Scratch<T>((nint)job.Shares * Call.Dw.Count);
            fixed (T* p = &sums.First<T>())
            {
                job.Sums = p;
                Team.Run(job.Chunks, ref job);
                var join = new JoinSharesJob<T>
                {
                    Sums = p,
                    To = dw,
                    Shares = job.Shares,
                    Rows = rows,
                    Channels = channels,
                    Taps = taps,
                    BlockChannels = job.BlockChannels,
                };
                Team.Run(join.Chunks, ref join);
            }
        }
    }

    // Working memory for all threads, and some numbers more than asked for, which are 0.
    static Tensor Scratch<T>(nint count) where T : unmanaged
    {
        var scratch = new Tensor([checked((int)count + Slack)], DTypes.Of<T>());
        scratch.Elements<T>()[(int)count..].Clear();
        return scratch;
    }
}
