namespace Backprop.Tests.Documents;

/// <summary>Where the repository is, seen from the tests' output.</summary>
static class Repository
{
    static readonly string root = Find(AppContext.BaseDirectory);

    static string Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Backprop.slnx"))) return at.FullName;
        throw new DirectoryNotFoundException($"No folder above {folder} holds Backprop.slnx.");
    }

    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([root, .. parts]);
}
