using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Backprop.Cli.Commands;

/// <summary>What the program runs on: whether its loops use the processor's vector registers is the difference between fast and slow.</summary>
static class InfoCommand
{
    public static Command Create(TextWriter output)
    {
        var command = new Command("info", "What the program runs on: runtime, processor, vector registers.");
        command.SetAction(_ =>
        {
            var width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
            output.WriteLine($"runtime:          {RuntimeInformation.FrameworkDescription}{(RuntimeFeature.IsDynamicCodeSupported ? "" : ", NativeAOT")}");
            output.WriteLine($"processor:        {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores");
            output.WriteLine($"vector registers: {(width == 0 ? "none" : $"{width} bits")}");
        });
        return command;
    }
}
