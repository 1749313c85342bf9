namespace Backprop.Ops;

/// <summary>Whether this thread records calls, and what it records of them.</summary>
static class Recorder
{
    [ThreadStatic] static bool paused;
    [ThreadStatic] static bool keepsSources;
    [ThreadStatic] static Action<Node>? recorded;

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

    /// <summary>Where calls are said to come from, while sources are kept; null: from where they do.</summary>
    [field: ThreadStatic]
    public static CallSite? Place { get; set; }

    /// <summary>Who sees every operation of this thread, recorded or not; null for nobody.</summary>
    [field: ThreadStatic]
    public static IOpObserver? Observer { get; set; }

    /// <summary>Who is told of every call recorded while sources are kept.</summary>
    public static Action<Node>? Recorded
    {
        get => recorded;
        set => recorded = value;
    }
}

/// <summary>Sees operations as they are called.</summary>
interface IOpObserver
{
    void Called(Op op, ReadOnlySpan<Tensor> x, Tensor y);

    /// <summary>y is x without its history.</summary>
    void Detached(Tensor x, Tensor y) { }
}
