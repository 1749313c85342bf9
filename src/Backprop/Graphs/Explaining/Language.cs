namespace Backprop.Graphs;

/// <summary>The language that an explanation speaks.</summary>
public enum Language
{
    /// <summary>English.</summary>
    English,
    /// <summary>Korean.</summary>
    Korean,
}
