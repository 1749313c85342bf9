using System.Runtime.Intrinsics;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>Convolutions of float images by windows of 3 by 3, one element apart, with fewer products.</summary>
    static unsafe class Winograd
    {
        // Fewer channels, or tiles, do not pay for the transforms.
        const int FewestChannels = 16, FewestTiles = 64;

        static (int Height, int Width) Result(in ConvolveAction call) => (call.Y.Shape[2], call.Y.Shape[3]);

        static int Sides(int size) => (size + WinogradJob<V128<float>>.Step - 1) / WinogradJob<V128<float>>.Step;

        /// <summary>Whether it is faster; by sizes alone.</summary>
        public static bool Pays(in ConvolveAction call)
        {
            var w = call.Windows;
            if (call.Y.Rank != 4 || call.Groups != 1 || w.Kernel != new Extent(1, 3, 3) || w.Stride != new Extent(1, 1, 1) || w.Dilation != new Extent(1, 1, 1)) return false;
            if (w.Padding.Height != w.Padding.Width || w.Padding.Height > 2 || Math.Min(call.X.Shape[1], call.Y.Shape[1]) < FewestChannels) return false;
            var (height, width) = Result(call);
            long tiles = Sides(height) * Sides(width);
            // Half as many products again stand for the transforms.
            return tiles * call.X.Shape[0] >= FewestTiles && tiles * WinogradJob<V128<float>>.Points * 3 <= (long)height * width * 9 * 2;
        }

        public static void Run(in ConvolveAction call, float* x, float* w, float* bias, float* y)
        {
            // A panel of weights has at most eight rows.
            if (Vector512.IsHardwareAccelerated) Run<V512<float>, V256<float>>(call, x, w, bias, y);
            else if (Vector256.IsHardwareAccelerated) Run<V256<float>, V256<float>>(call, x, w, bias, y);
            else Run<V128<float>, V128<float>>(call, x, w, bias, y);
        }

        static void Run<R, P>(in ConvolveAction call, float* x, float* w, float* bias, float* y)
            where R : struct, IRegister<R, float> where P : struct, IRegister<P, float>
        {
            int rows = call.Y.Shape[1], channels = call.X.Shape[1], panel = Product.PanelRows<float>(), padded = (rows + panel - 1) / panel * panel;
            var weights = Scratch<float>((nint)WinogradJob<R>.Points * padded * channels);
            fixed (float* to = &weights.First<float>())
            {
                var transform = new WinogradWeightsJob<P>
                {
                    Weights = w,
                    To = to,
                    Rows = rows,
                    PaddedRows = padded,
                    Channels = channels,
                    RowStride = call.Transposed ? 9 : (nint)channels * 9,
                    ChannelStride = call.Transposed ? (nint)rows * 9 : 9,
                    Turned = call.Transposed,
                };
                Team.Run(transform.Chunks, ref transform);
                var (height, width) = Result(call);
                var job = new WinogradJob<R>
                {
                    X = x,
                    Y = y,
                    Weights = to,
                    Bias = bias,
                    Channels = channels,
                    Rows = rows,
                    PaddedRows = padded,
                    // What looks back at an image sees as much beyond its edge as the windows did not.
                    Padding = call.Transposed ? 2 - call.Windows.Padding.Height : call.Windows.Padding.Height,
                    Height = call.X.Shape[2],
                    Width = call.X.Shape[3],
                    OutHeight = height,
                    OutWidth = width,
                    TilesDown = Sides(height),
                    TilesAcross = Sides(width),
                    Tiles = call.X.Shape[0] * Sides(height) * Sides(width),
                };
                Team.Run(job.Chunks, ref job);
            }
        }
    }
}
