using Backprop.Modules;

namespace Backprop.Tests.Catalogue;

static partial class ModuleCatalogue
{
    static IEnumerable<ModuleRow> Convolutions()
    {
        const DType f64 = DType.Float64;
        Tensor series = Normal(2, 2, 7), images = Normal(2, 2, 5, 4), volumes = Normal(1, 2, 3, 3, 3), pairs = Normal(2, 4, 3, 3);
        yield return Row("Conv1d", g => new Conv1d(2, 3, 3, g, stride: 2, padding: 1, dtype: f64), series);
        yield return Row("Conv2d", g => new Conv2d(2, 3, 3, g, dtype: f64), images);
        yield return Row("Conv2d with all options", g => new Conv2d(4, 2, (2, 3), g, stride: (2, 1), padding: (0, 1), dilation: (2, 1), groups: 2, bias: false, dtype: f64), pairs);
        yield return Row("Conv2d by reflection", g => new Conv2d(2, 3, 3, g, padding: (2, 1), paddingMode: PadMode.Reflect, dtype: f64), images);
        yield return Row("Conv1d in a circle", g => new Conv1d(2, 3, 3, g, padding: 2, paddingMode: PadMode.Circular, dtype: f64), series);
        yield return Row("Conv3d", g => new Conv3d(2, 2, 2, g, padding: (1, 0, 0), dtype: f64), volumes);
        yield return Row("ConvTranspose1d", g => new ConvTranspose1d(2, 3, 3, g, stride: 2, padding: 1, outputPadding: 1, dtype: f64), series);
        yield return Row("ConvTranspose2d", g => new ConvTranspose2d(4, 2, (2, 3), g, stride: 2, groups: 2, bias: false, dtype: f64), pairs);
        yield return Row("ConvTranspose3d", g => new ConvTranspose3d(2, 1, 2, g, stride: (1, 2, 1), dtype: f64), volumes);
    }

    static IEnumerable<ModuleRow> Images()
    {
        Tensor series = Normal(2, 2, 7), images = Normal(2, 4, 5, 4), volumes = Normal(1, 2, 3, 4, 3);
        yield return Row("MaxPool1d", _ => new MaxPool1d(3, 2, padding: 1), series);
        yield return Row("MaxPool2d", _ => new MaxPool2d(2), images);
        yield return Row("MaxPool2d with all options", _ => new MaxPool2d((3, 2), 2, padding: (1, 0), dilation: (1, 2), ceilMode: true), images);
        yield return Row("MaxPool3d", _ => new MaxPool3d(2, 1), volumes);
        yield return Row("AvgPool1d", _ => new AvgPool1d(3, 2, padding: 1), series);
        yield return Row("AvgPool2d", _ => new AvgPool2d((3, 2), 2, padding: (1, 0), ceilMode: true, countIncludePad: false), images);
        yield return Row("AvgPool3d", _ => new AvgPool3d(2, divisor: 3), volumes);
        yield return Row("AdaptiveAvgPool1d", _ => new AdaptiveAvgPool1d(3), series);
        yield return Row("AdaptiveAvgPool2d", _ => new AdaptiveAvgPool2d((1, 3)), images);
        yield return Row("AdaptiveAvgPool3d", _ => new AdaptiveAvgPool3d((2, 3, 2)), volumes);
        yield return Row("AdaptiveMaxPool1d", _ => new AdaptiveMaxPool1d(3), series);
        yield return Row("AdaptiveMaxPool2d", _ => new AdaptiveMaxPool2d((2, 3)), images);
        yield return Row("AdaptiveMaxPool3d", _ => new AdaptiveMaxPool3d((2, 3, 2)), volumes);
        yield return Row("Upsample", _ => new Upsample(2, InterpolationMode.Linear, alignCorners: true), images);
        yield return Row("Upsample to a size", _ => new Upsample([3, 7]), images);
        yield return Row("PixelShuffle", _ => new PixelShuffle(2), images);
        yield return Row("PixelUnshuffle", _ => new PixelUnshuffle(2), images[.., .., ..4]);
        yield return Row("Flatten", _ => new Flatten(), images);
    }

    static IEnumerable<ModuleRow> Margins()
    {
        Tensor series = Normal(2, 2, 5), images = Normal(1, 2, 4, 3), volumes = Normal(1, 1, 2, 3, 3);
        yield return Row("ZeroPad1d", _ => new ZeroPad1d(1, 2), series);
        yield return Row("ZeroPad2d", _ => new ZeroPad2d(1, 2, 0, -1), images);
        yield return Row("ZeroPad3d", _ => new ZeroPad3d(1), volumes);
        yield return Row("ConstantPad1d", _ => new ConstantPad1d(2, value: 0.5), series);
        yield return Row("ConstantPad2d", _ => new ConstantPad2d(1, 2, 0, 1, value: -1), images);
        yield return Row("ConstantPad3d", _ => new ConstantPad3d(1, 2, 0, 1, 1, 0, value: -1), volumes);
        yield return Row("ReflectionPad1d", _ => new ReflectionPad1d(3), series);
        yield return Row("ReflectionPad2d", _ => new ReflectionPad2d(2, 1, 3, 0), images);
        yield return Row("ReflectionPad3d", _ => new ReflectionPad3d(1), volumes);
        yield return Row("ReplicationPad1d", _ => new ReplicationPad1d(3), series);
        yield return Row("ReplicationPad2d", _ => new ReplicationPad2d(2, 1, 3, 0), images);
        yield return Row("ReplicationPad3d", _ => new ReplicationPad3d(1), volumes);
        yield return Row("CircularPad1d", _ => new CircularPad1d(3), series);
        yield return Row("CircularPad2d", _ => new CircularPad2d(2, 1, 3, 0), images);
        yield return Row("CircularPad3d", _ => new CircularPad3d(1), volumes);
    }
}
