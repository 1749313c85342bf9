namespace Backprop.Modules;

/// <summary>
/// A call of a module, from <c>using var call = Enter();</c> to the end of the block: how summaries and drawn graphs know what belongs to which part.
/// <see cref="Module.Forward"/> announces itself; a module with another signature does it so.
/// </summary>
public readonly ref struct ModuleCall
{
    [ThreadStatic] static IModuleObserver? observer;
    readonly IModuleObserver? seenBy;
    readonly ModuleBase module;

    internal ModuleCall(ModuleBase module, scoped ReadOnlySpan<Tensor> inputs)
    {
        this.module = module;
        seenBy = observer;
        seenBy?.Entered(module, inputs);
    }

    /// <summary>Whether anyone watches the calls of this thread.</summary>
    internal static bool IsWatched => observer is not null;

    /// <summary>Tells what the call results in, and returns it.</summary>
    public Tensor Return(Tensor y)
    {
        seenBy?.Returned(module, y);
        return y;
    }

    /// <summary>Ends the call.</summary>
    public void Dispose() => seenBy?.Left(module);

    /// <summary>Has the calls of this thread watched until the result is disposed of.</summary>
    internal static Watch By(IModuleObserver newObserver)
    {
        var watch = new Watch(observer);
        observer = newObserver;
        return watch;
    }

    /// <summary>Puts the observer back.</summary>
    internal readonly ref struct Watch(IModuleObserver? before) : IDisposable
    {
        public void Dispose() => observer = before;
    }
}

/// <summary>Who watches the calls of modules.</summary>
interface IModuleObserver
{
    void Entered(ModuleBase module, ReadOnlySpan<Tensor> inputs);

    void Returned(ModuleBase module, Tensor output);

    void Left(ModuleBase module);
}
