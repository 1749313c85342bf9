using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Backprop.Formats;

/// <summary>Where one array lies in a safetensors file, in bytes counted from the end of the header.</summary>
/// <param name="Name">The array's name, unique in its file.</param>
/// <param name="DType">The element type as the format writes it: <c>F32</c>.</param>
/// <param name="Shape">The sizes along the axes; none for a scalar.</param>
/// <param name="Begin">The first byte.</param>
/// <param name="End">The byte after the last.</param>
internal sealed record SafetensorsEntry(string Name, string DType, int[] Shape, long Begin, long End);

/// <summary>All that a header says.</summary>
/// <param name="Entries">The arrays in the order in which the header names them.</param>
/// <param name="Metadata">The strings under <c>__metadata__</c>; empty where there are none.</param>
internal sealed record SafetensorsContents(SafetensorsEntry[] Entries, IReadOnlyDictionary<string, string> Metadata);

/// <summary>
/// The header of a safetensors file: eight bytes with the length of a JSON object (unsigned, little-endian), and the object, padded
/// with spaces to a multiple of 8: <c>{"__metadata__": {…}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}</c>.
/// The data that follow have neither holes nor overlaps.
/// </summary>
/// <remarks>
/// The format: github.com/huggingface/safetensors. A header that breaks a rule is refused, since its file may come from anyone.
/// </remarks>
internal static class SafetensorsHeader
{
    /// <summary>The bytes before the JSON object.</summary>
    internal const int PrefixBytes = 8;

    /// <summary>The longest JSON object the format allows.</summary>
    internal const int MaxBytes = 100_000_000;

    const string MetadataName = "__metadata__";

    static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Bytes an element of the type takes; 0 for a type that the library does not know.</summary>
    internal static int ElementBytes(string dtype) => dtype switch
    {
        "BOOL" or "I8" or "U8" => 1,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "F32" or "I32" or "U32" => 4,
        "F64" or "I64" or "U64" => 8,
        _ => 0,
    };

    /// <summary>The bytes an array takes; null where its count has no 64 bits.</summary>
    internal static long? ArrayBytes(string dtype, ReadOnlySpan<int> shape)
    {
        if (shape.Contains(0)) return 0;
        UInt128 bytes = (uint)ElementBytes(dtype);
        foreach (var size in shape)
        {
            bytes *= (uint)size;
            if (bytes > long.MaxValue) return null;
        }
        return (long)bytes;
    }

