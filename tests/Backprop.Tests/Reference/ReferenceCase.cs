using System.Globalization;
using System.Text.Json;

namespace Backprop.Tests.Reference;

/// <summary>One case of PyTorch's values: operands, attributes, and what must come out.</summary>
sealed class ReferenceCase(string group, JsonElement json, IReadOnlyDictionary<string, Tensor> tensors)
{
    public string Group => group;
    public string Id { get; } = json.GetProperty("id").GetString()!;
    public string Operation { get; } = json.GetProperty("op").GetString()!;
    public bool IsSpecial { get; } = json.TryGetProperty("special", out var special) && special.ValueKind == JsonValueKind.True;
    public bool IsSinglePrecision { get; } = json.TryGetProperty("dtype", out var dtype) && dtype.GetString() == "float32";
    public double RelativeTolerance { get; } = json.GetProperty("tolerance").GetProperty("rtol").GetDouble();
    public double AbsoluteTolerance { get; } = json.GetProperty("tolerance").GetProperty("atol").GetDouble();
    public string[] InputNames { get; } = Names(json, "inputs");
    public string[] OutputNames { get; } = Names(json, "outputs");
    public string[] Cotangents { get; } = Names(json, "cotangents");
    public string[] Gradients { get; } = Names(json, "grads");

    /// <summary>What <c>views</c> asks for, then what the operation gets.</summary>
    readonly Dictionary<string, Tensor> operands = [];

    static string[] Names(JsonElement json, string key) =>
        json.TryGetProperty(key, out var names) ? [.. names.EnumerateArray().Select(n => n.GetString()!)] : [];

    public override string ToString() => Id;

    public Tensor Stored(string kind, string name) => tensors[$"{Id}/{kind}/{name}"];

    /// <summary>Lays the operands out; gradients are those of the stored tensors, so the views are part of what is recorded.</summary>
    public void Bind(IReadOnlyDictionary<string, Tensor> leaves)
    {
        operands.Clear();
        foreach (var name in InputNames) operands[name] = View(name, leaves[name]);
    }

    Tensor View(string name, Tensor x)
    {
        if (!json.TryGetProperty("views", out var views) || !views.TryGetProperty(name, out var steps)) return x;
        foreach (var step in steps.EnumerateArray()) x = ReferenceViews.Apply(x, step);
        return x;
    }

    public Tensor this[string name] => operands[name];
    public Tensor[] Inputs => [.. InputNames.Select(name => operands[name])];
    public bool Has(string name) => operands.ContainsKey(name);

    JsonElement Attribute(string name) => json.GetProperty("attributes").GetProperty(name);
    bool IsNull(string name) =>
        !json.GetProperty("attributes").TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null;

    public JsonElement Json(string name) => Attribute(name);
    public JsonElement? Groups => IsNull("groups") ? null : Attribute("groups");
    public int Int(string name) => Attribute(name).GetInt32();
    public int? IntOrNull(string name) => IsNull(name) ? null : Int(name);
    public int[] Ints(string name) => [.. Attribute(name).EnumerateArray().Select(v => v.GetInt32())];
    public int[] Axes(string name) => IsNull(name) ? [] : Ints(name);
    public bool Bool(string name) => Attribute(name).GetBoolean();
    public string String(string name) => Attribute(name).GetString()!;
    /// <summary>A text beside the attributes, such as the formula; null if there is none.</summary>
    public string? Text(string name) => json.TryGetProperty(name, out var text) ? text.GetString() : null;

    public double? DoubleOrNull(string name) => IsNull(name) ? null : Double(name);
    public double Double(string name) => Attribute(name) is { ValueKind: JsonValueKind.String } text
        ? double.Parse(text.GetString()!, CultureInfo.InvariantCulture)
        : Attribute(name).GetDouble();
}
