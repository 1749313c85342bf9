namespace Backprop.Ops;

/// <summary>Whether this thread records calls, and what it records of them.</summary>
static class Recorder
{
    [ThreadStatic] static bool paused;
    [ThreadStatic] static bool keepsSources;

    public static bool Enabled
    {
        get => !paused;
        set => paused = !value;
    }

    public static bool KeepsSources
    {
        get => keepsSources;
        set => keepsSources = value;
    }
}