    /// <summary>Reads the length of the JSON object from a file's first bytes.</summary>
    /// <param name="prefix">The first 8 bytes, or fewer where the file has fewer.</param>
    /// <param name="fileLength">The length of the whole file.</param>
    /// <param name="source">What the messages call the file.</param>
    /// <exception cref="InvalidDataException">The length is over the file's or over 100 MB.</exception>
    internal static int Length(ReadOnlySpan<byte> prefix, long fileLength, string source)
    {
        if (prefix.Length < PrefixBytes)
            throw Bad(source, $"the file has {prefix.Length} bytes; a safetensors file begins with the 8 bytes of its header's length");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxBytes)
            throw Bad(source,
                $"the header's length is given as {length} bytes; the format allows {MaxBytes} (is this a safetensors file?)");
        if ((long)length > fileLength - PrefixBytes)
            throw Bad(source,
                $"the header's length is given as {length} bytes, but only {fileLength - PrefixBytes} follow (is the file cut off?)");
        return (int)length;
    }

    /// <summary>Reads and checks the JSON object.</summary>
    /// <param name="json">The object as UTF-8, with its padding.</param>
    /// <param name="dataLength">How many bytes of data follow the header.</param>
    /// <param name="source">What the messages call the file.</param>
    /// <exception cref="InvalidDataException">
    /// The header breaks a rule of the format; the message names the array, what was found and what was expected.
    /// </exception>
    internal static SafetensorsContents Parse(ReadOnlySpan<byte> json, long dataLength, string source = "safetensors")
    {
        if (json.IsEmpty || json[0] != '{') throw Bad(source, "the header is not a JSON object: it does not begin with {");
        SafetensorsContents contents;
        try
        {
            contents = new SafetensorsHeaderReader(json, source).Read();
        }
        // InvalidOperationException is what the reader says to bytes that are no UTF-8.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{source}: the header is not valid JSON. {e.Message}", e);
        }
        CheckPlaces(contents.Entries, dataLength, source);
        return contents;
    }

    /// <summary>
    /// Writes a header with its length and padding. The names keep their order; the data are laid out by falling element size, so that
    /// every array is aligned without holes. The entries say where.
    /// </summary>
    /// <exception cref="ArgumentException">A name is taken twice or reserved, an element type unknown, or a size negative.</exception>
    internal static (byte[] Bytes, SafetensorsEntry[] Entries) Write(
        IReadOnlyList<(string Name, string DType, int[] Shape)> arrays, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var entries = Place(arrays);
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, Writing))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 }) WriteMetadata(writer, metadata);
            foreach (var entry in entries) WriteEntry(writer, entry);
            writer.WriteEndObject();
        }
        var padded = (json.WrittenCount + 7) / 8 * 8;
        if (padded > MaxBytes)
            throw new ArgumentException($"Safetensors: the header would take {padded} bytes; the format allows {MaxBytes}.");
        var bytes = new byte[PrefixBytes + padded];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, padded);
        json.WrittenSpan.CopyTo(bytes.AsSpan(PrefixBytes));
        bytes.AsSpan(PrefixBytes + json.WrittenCount).Fill((byte)' ');
        return (bytes, entries);
    }

    /// <summary>The exception for a header that breaks a rule.</summary>
    internal static InvalidDataException Bad(string source, string what) => new($"{source}: {what}.");

    static SafetensorsEntry[] Place(IReadOnlyList<(string Name, string DType, int[] Shape)> arrays)
    {
        var entries = new SafetensorsEntry[arrays.Count];
        var names = new HashSet<string>();
        long end = 0;
        foreach (var (index, (name, dtype, shape)) in arrays.Index().OrderByDescending(pair => ElementBytes(pair.Item.DType)))
        {
            if (name == MetadataName) throw new ArgumentException($"Safetensors: {MetadataName} is reserved and cannot name an array.");
            if (!names.Add(name)) throw new ArgumentException($"Safetensors: two arrays are named \"{name}\".");
            if (ElementBytes(dtype) == 0) throw new ArgumentException($"Safetensors: \"{name}\" has the unknown dtype {dtype}.");
            if (Array.Exists(shape, size => size < 0))
                throw new ArgumentException($"Safetensors: \"{name}\" has a negative size in [{string.Join(", ", shape)}].");
            var begin = end;
            end += ArrayBytes(dtype, shape)
                ?? throw new ArgumentException($"Safetensors: \"{name}\" of [{string.Join(", ", shape)}] is too large.");
            entries[index] = new(name, dtype, shape, begin, end);
        }
        return entries;
    }

    static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> metadata)
    {
        writer.WriteStartObject(MetadataName);
        foreach (var (key, value) in metadata) writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    static void WriteEntry(Utf8JsonWriter writer, SafetensorsEntry entry)
    {
        writer.WriteStartObject(entry.Name);
        writer.WriteString("dtype", entry.DType);
        writer.WriteStartArray("shape");
        foreach (var size in entry.Shape) writer.WriteNumberValue(size);
        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(entry.Begin);
        writer.WriteNumberValue(entry.End);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // Each array begins where the one before it ended, and the last ends with the file.
    static void CheckPlaces(SafetensorsEntry[] entries, long dataLength, string source)
    {
        foreach (var entry in entries)
            if (entry.End > dataLength)
                throw Bad(source, $"\"{entry.Name}\" ends at byte {entry.End}, but the data have {dataLength} (is the file cut off?)");
        string? before = null;
        long end = 0;
        foreach (var entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin < end)
                throw Bad(source, $"\"{entry.Name}\" begins at byte {entry.Begin}, inside \"{before}\", which ends at {end}");
            if (entry.Begin > end)
                throw Bad(source, $"bytes {end} to {entry.Begin}, before \"{entry.Name}\", belong to no array; the format allows no holes");
            (before, end) = (entry.Name, entry.End);
        }
        if (end != dataLength)
            throw Bad(source, $"the last array ends at byte {end}, but the data have {dataLength}; the format allows no bytes left over");
    }
}
