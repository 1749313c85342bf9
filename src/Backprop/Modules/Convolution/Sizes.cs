using Backprop.Ops;

namespace Backprop.Modules;

/// <summary>How a module's name shows numbers of which there is one for each spatial axis.</summary>
static class Sizes
{
    /// <summary>As <c>3</c> where all are the same, or <c>(3, 2)</c>.</summary>
    public static string Show(ValueList<int> sizes) => All(sizes, sizes[0]) ? $"{sizes[0]}" : $"({string.Join(", ", sizes)})";

    public static bool All(ValueList<int> sizes, int size) => sizes.All(s => s == size);
}
