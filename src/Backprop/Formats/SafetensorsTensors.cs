using System.Buffers.Binary;
using Backprop.Devices.Memory;

namespace Backprop.Formats;

public static partial class Safetensors
{
    /// <summary>Reads all tensors of a file by name, in the header's order. F16 and BF16 become float32.</summary>
    /// <exception cref="InvalidDataException">
    /// It is not a well-formed safetensors file, or it has an element type that no tensor has (U16, U32, U64); the message says where.
    /// </exception>
    public static OrderedDictionary<string, Tensor> Load(string path) => Load(path, out _);

    /// <summary>Reads all tensors of a file by name, and the strings of its metadata.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string)"/>.</exception>
    public static OrderedDictionary<string, Tensor> Load(string path, out IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = new SafetensorsFile(path);
        var tensors = new OrderedDictionary<string, Tensor>(file.Entries.Length);
        foreach (var entry in file.Entries) tensors.Add(entry.Name, Read(file, entry, path));
        metadata = file.Metadata;
        return tensors;
    }

    /// <summary>
    /// Writes tensors by name. The file is written beside its place and then moved there, so that an interrupted save leaves the old one.
    /// </summary>
    /// <exception cref="ArgumentException">A name is taken twice or reserved.</exception>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        SaveArrays(path, tensors.Select(t => KeyValuePair.Create(t.Key, AsArray(t.Value))), metadata);
    }

    static Tensor Read(SafetensorsFile file, SafetensorsEntry entry, string path)
    {
        var shape = new Shape(entry.Shape);
        if (entry.DType is "F16" or "BF16")
        {
            var halves = new byte[entry.End - entry.Begin];
            file.Read(entry, halves);
            return Widen(halves, shape, bfloat: entry.DType == "BF16");
        }
        var y = new Tensor(shape, FromName(entry.DType) ?? throw SafetensorsHeader.Bad(
            path, $"\"{entry.Name}\" has elements of type {entry.DType}, which no tensor has; F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL are read"));
        file.Read(entry, y.Bytes());
        return y;
    }

    static Tensor Widen(ReadOnlySpan<byte> halves, Shape shape, bool bfloat)
    {
        var y = new Tensor(shape, DType.Float32);
        var to = y.Elements<float>();
        for (var i = 0; i < to.Length; i++)
        {
            var bits = BinaryPrimitives.ReadUInt16LittleEndian(halves[(2 * i)..]);
            to[i] = bfloat ? BitConverter.UInt32BitsToSingle((uint)bits << 16) : (float)BitConverter.UInt16BitsToHalf(bits);
        }
        return y;
    }

    static DType? FromName(string name) => name switch
    {
        "F64" => DType.Float64,
        "F32" => DType.Float32,
        "I64" => DType.Int64,
        "I32" => DType.Int32,
        "I16" => DType.Int16,
        "I8" => DType.Int8,
        "U8" => DType.UInt8,
        "BOOL" => DType.Bool,
        _ => null,
    };

    static SafetensorsArray AsArray(Tensor x)
    {
        var name = x.DType switch
        {
            DType.Float64 => "F64",
            DType.Float32 => "F32",
            DType.Int64 => "I64",
            DType.Int32 => "I32",
            DType.Int16 => "I16",
            DType.Int8 => "I8",
            DType.UInt8 => "U8",
            _ => "BOOL",
        };
        using var active = Activity.Begin();
        return new(name, x.Shape.ToArray(), x.Packed().Bytes().ToArray());
    }
}
