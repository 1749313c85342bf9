using System.Text.Json;
using Backprop.Text;
using Xunit;

namespace Backprop.Tests.Text;

public class NumPyFormatTests
{
    static JsonElement Read(params string[] path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine([AppContext.BaseDirectory, .. path])));
        return document.RootElement.Clone();
    }

    [Fact]
    public void Prints_what_NumPy_prints()
    {
        var cases = Read("Text", "numpy-1.24.json").EnumerateArray().ToArray();
        Assert.True(cases.Length >= 140);
        foreach (var json in cases)
        {
            var name = $"{json.GetProperty("dtype")} {json.GetProperty("shape")}";
            Assert.Equal($"{name}\n{json.GetProperty("str")}", $"{name}\n{Format(json, PrintStyle.Str)}");
            Assert.Equal($"{name}\n{json.GetProperty("repr")}", $"{name}\n{Format(json, PrintStyle.Repr)}");
        }
    }

    [Fact]
    public void Prints_the_seeds_activations_as_NumPy_does()
    {
        var checkedTexts = 0;
        foreach (var json in Read("Reference", "seed", "activations.json").GetProperty("cases").EnumerateArray())
            foreach (var text in json.GetProperty("numpy_repr").EnumerateObject())
            {
                var (function, part) = (text.Name[..text.Name.IndexOf('_')], text.Name[(text.Name.IndexOf('_') + 1)..]);
                var values = Flat(json.GetProperty(function).GetProperty(part)).ToArray();
                int[] shape = [.. json.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
                var printed = part == "mask"
                    ? NumPyFormat.Format<bool>(values.Select(v => v.GetBoolean()).ToArray(), shape, style: PrintStyle.Repr)
                    : NumPyFormat.Format<double>(values.Select(Number).ToArray(), shape, style: PrintStyle.Repr);
                Assert.Equal(text.Value.GetString(), printed);
                checkedTexts++;
            }
        Assert.Equal(50, checkedTexts);
    }

    [Fact]
    public void Follows_strides()
    {
        double[] memory = [9, 0, 1, 2, 3, 4, 5];
        Assert.Equal("[[0. 3.]\n [1. 4.]\n [2. 5.]]", NumPyFormat.Format<double>(memory, [3, 2], [1, 3], 1));
        Assert.Equal("[5. 4. 3.]", NumPyFormat.Format<double>(memory, [3], [-1], 6));
        Assert.Equal("2.0", NumPyFormat.Format<double>(memory, [], [], 3));
        Assert.Equal("[[9. 9.]\n [9. 9.]]", NumPyFormat.Format<double>(memory, [2, 2], [0, 0], 0));
    }

    // Two thousand million elements in 28 bytes of memory: those in the middle are not read.
    [Fact]
    public void Reads_only_what_it_shows() =>
        Assert.Equal(
            "[[7 7 7 ... 7 7 7]\n [7 7 7 ... 7 7 7]\n [7 7 7 ... 7 7 7]\n ...\n [7 7 7 ... 7 7 7]\n [7 7 7 ... 7 7 7]\n [7 7 7 ... 7 7 7]]",
            NumPyFormat.Format<int>([7], [40_000, 50_000], [0, 0], 0));

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PrintOptions { Precision = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PrintOptions { Threshold = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PrintOptions { EdgeItems = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PrintOptions { LineWidth = 0 });
        Assert.Equal(new PrintOptions(), PrintOptions.Default with { Precision = 8 });
    }

    static string Format(JsonElement json, PrintStyle style) => json.GetProperty("dtype").GetString() switch
    {
        "bool" => Format(json, style, v => v.ValueKind == JsonValueKind.True || v.ValueKind == JsonValueKind.Number && v.GetDouble() != 0),
        "int8" => Format(json, style, v => v.GetSByte()),
        "int16" => Format(json, style, v => v.GetInt16()),
        "int32" => Format(json, style, v => v.GetInt32()),
        "int64" => Format(json, style, v => v.GetInt64()),
        "uint8" => Format(json, style, v => v.GetByte()),
        "uint16" => Format(json, style, v => v.GetUInt16()),
        "uint32" => Format(json, style, v => v.GetUInt32()),
        "uint64" => Format(json, style, v => v.GetUInt64()),
        "float32" => Format(json, style, v => (float)Number(v)),
        _ => Format(json, style, Number),
    };

    static string Format<T>(JsonElement json, PrintStyle style, Func<JsonElement, T> read) where T : unmanaged
    {
        var options = new PrintOptions();
        if (json.TryGetProperty("options", out var given))
            foreach (var option in given.EnumerateObject())
                options = option.Name switch
                {
                    "precision" => options with { Precision = option.Value.GetInt32() },
                    "threshold" => options with { Threshold = option.Value.GetInt32() },
                    "edgeitems" => options with { EdgeItems = option.Value.GetInt32() },
                    "linewidth" => options with { LineWidth = option.Value.GetInt32() },
                    "suppress" => options with { SuppressSmall = option.Value.GetBoolean() },
                    _ => throw new InvalidDataException(option.Name),
                };
        int[] shape = [.. json.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        return NumPyFormat.Format<T>(Values(json).Select(read).ToArray(), shape, options, style);
    }

    static IEnumerable<JsonElement> Values(JsonElement json)
    {
        if (json.TryGetProperty("values", out var values)) return values.EnumerateArray();
        double[] range = [.. json.GetProperty("arange").EnumerateArray().Select(v => v.GetDouble())];
        var numbers = Enumerable.Range(0, (int)range[1]).Select(i => FormattableString.Invariant($"{range[0] + range[2] * i}"));
        return JsonDocument.Parse($"[{string.Join(",", numbers)}]").RootElement.EnumerateArray();
    }

    static IEnumerable<JsonElement> Flat(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array ? json.EnumerateArray().SelectMany(Flat) : [json];

    static double Number(JsonElement json) => json.ValueKind != JsonValueKind.String ? json.GetDouble() : json.GetString() switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        _ => double.NegativeInfinity,
    };
}
