using System.Diagnostics;

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
    internal static CallSite? Find()
    {
        foreach (var frame in new StackTrace(1, fNeedFileInfo: true).GetFrames())
        {
            // Unlike reflection, this also works where code is compiled ahead of time and trimmed.
            if (DiagnosticMethodInfo.Create(frame) is not { } method) continue;
            if (method.DeclaringAssemblyName.StartsWith("Backprop,", StringComparison.Ordinal)) continue;
            if (method.DeclaringTypeName?.StartsWith("System.", StringComparison.Ordinal) == true) continue;
            return new($"{method.DeclaringTypeName}.{method.Name}", frame.GetFileName(), frame.GetFileLineNumber());
        }
        return null;
    }
}
