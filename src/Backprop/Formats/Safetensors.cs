using Microsoft.Win32.SafeHandles;

namespace Backprop.Formats;

/// <summary>An array as the format sees it.</summary>
/// <param name="DType">The element type: F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8 or BOOL.</param>
/// <param name="Shape">The sizes along the axes; none for a scalar.</param>
/// <param name="Data">The elements in row-major order, little-endian.</param>
internal readonly record struct SafetensorsArray(string DType, int[] Shape, ReadOnlyMemory<byte> Data);

/// <summary>An open safetensors file: the header is read and checked, the arrays are read one by one when asked for.</summary>
internal sealed class SafetensorsFile : IDisposable
{
    readonly SafeFileHandle handle;
    readonly string path;
    readonly long dataStart;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="InvalidDataException">It is not a well-formed safetensors file; the message says where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal SafetensorsFile(string path)
    {
        this.path = path;
        handle = File.OpenHandle(path);
        try
        {
            var fileLength = RandomAccess.GetLength(handle);
            var prefix = new byte[(int)Math.Min(SafetensorsHeader.PrefixBytes, fileLength)];
            ReadAt(0, prefix);
            var json = new byte[SafetensorsHeader.Length(prefix, fileLength, path)];
            ReadAt(SafetensorsHeader.PrefixBytes, json);
            dataStart = SafetensorsHeader.PrefixBytes + json.Length;
            (Entries, Metadata) = SafetensorsHeader.Parse(json, fileLength - dataStart, path);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The arrays in the order in which the header names them.</summary>
    internal SafetensorsEntry[] Entries { get; }

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    internal IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads an array's bytes, row-major and little-endian.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="data">As many bytes as the array has.</param>
    internal void Read(SafetensorsEntry entry, Span<byte> data)
    {
        if (data.Length != entry.End - entry.Begin)
            throw new ArgumentException(
                $"{path}: \"{entry.Name}\" has {entry.End - entry.Begin} bytes and was to be read into {data.Length}.");
        ReadAt(dataStart + entry.Begin, data);
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    void ReadAt(long offset, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = RandomAccess.Read(handle, bytes, offset);
            if (count == 0) throw new EndOfStreamException($"{path}: the file became shorter while it was read.");
            bytes = bytes[count..];
            offset += count;
        }
    }
}

/// <summary>Files of named arrays in the safetensors format.</summary>
public static partial class Safetensors
{
    /// <summary>
    /// Writes a file beside its place and then moves it there: whatever happens, the place holds the old file or the new one.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A name is taken twice or reserved, an element type unknown, or the bytes do not fit the shape.
    /// </exception>
    internal static void SaveArrays(
        string path, IEnumerable<KeyValuePair<string, SafetensorsArray>> arrays, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var list = arrays.ToArray();
        var (header, entries) = SafetensorsHeader.Write([.. list.Select(a => (a.Key, a.Value.DType, a.Value.Shape))], metadata);
        foreach (var (entry, (name, array)) in entries.Zip(list))
            if (array.Data.Length != entry.End - entry.Begin)
                throw new ArgumentException($"Safetensors: \"{name}\" comes with {array.Data.Length} bytes, " +
                    $"but {entry.DType} of shape [{string.Join(", ", entry.Shape)}] takes {entry.End - entry.Begin}.");
        WriteThenMove(path, stream =>
        {
            stream.Write(header);
            foreach (var (_, (_, array)) in entries.Zip(list).OrderBy(pair => pair.First.Begin)) stream.Write(array.Data.Span);
        });
    }

    static void WriteThenMove(string path, Action<FileStream> write)
    {
        var full = Path.GetFullPath(path);
        var temporary = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
                // To the disk itself, so that a power cut after the move cannot leave an empty file.
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
