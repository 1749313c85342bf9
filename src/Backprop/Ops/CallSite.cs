using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Backprop.Ops;

/// <summary>Where an operation was called from.</summary>
/// <param name="Member">The method.</param>
/// <param name="File">The source file, where debug symbols tell it.</param>
/// <param name="Line">The line in it, from 1; 0 if unknown.</param>
public sealed record CallSite(string Member, string? File, int Line)
{
    /// <summary>File and line, or the method where there are no symbols.</summary>
    public override string ToString() => File is null ? Member : $"{File}:{Line}";

    /// <summary>The nearest caller outside this library.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Names only make a message clearer; without them the method is unnamed.")]
    internal static CallSite? Find()
    {
        foreach (var frame in new StackTrace(1, fNeedFileInfo: true).GetFrames())
        {
            var method = frame.GetMethod();
            if (method is null) return new(frame.ToString().Trim(), frame.GetFileName(), frame.GetFileLineNumber());
            if (method.Module == typeof(CallSite).Module) continue;
            if (method.DeclaringType?.Namespace is { } space && space.StartsWith("System", StringComparison.Ordinal)) continue;
            return new($"{method.DeclaringType?.Name}.{method.Name}", frame.GetFileName(), frame.GetFileLineNumber());
        }
        return null;
    }
}
