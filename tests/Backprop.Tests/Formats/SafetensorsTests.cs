using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Backprop.Formats;
using Xunit;

namespace Backprop.Tests.Formats;

public sealed class SafetensorsTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("safetensors").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Target(string name) => Path.Combine(folder, name);

    static SafetensorsArray Array(string dtype, int[] shape, params byte[] data) => new(dtype, shape, data);

    static byte[] Bytes<T>(params T[] values) where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    static (OrderedDictionary<string, SafetensorsArray> Arrays, IReadOnlyDictionary<string, string> Metadata) Load(string path)
    {
        using var file = new SafetensorsFile(path);
        var arrays = new OrderedDictionary<string, SafetensorsArray>();
        foreach (var entry in file.Entries)
        {
            var data = new byte[entry.End - entry.Begin];
            file.Read(entry, data);
            arrays.Add(entry.Name, new(entry.DType, entry.Shape, data));
        }
        return (arrays, file.Metadata);
    }

    static byte[] FileOf(string json, int dataLength)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        var file = new byte[8 + utf8.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(file, utf8.Length);
        utf8.CopyTo(file, 8);
        return file;
    }

    [Fact]
    public void Saves_the_bytes_that_the_format_asks_for()
    {
        var path = Target("small.safetensors");
        Safetensors.SaveArrays(path,
            new OrderedDictionary<string, SafetensorsArray>
            {
                ["mask"] = Array("BOOL", [3], 1, 0, 1),
                ["weight"] = Array("F32", [1, 2], Bytes(1f, -2f)),
                ["이름"] = Array("I64", [], Bytes(7L)),
                ["none"] = Array("F64", [0, 4]),
            },
            new Dictionary<string, string> { ["format"] = "pt" });

        // Written out as Python's struct.pack('<Q', len(header)) + header + data would be; wide elements come first.
        const string Json =
            """{"__metadata__":{"format":"pt"},"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[16,19]}""" +
            ""","weight":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]},"이름":{"dtype":"I64","shape":[],"data_offsets":[0,8]}""" +
            ""","none":{"dtype":"F64","shape":[0,4],"data_offsets":[8,8]}}""";
        var header = Encoding.UTF8.GetBytes(Json);
        var padding = (8 - header.Length % 8) % 8;
        byte[] expected =
        [
            .. BitConverter.GetBytes((long)(header.Length + padding)), .. header, .. Enumerable.Repeat((byte)' ', padding),
            7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 1, 0, 1,
        ];
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Fact]
    public void Loads_what_it_saved()
    {
        string[] dtypes = ["U8", "F64", "BOOL", "F16", "I32", "BF16", "I8", "F32", "U16", "I64", "I16", "U64", "U32"];
        var path = Target("all.safetensors");
        var saved = dtypes.Index().Select(d => KeyValuePair.Create($"layer.{d.Index} \"{d.Item}\"\n",
            Array(d.Item, [3, d.Index],
                [.. Enumerable.Range(d.Index, 3 * d.Index * SafetensorsHeader.ElementBytes(d.Item)).Select(v => (byte)v)]))).ToArray();
        var metadata = new Dictionary<string, string> { ["step"] = "12", ["quote"] = "\"ü\\" };
        Safetensors.SaveArrays(path, saved, metadata);

        var (arrays, strings) = Load(path);
        Assert.Equal(metadata, strings);
        Assert.Equal(saved.Select(p => p.Key), arrays.Keys);
        foreach (var (name, array) in saved)
        {
            Assert.Equal((name, array.DType), (name, arrays[name].DType));
            Assert.Equal(array.Shape, arrays[name].Shape);
            Assert.Equal(array.Data.ToArray(), arrays[name].Data.ToArray());
        }
        using var file = new SafetensorsFile(path);
        Assert.All(file.Entries, e => Assert.Equal(0, e.Begin % SafetensorsHeader.ElementBytes(e.DType)));
        Assert.Contains("was to be read into 1", Assert.Throws<ArgumentException>(() => file.Read(file.Entries[1], new byte[1])).Message);
    }

    [Fact]
    public void Saves_and_loads_nothing_at_all()
    {
        var path = Target("empty.safetensors");
        Safetensors.SaveArrays(path, []);
        Assert.Equal("{}      ", Encoding.UTF8.GetString(File.ReadAllBytes(path)[8..]));
        var (arrays, metadata) = Load(path);
        Assert.Empty(arrays);
        Assert.Empty(metadata);
    }

    [Fact]
    public void Reads_headers_that_others_write()
    {
        // Spaces anywhere, keys in any order, no padding, entries out of the order of their data, an empty array between.
        const string Json = """
            { "b": {"shape": [2], "data_offsets": [4, 8], "dtype": "I16"},
              "z": {"dtype": "F32", "shape": [0], "data_offsets": [4, 4]},
              "a": {"data_offsets": [0, 4], "dtype": "U8", "shape": [2, 2]}, "__metadata__": {} }
            """;
        var contents = SafetensorsHeader.Parse(Encoding.UTF8.GetBytes(Json), 8);
        Assert.Equal(["b", "z", "a"], contents.Entries.Select(e => e.Name));
        Assert.Equal([(4L, 8L), (4L, 4L), (0L, 4L)], contents.Entries.Select(e => (e.Begin, e.End)));
        Assert.Equal([2, 2], contents.Entries[2].Shape);
    }

    [Fact]
    public void A_failed_save_leaves_the_old_file_and_nothing_else()
    {
        var path = Target("kept.safetensors");
        Safetensors.SaveArrays(path, [KeyValuePair.Create("x", Array("U8", [1], 5))]);
        var before = File.ReadAllBytes(path);
        Assert.Throws<ArgumentException>(() => Safetensors.SaveArrays(path, [KeyValuePair.Create("x", Array("U8", [2], 5))]));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.ThrowsAny<IOException>(() => Safetensors.SaveArrays(folder, [KeyValuePair.Create("x", Array("U8", [1], 5))]));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder));
        Safetensors.SaveArrays(path, [KeyValuePair.Create("y", Array("U8", [1], 6))]);
        Assert.Equal(["y"], Load(path).Arrays.Keys);
        Assert.Equal([path], Directory.GetFileSystemEntries(folder));
    }

    [Theory]
    [InlineData("x", "x", "U8", 1, "two arrays are named \"x\"")]
    [InlineData("__metadata__", "x", "U8", 1, "reserved")]
    [InlineData("x", "y", "C64", 1, "unknown dtype C64")]
    [InlineData("x", "y", "U8", -1, "negative size in [-1]")]
    [InlineData("x", "y", "F64", 1, "comes with 1 bytes, but F64 of shape [1] takes 8")]
    public void What_cannot_be_saved_is_named(string first, string second, string dtype, int size, string message)
    {
        var array = Array(dtype, [size], 1);
        var error = Assert.Throws<ArgumentException>(() =>
            Safetensors.SaveArrays(Target("bad.safetensors"), [KeyValuePair.Create(first, array), KeyValuePair.Create(second, array)]));
        Assert.Contains(message, error.Message);
    }

    const string Good = """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    [Theory]
    [InlineData("", 0, "does not begin with {")]
    [InlineData("[]", 0, "does not begin with {")]
    [InlineData(" {}", 0, "does not begin with {")]
    [InlineData("{", 0, "not valid JSON")]
    [InlineData("{} x", 0, "not valid JSON")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "not valid JSON")]
    [InlineData("""{"x":[[[[[[[[[1]]]]]]]]]}""", 8, "\"x\" is not an object")]
    [InlineData("""{"x":5}""", 8, "\"x\" is not an object")]
    [InlineData("""{"x":{}}""", 8, "\"x\" has no dtype")]
    [InlineData("""{"x":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "\"x\" has no shape")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2]}}""", 8, "\"x\" has no data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"dtype":"F32","data_offsets":[0,8]}}""", 8, "\"x\": dtype stands there twice")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"strides":[1],"data_offsets":[0,8]}}""", 8, "unknown key strides")]
    [InlineData("""{"x":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", 8, "\"x\": dtype is not a string")]
    [InlineData("""{"x":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "unknown dtype F8_E4M3; expected one of F64")]
    [InlineData("""{"x":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "\"x\": shape is not an array of whole numbers")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "\"x\": shape is not an array of whole numbers")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "\"x\" has the size -2")]
    [InlineData("""{"x":{"dtype":"U8","shape":[3000000000],"data_offsets":[0,3000000000]}}""", 8, "\"x\" has the size 3000000000")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,8]}}""", 8, "more than 64 bits can count")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "\"x\" has data_offsets [0, 8], 8 bytes, but F32 of shape [3] takes 12")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "has 1 data_offsets; expected 2")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "data_offsets [8, 0]; expected 0 <= begin <= end")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "data_offsets [-8, 0]; expected 0 <= begin")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}""", 8, "data_offsets is not an array of whole numbers")]
    [InlineData(Good, 7, "\"x\" ends at byte 8, but the data have 7")]
    [InlineData(Good, 9, "the last array ends at byte 8, but the data have 9")]
    [InlineData("{}", 1, "the last array ends at byte 0, but the data have 1")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 6, "\"y\" begins at byte 2, inside \"x\", which ends at 4")]
    [InlineData("""{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[2],"data_offsets":[5,7]}}""", 7, "bytes 4 to 5, before \"y\", belong to no array")]
    [InlineData("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "\"x\" stands twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "\"__metadata__\" stands twice")]
    [InlineData("""{"__metadata__":"pt"}""", 0, "__metadata__ is not an object of strings")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "__metadata__: \"a\" is not a string")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "__metadata__: \"a\" stands there twice")]
    public void Malformed_headers_are_refused(string json, int dataLength, string message)
    {
        var path = Target("bad.safetensors");
        File.WriteAllBytes(path, FileOf(json, dataLength));
        var error = Assert.Throws<InvalidDataException>(() => Load(path));
        Assert.Contains(message, error.Message);
        Assert.StartsWith(path, error.Message);
        File.Delete(path);   // no handle is left open
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        byte[] json = [.. "{\""u8, 0xFF, .. "\":1}"u8];
        Assert.Contains("not valid JSON", Assert.Throws<InvalidDataException>(() => SafetensorsHeader.Parse(json, 0)).Message);
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        byte[] file = FileOf(Good, 8);
        AssertRefused("the file has 3 bytes", file[..3]);
        AssertRefused("given as 54 bytes, but only 12 follow", file[..20]);
        file[3] = 0x7F;
        AssertRefused("given as 2130706486 bytes; the format allows 100000000", file);
        file.AsSpan(0, 8).Fill(0xFF);
        AssertRefused("given as 18446744073709551615 bytes", file);

        void AssertRefused(string message, byte[] bytes)
        {
            var path = Target("short.safetensors");
            File.WriteAllBytes(path, bytes);
            Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Load(path)).Message);
        }
    }
}
