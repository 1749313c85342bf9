using System.Text.Json;
using Backprop.Formats;

namespace Backprop.Tests.Reference;

/// <summary>
/// Where the cases are: the folder that the environment variable BACKPROP_REFERENCE names, else the project's own copy. A folder may
/// hold the groups' files itself or in a folder <c>torch</c>.
/// </summary>
static class ReferenceFolder
{
    public static string Path { get; } = Find();

    static string Find()
    {
        var folder = Environment.GetEnvironmentVariable("BACKPROP_REFERENCE") is { Length: > 0 } given
            ? given
            : System.IO.Path.Combine(AppContext.BaseDirectory, "Reference");
        var torch = System.IO.Path.Combine(folder, "torch");
        if (Directory.Exists(torch)) folder = torch;
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException($"The reference folder {folder} does not exist.");
    }

    /// <summary>The groups whose files are there.</summary>
    public static string[] Groups { get; } =
        [.. Directory.GetFiles(Path, "*.json").Select(f => System.IO.Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    public static IEnumerable<ReferenceCase> Cases(string group)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(Path, $"{group}.json")));
        var root = manifest.RootElement.Clone();
        var tensors = Safetensors.Load(System.IO.Path.Combine(Path, root.GetProperty("tensors").GetString()!));
        return [.. root.GetProperty("cases").EnumerateArray().Select(json => new ReferenceCase(group, json, tensors))];
    }
}
