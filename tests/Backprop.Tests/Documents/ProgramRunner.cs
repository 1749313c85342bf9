using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Backprop.Tests.Documents;

/// <summary>Compiles a single-file program as the SDK would, runs it in this process, and gives what it printed.</summary>
static class ProgramRunner
{
    static readonly Lock console = new();

    static readonly MetadataReference[] references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        """;

    public static string Run(string source, string path = "program.cs", params string[] arguments)
    {
        // `#:project` and the like speak to the SDK, not to the compiler.
        var options = new CSharpParseOptions(LanguageVersion.CSharp14, preprocessorSymbols: null)
            .WithFeatures([new("FileBasedProgram", "true")]);
        var compilation = CSharpCompilation.Create(
            $"program-{Guid.NewGuid():N}",
            [CSharpSyntaxTree.ParseText(ImplicitUsings, options), CSharpSyntaxTree.ParseText(source, options, path)],
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        if (!result.Success) throw new InvalidOperationException(
            string.Join("\n", result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        var entry = Assembly.Load(image.ToArray()).EntryPoint!;
        return Captured(() => entry.Invoke(null, entry.GetParameters().Length == 0 ? [] : [arguments]));
    }

    /// <summary>What an action prints. One at a time: there is only one console.</summary>
    static string Captured(Action action)
    {
        lock (console)
        {
            var before = Console.Out;
            using var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
            Console.SetOut(writer);
            try
            {
                action();
            }
            finally
            {
                Console.SetOut(before);
            }
            return writer.ToString();
        }
    }
}
