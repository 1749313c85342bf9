using System.Diagnostics;

namespace Backprop.Bench;

/// <summary>Times whole processes, from their start to their end; their files are in the page cache.</summary>
static class Startup
{
    const int Runs = 11;

    public static void Measure(string program)
    {
        Clock.Workload = "startup";
        var words = program.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        double Once()
        {
            var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true };
            var began = Stopwatch.GetTimestamp();
            using var process = Process.Start(start)!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            var time = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            return process.ExitCode == 0 ? time : throw new InvalidOperationException($"{program}: exit code {process.ExitCode}.");
        }
        Once();
        Clock.Watch();
        Clock.Print("process start to first gradient", [.. Enumerable.Range(0, Runs).Select(_ => Once())], t => t, "ms", "whole process, files in the page cache");
    }
}
