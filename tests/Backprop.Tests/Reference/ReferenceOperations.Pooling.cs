namespace Backprop.Tests.Reference;

static partial class ReferenceOperations
{
    static void AddPooling(ReferenceTable t)
    {
        t.AddMany("max_pool1d", c => Both(c["x"].MaxPool1dWithIndices(
            c.Int1("kernel"), c.Int1("stride"), c.Int1("padding"), c.Int1("dilation"), c.Bool("ceil_mode"))));
        t.AddMany("max_pool2d", c => Both(c["x"].MaxPool2dWithIndices(
            Pair(c, "kernel"), Pair(c, "stride"), Pair(c, "padding"), Pair(c, "dilation"), c.Bool("ceil_mode"))));
        t.Add("avg_pool1d", c => c["x"].AvgPool1d(
            c.Int1("kernel"), c.Int1("stride"), c.Int1("padding"), c.Bool("ceil_mode"), c.Bool("count_include_pad")));
        t.Add("avg_pool2d", c => c["x"].AvgPool2d(
            Pair(c, "kernel"), Pair(c, "stride"), Pair(c, "padding"), c.Bool("ceil_mode"), c.Bool("count_include_pad"), c.DoubleOrNull("divisor_override")));
        t.Add("adaptive_avg_pool1d", c => c["x"].AdaptiveAvgPool1d(c.Int1("output")));
        t.Add("adaptive_avg_pool2d", c => c["x"].AdaptiveAvgPool2d(Pair(c, "output")));
        t.AddMany("adaptive_max_pool2d", c => Both(c["x"].AdaptiveMaxPool2dWithIndices(Pair(c, "output"))));
    }

    static void AddResize(ReferenceTable t)
    {
        t.Add("interpolate", c => c["x"].Interpolate(c.Ints("size"), Enum.Parse<InterpolationMode>(
            c.String("mode") switch { "bilinear" => "linear", "bicubic" => "cubic", var mode => mode }, ignoreCase: true), c.BoolOrFalse("align_corners")));
        t.Add("pixel_shuffle", c => c["x"].PixelShuffle(c.Int("factor")));
        t.Add("pixel_unshuffle", c => c["x"].PixelUnshuffle(c.Int("factor")));
    }

    static int Int1(this ReferenceCase c, string name) => c.Ints(name)[0];

    static bool BoolOrFalse(this ReferenceCase c, string name) => c.Json(name).ValueKind == System.Text.Json.JsonValueKind.True;
}
