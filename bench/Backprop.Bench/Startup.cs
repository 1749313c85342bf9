namespace Backprop.Bench;

/// <summary>Whole processes from their start to their first gradient, and their end: the program bench/FirstGradient, published in both ways.</summary>
static class Startup
{
    const string Folder = "BENCH_FIRST_GRADIENT";

    public static void Measure()
    {
        var folder = Environment.GetEnvironmentVariable(Folder)
            ?? throw new InvalidOperationException($"startup: set {Folder} to the folder where bench/FirstGradient is published, as bench/run.sh does.");
        foreach (var way in Cases.Publishings) Loops.Start(way, [Path.Combine(folder, way, "FirstGradient")]);
    }
}
