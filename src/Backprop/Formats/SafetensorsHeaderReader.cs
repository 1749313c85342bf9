using System.Text.Json;

namespace Backprop.Formats;

/// <summary>Reads the JSON object of a safetensors header, token by token, and checks each entry by itself.</summary>
internal ref struct SafetensorsHeaderReader(ReadOnlySpan<byte> json, string source)
{
    readonly string source = source;
    Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 8 });

    /// <summary>Reads the whole object.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="InvalidDataException">It is not a header.</exception>
    internal SafetensorsContents Read()
    {
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>();
        IReadOnlyDictionary<string, string> metadata = new Dictionary<string, string>();
        reader.Read();
        while (NextProperty() is { } name)
        {
            if (!names.Add(name)) throw Bad($"\"{name}\" stands twice in the header");
            if (name == "__metadata__") metadata = ReadMetadata();
            else entries.Add(ReadEntry(name));
        }
        // What follows may be padding only; the reader throws at anything else.
        reader.Read();
        return new([.. entries], metadata);
    }

    Dictionary<string, string> ReadMetadata()
    {
        const string What = "__metadata__";
        var metadata = new Dictionary<string, string>();
        Expect(JsonTokenType.StartObject, What, "an object of strings");
        while (NextProperty() is { } key)
        {
            Expect(JsonTokenType.String, $"{What}: \"{key}\"", "a string");
            if (!metadata.TryAdd(key, reader.GetString()!)) throw Bad($"{What}: \"{key}\" stands there twice");
        }
        return metadata;
    }

    SafetensorsEntry ReadEntry(string name)
    {
        string? dtype = null;
        List<long>? shape = null, offsets = null;
        Expect(JsonTokenType.StartObject, $"\"{name}\"", "an object");
        while (NextProperty() is { } key)
        {
            var what = $"\"{name}\": {key}";
            var twice = key switch
            {
                "dtype" => dtype is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => false,
            };
            if (twice) throw Bad($"{what} stands there twice");
            switch (key)
            {
                case "dtype":
                    Expect(JsonTokenType.String, what, "a string");
                    dtype = reader.GetString()!;
                    break;
                case "shape":
                    shape = ReadNumbers(what);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(what);
                    break;
                default:
                    throw Bad($"\"{name}\" has the unknown key {key}; expected dtype, shape and data_offsets");
            }
        }
        if (dtype is null || shape is null || offsets is null)
            throw Bad($"\"{name}\" has no {(dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        return Checked(name, dtype, shape, offsets);
    }

    readonly SafetensorsEntry Checked(string name, string dtype, List<long> shape, List<long> offsets)
    {
        if (SafetensorsHeader.ElementBytes(dtype) == 0)
            throw Bad($"\"{name}\" has the unknown dtype {dtype}; " +
                "expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL");
        var sizes = new int[shape.Count];
        for (var i = 0; i < sizes.Length; i++)
            sizes[i] = shape[i] is >= 0 and <= int.MaxValue ? (int)shape[i]
                : throw Bad($"\"{name}\" has the size {shape[i]} in its shape; expected 0 to {int.MaxValue}");
        if (offsets is not [var begin, var end])
            throw Bad($"\"{name}\" has {offsets.Count} data_offsets; expected 2, begin and end");
        if (begin < 0 || begin > end) throw Bad($"\"{name}\" has data_offsets [{begin}, {end}]; expected 0 <= begin <= end");
        var bytes = SafetensorsHeader.ArrayBytes(dtype, sizes);
        if (bytes != end - begin)
            throw Bad($"\"{name}\" has data_offsets [{begin}, {end}], {end - begin} bytes, " +
                $"but {dtype} of shape [{string.Join(", ", sizes)}] takes {(bytes is null ? "more than 64 bits can count" : bytes)}");
        return new(name, dtype, sizes, begin, end);
    }

    List<long> ReadNumbers(string what)
    {
        var numbers = new List<long>();
        Expect(JsonTokenType.StartArray, what, "an array of whole numbers");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            numbers.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number
                : throw Bad($"{what} is not an array of whole numbers"));
        return numbers;
    }

    string? NextProperty()
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
    }

    void Expect(JsonTokenType type, string what, string wanted)
    {
        reader.Read();
        if (reader.TokenType != type) throw Bad($"{what} is not {wanted}");
    }

    readonly InvalidDataException Bad(string what) => SafetensorsHeader.Bad(source, what);
}
