using System.Runtime.CompilerServices;
using Backprop.Modules;
using Backprop.Ops;

namespace Backprop.Graphs;

/// <summary>A call of a module within which operations were called.</summary>
sealed record ModuleFrame(ModuleBase Module, ModuleFrame? Outer)
{
    public bool Equals(ModuleFrame? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}

/// <summary>Notes in which call of a module each operation was called. What it notes lives as long as the call's node does.</summary>
sealed class FrameWatch : IModuleObserver
{
    static readonly ConditionalWeakTable<Node, ModuleFrame> frames = [];
    ModuleFrame? current;

    public static ModuleFrame? Of(Node node) => frames.TryGetValue(node, out var frame) ? frame : null;

    public void Note(Node node)
    {
        if (current is not null) frames.AddOrUpdate(node, current);
    }

    public void Entered(ModuleBase module, ReadOnlySpan<Tensor> inputs) => current = new(module, current);

    public void Returned(ModuleBase module, Tensor output)
    {
    }

    public void Left(ModuleBase module) => current = current?.Outer;
}

public sealed partial class Graph
{
    /// <summary>
    /// Until the result is disposed of, keeps with every call recorded on this thread the caller's file and line and the module it ran in, for a
    /// graph captured later: <c>using (Graph.Record()) loss = …</c> It costs microseconds a call. Without it a graph has no source lines,
    /// and which module an operation belongs to is deduced from whose parameters it uses.
    /// </summary>
    public static Recording Record() => new(new FrameWatch());

    /// <summary>Puts back what was recorded before. As it is a matter of the thread, the compiler lets no await stand inside.</summary>
    public readonly ref struct Recording : IDisposable
    {
        readonly bool keptSources;
        readonly Action<Node>? told;
        readonly ModuleCall.Watch watch;

        internal Recording(FrameWatch frames)
        {
            (keptSources, told) = (Recorder.KeepsSources, Recorder.Recorded);
            watch = ModuleCall.By(frames);
            (Recorder.KeepsSources, Recorder.Recorded) = (true, frames.Note);
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            (Recorder.KeepsSources, Recorder.Recorded) = (keptSources, told);
            watch.Dispose();
        }
    }
}
