using System.Globalization;
using System.Text.Json;
using Backprop.Layers;
using Xunit;

namespace Backprop.Tests.Layers;

/// <summary>The tutorial's ReLU and Sigmoid on ten arrays: masks, results and derivatives as its script gives them.</summary>
public sealed class ActivationTests
{
    static readonly JsonElement golden = Load();

    static JsonElement Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Reference", "seed", "activations.json")));
        return document.RootElement.Clone();
    }

    public static TheoryData<string> Names => [.. golden.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    static JsonElement Case(string name) => golden.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);

    static IEnumerable<double> Numbers(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Numbers),
        JsonValueKind.String => [double.Parse(value.GetString()!, CultureInfo.InvariantCulture)],
        JsonValueKind.True => [1],
        JsonValueKind.False => [0],
        _ => [value.GetDouble()],
    };

    static Tensor Array(JsonElement c, params ReadOnlySpan<string> path)
    {
        var value = c;
        foreach (var key in path) value = value.GetProperty(key);
        return Tensor.From(Numbers(value).ToArray(), [.. c.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32())]);
    }

    static void Same(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        // Bit by bit: 0 is not −0 here.
        Assert.Equal(Bits(expected), Bits(actual));
    }

    static long[] Bits(Tensor x) => [.. x.As(DType.Float64).ToArray<double>().Select(v => double.IsNaN(v) ? long.MinValue + 1 : BitConverter.DoubleToInt64Bits(v))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Relu_gives_the_tutorials_mask_result_and_derivative(string name)
    {
        var c = Case(name);
        Tensor x = Array(c, "x"), dout = Array(c, "dout");
        var before = Bits(dout);
        var relu = new ReLU();
        Same(Array(c, "relu", "out"), relu.Forward(x));
        Same(Array(c, "relu", "mask"), relu.Mask);
        var dx = relu.Backward(dout);
        Assert.True(Array(c, "relu", "dx").SequenceEqual(dx), $"{dx}");
        Assert.True(dx.SequenceEqual(relu.Backward(dout)));
        Assert.Equal(before, Bits(dout));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sigmoid_gives_the_tutorials_result_and_derivative(string name)
    {
        var c = Case(name);
        var sigmoid = new Sigmoid();
        var y = sigmoid.Forward(Array(c, "x"));
        // The exponential may differ from numpy's in the last bit.
        Assert.True(y.AllClose(Array(c, "sigmoid", "out"), rtol: 4e-16, atol: 0, nanEqual: true), $"{y}");
        Assert.Same(y, sigmoid.Output);
        var dx = sigmoid.Backward(Array(c, "dout"));
        Assert.True(dx.AllClose(Array(c, "sigmoid", "dx"), rtol: 4e-16, atol: 0, nanEqual: true), $"{dx}");
    }
}
