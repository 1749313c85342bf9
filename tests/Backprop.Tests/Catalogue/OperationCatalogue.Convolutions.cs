namespace Backprop.Tests.Catalogue;

static partial class OperationCatalogue
{
    static IEnumerable<CatalogueRow> Convolutions()
    {
        Tensor image = Anywhere(2, 2, 4, 3), weight = Anywhere(3, 2, 2, 2) * 0.6, bias = Anywhere(3) * 0.4;
        yield return new("Conv1d", t => t[0].Conv1d(t[1], t[2], stride: 2, padding: 1), [Anywhere(2, 2, 5), Anywhere(3, 2, 3) * 0.7, bias]);
        yield return new("Conv2d", t => t[0].Conv2d(t[1], t[2]), [image, weight, bias]);
        yield return Row("Conv2d with gaps", (x, w) => x.Conv2d(w, stride: (2, 1), padding: (1, 2), dilation: (1, 2)), image, weight);
        yield return new("Conv2d in groups", t => t[0].Conv2d(t[1], t[2], padding: 1, groups: 2), [Anywhere(1, 4, 3, 3), Anywhere(4, 2, 2, 2) * 0.8, Anywhere(4)]);
        yield return Row("Conv2d of each channel", (x, w) => x.Conv2d(w, stride: 2, padding: 1, groups: 3), Anywhere(1, 3, 4, 4), Anywhere(3, 1, 3, 3) * 0.8);
        yield return Row("Conv2d of one element", (x, w) => x.Conv2d(w), image, Anywhere(3, 2, 1, 1));
        yield return Row("Conv2d of one image", (x, w) => x.Conv2d(w, padding: 1), Anywhere(2, 3, 2), weight);
        yield return Row("Conv3d", (x, w) => x.Conv3d(w, stride: (1, 2, 1), padding: (1, 0, 1)), Anywhere(1, 2, 2, 3, 3), Anywhere(2, 2, 2, 2, 2) * 0.5);
        yield return new("ConvTranspose1d", t => t[0].ConvTranspose1d(t[1], t[2], stride: 3, padding: 1, outputPadding: 1), [Anywhere(2, 2, 3), Anywhere(2, 3, 2) * 0.7, bias]);
        yield return new("ConvTranspose2d", t => t[0].ConvTranspose2d(t[1], t[2], stride: 2, padding: 1), [Anywhere(1, 2, 3, 2), Anywhere(2, 3, 3, 2) * 0.7, bias]);
        yield return Row("ConvTranspose2d in groups", (x, w) => x.ConvTranspose2d(w, groups: 2, dilation: (2, 1)), Anywhere(1, 4, 2, 3), Anywhere(4, 2, 2, 2) * 0.7);
        yield return Row(
            "ConvTranspose2d with more output than stride", (x, w) => x.ConvTranspose2d(w, outputPadding: 1, dilation: 2), Anywhere(1, 2, 3, 2), Anywhere(2, 2, 2, 2) * 0.7);
        yield return Row("ConvTranspose3d", (x, w) => x.ConvTranspose3d(w, stride: (2, 1, 2), padding: (1, 0, 0)), Anywhere(1, 2, 2, 2, 2), Anywhere(2, 1, 2, 2, 2) * 0.7);
    }

    // All numbers differ, so that no window has two largest.
    static Tensor Distinct(params int[] shape)
    {
        var count = new Shape(shape).Count;
        return Tensor.From([.. Enumerable.Range(0, count).Select(i => i * 7919 % count * (1.7 / count) - 0.8)], new(shape));
    }

    static IEnumerable<CatalogueRow> Poolings()
    {
        Tensor series = Distinct(2, 2, 7), image = Distinct(2, 2, 5, 4), volume = Distinct(1, 2, 3, 4, 3);
        yield return Row("MaxPool1d", x => x.MaxPool1d(3, 2, padding: 1), series);
        yield return Row("MaxPool2d", x => x.MaxPool2d(2), image);
        yield return Row("MaxPool2d of windows that overlap", x => x.MaxPool2d((3, 2), 1, padding: (1, 0), dilation: (1, 2), ceilMode: true), image);
        yield return Row("MaxPool2d of one image", x => x.MaxPool2d(2), Distinct(2, 5, 4));
        yield return Row("MaxPool2d with places", x => x.MaxPool2dWithIndices(2, 1).Values, image);
        yield return Row("MaxPool3d", x => x.MaxPool3d(2, 1), volume);
        yield return Row("AvgPool1d", x => x.AvgPool1d(3, 2, padding: 1), series);
        yield return Row("AvgPool2d", x => x.AvgPool2d((3, 2), 2, padding: (1, 0), ceilMode: true, countIncludePad: false), image);
        yield return Row("AvgPool2d with a divisor", x => x.AvgPool2d(2, 1, divisor: 3), image);
        yield return Row("AvgPool3d", x => x.AvgPool3d(2, 1, padding: 1), volume);
        yield return Row("AdaptiveAvgPool1d", x => x.AdaptiveAvgPool1d(3), series);
        yield return Row("AdaptiveAvgPool2d", x => x.AdaptiveAvgPool2d((3, 3)), image);
        yield return Row("AdaptiveAvgPool2d of equal windows", x => x.AdaptiveAvgPool2d((5, 2)), image);
        yield return Row("AdaptiveAvgPool2d of one window", x => x.AdaptiveAvgPool2d(1), image);
        yield return Row("AdaptiveAveragePull", x => new Backprop.Ops.AdaptiveAveragePull([5, 4], [3, 3]).Apply(x), Anywhere(2, 2, 3, 3));
        yield return Row("AdaptiveMaxPool1d", x => x.AdaptiveMaxPool1d(3), series);
        yield return Row("AdaptiveMaxPool2d", x => x.AdaptiveMaxPool2d((2, 3)), image);
        yield return Row("LpPool2d", x => x.LpPool2d(3, 2, 1), image + 1.0);
    }

    static IEnumerable<CatalogueRow> Resizings()
    {
        Tensor image = Anywhere(2, 2, 5, 4);
        yield return Row("Interpolate", x => x.Interpolate([7, 3]), image);
        yield return Row("Interpolate to the nearest middle", x => x.Interpolate([7, 3], InterpolationMode.NearestExact), image);
        yield return Row("Interpolate in lines", x => x.Interpolate([7, 3], InterpolationMode.Linear), image);
        yield return Row("Interpolate by a factor", x => x.Interpolate(1.7, InterpolationMode.Linear), image);
        yield return Row("Interpolate from corner to corner", x => x.Interpolate([7, 1], InterpolationMode.Linear, alignCorners: true), image);
        yield return Row("Interpolate in curves", x => x.Interpolate([7, 3], InterpolationMode.Cubic), image);
        yield return Row("Interpolate areas", x => x.Interpolate([3, 3], InterpolationMode.Area), image);
        yield return Row("Interpolate volumes", x => x.Interpolate([3, 3, 2], InterpolationMode.Linear), Anywhere(1, 2, 2, 2, 3));
        yield return Row("PixelShuffle", x => x.PixelShuffle(2), Anywhere(2, 8, 2, 3));
        yield return Row("PixelUnshuffle", x => x.PixelUnshuffle(2), Anywhere(2, 2, 4, 6));
        yield return Row("Im2Col", x => x.Im2Col((2, 3), stride: 2, padding: (1, 0)), image);
        yield return Row("Col2Im", x => x.Col2Im([2, 1, 3, 3], 2), Anywhere(8, 4));
    }
}
