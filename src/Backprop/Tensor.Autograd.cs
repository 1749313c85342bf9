using System.Runtime.CompilerServices;
using Backprop.Autograd;
using Backprop.Devices.Memory;
using Backprop.Ops;

namespace Backprop;

public sealed partial class Tensor
{
    TensorExtras? extras;
    Tensor? grad;

    /// <summary>The recorded call that made this tensor; null for data, parameters and what was computed without recording.</summary>
    public Node? Node { get; internal set; }

    /// <summary>
    /// Whether derivatives with respect to this tensor are wanted. Set it on the inputs that matter (or use
    /// <see cref="Tape.Watch"/>); what is computed from them has it by itself.
    /// </summary>
    /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
    /// <exception cref="GradientException">It is switched off on a result; use <see cref="Detach"/>.</exception>
    public bool RequiresGrad
    {
        get => Node is not null || (flags & TensorFlags.RequiresGrad) != 0;
        set
        {
            if (value && !dtype.IsFloat()) throw DTypeException.NeedsFloat(nameof(RequiresGrad), dtype);
            if (!value && Node is not null)
                throw new GradientException($"RequiresGrad: this tensor is the result of {Node.Op.Name}; use Detach() for a copy without history.");
            if (value && Node is null) flags |= TensorFlags.RequiresGrad;
            else flags &= ~TensorFlags.RequiresGrad;
        }
    }

    /// <summary>Whether it is no result of a recorded call: data or a parameter.</summary>
    public bool IsLeaf => Node is null;

    /// <summary>
    /// The derivative that <see cref="Backward"/> left here, of the same shape; several backward passes add up until it is set
    /// to null. Leaves have it, and results only where <see cref="KeepsGrad"/> asks for it.
    /// </summary>
    /// <exception cref="ShapeException">The gradient set has another shape.</exception>
    public Tensor? Grad
    {
        get
        {
            while (true)
            {
                var found = grad;
                found?.Share();
                // A pass on another thread may have replaced it before it was known to be shared.
                if (ReferenceEquals(found, Volatile.Read(ref grad))) return found;
            }
        }
        set
        {
            if (value is not null && value.Shape != Shape)
                throw new ShapeException($"Grad: a gradient of shape {value.Shape} does not belong to a tensor of shape {Shape}.");
            value?.Share();
            Interlocked.Exchange(ref grad, value)?.Recycle();
        }
    }

    /// <summary>The gradient for eyes that keep no hold of it: its memory may be used again once it is replaced.</summary>
    internal Tensor? PassingGrad => grad;

    /// <summary>Adds to <see cref="Grad"/>; several threads may share a leaf, and none's part is lost.</summary>
    internal void AddToGrad(Tensor d)
    {
        while (true)
        {
            var old = grad;
            var leases = BufferPool.Leases;
            var sum = old is null ? d : old + d;
            if (old is not null && !Recorder.Enabled) sum.MakePrivate(leases);
            if (!ReferenceEquals(Interlocked.CompareExchange(ref grad, sum, old), old)) continue;
            if (old is null) return;
            old.Recycle();
            d.Recycle();
            return;
        }
    }

    /// <summary>Whether a backward pass leaves the derivative in <see cref="Grad"/> although this is a result, not a leaf.</summary>
    public bool KeepsGrad
    {
        get => (flags & TensorFlags.KeepsGrad) != 0;
        set => flags = value ? flags | TensorFlags.KeepsGrad : flags & ~TensorFlags.KeepsGrad;
    }

    /// <summary>A name for messages and drawn graphs.</summary>
    public string? Name
    {
        get => extras?.Name;
        set => (extras ??= new()).Name = value;
    }

    /// <summary>Gives the tensor a name and returns it.</summary>
    public Tensor Named(string name)
    {
        Name = name;
        return this;
    }

    /// <summary>The same elements without history: derivatives stop here.</summary>
    public Tensor Detach()
    {
        var y = Alias();
        Recorder.Observer?.Detached(this, y);
        return y;
    }

    /// <summary>The same elements in memory of its own, without history: later changes of the one leave the other as it is.</summary>
    public Tensor Copy()
    {
        using var active = Activity.Begin();
        var copy = new Tensor(Shape, dtype).MarkWeak(IsWeak);
        Packed().Bytes().CopyTo(copy.Bytes());
        return copy;
    }

    /// <summary>
    /// Walks the recorded calls backward from here, by the chain rule, and adds ∂(this)/∂x to the <see cref="Grad"/> of every leaf x
    /// that requires a gradient.
    /// </summary>
    /// <param name="dy">What flows in, of this tensor's shape; 1 if left out, which only a single number allows.</param>
    /// <param name="createGraph">Whether the walk is itself recorded, so that gradients have gradients.</param>
    /// <param name="release">
    /// Whether each call lets go of its operands as soon as the walk has passed it, which lowers the peak of memory; the graph cannot be
    /// walked or drawn again.
    /// </param>
    /// <exception cref="GradientException">Nothing was recorded, the graph was released, or this is no single number and dy is left out.</exception>
    public void Backward(Tensor? dy = null, bool createGraph = false, bool release = false) => Tape.Backward(this, dy, createGraph, release);

    /// <summary>
    /// Calls <paramref name="hook"/> with the whole derivative with respect to this tensor as soon as a backward pass knows it;
    /// a tensor it returns takes the derivative's place. Disposing of the result removes the hook.
    /// </summary>
    /// <exception cref="GradientException">This tensor has no gradient.</exception>
    public IDisposable OnGradient(Func<Tensor, Tensor?> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        if (!RequiresGrad) throw new GradientException("OnGradient: this tensor does not require a gradient; set RequiresGrad or use Tape.Watch.");
        var hooks = (extras ??= new()).Hooks ??= [];
        // A delegate of its own for every registration, so that disposing removes this one and no equal one.
        Func<Tensor, Tensor?> own = d => hook(d);
        hooks.Add(own);
        return new Unhook(hooks, own);
    }

    /// <summary>
    /// Sets a leaf's elements: the one door through which a tensor changes, meant for optimisers and for loading parameters.
    /// </summary>
    /// <exception cref="GradientException">This tensor is a result or a view with gaps, not a parameter.</exception>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="DTypeException">The element types differ.</exception>
    public void Assign(Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Shape != Shape) throw new ShapeException($"Assign: a value of shape {value.Shape} does not fit a tensor of shape {Shape}.");
        if (value.dtype != dtype && !value.IsWeak)
            throw new DTypeException($"Assign: a value of {value.dtype.Name()} does not fit a tensor of {dtype.Name()}; convert it with As(DType.{dtype}).");
        using var active = Activity.Begin();
        var source = Cast.Raw(value, dtype).Packed();
        BeginUpdate("Assign");
        source.Bytes().CopyTo(Bytes());
    }

    /// <summary>Converts a leaf to another element type in place; views made before keep the old elements, and the gradient is dropped.</summary>
    internal void Convert(DType other)
    {
        if (other == dtype) return;
        BeginUpdate(nameof(Convert));
        var converted = Cast.Raw(this, other);
        (storage, lease, strides, offset, single) = (converted.storage, converted.lease, null, converted.offset, converted.single);
        (dtype, grad) = (other, null);
        // Calls that had this very tensor as an operand look at its new storage.
        NoteUpdate();
    }

    /// <summary>Announces that a leaf's elements are about to change in place.</summary>
    internal void BeginUpdate(string operation)
    {
        if (Node is not null) throw new GradientException($"{operation}: this tensor is the result of {Node.Op.Name}; only a leaf can be changed.");
        if (!IsContiguous) throw new GradientException($"{operation}: this tensor is a view with gaps; change the tensor it looks at.");
        NoteUpdate();
    }

    void NoteUpdate()
    {
        var update = Interlocked.Increment(ref updates);
        if (storage is null) (extras ??= new()).UpdatedAt = update;
        else updatedStorage.GetOrCreateValue(storage).Value = update;
    }

    static int updates;

    // Views and detached tensors see a change too, so it is noted with the storage that they share.
    static readonly ConditionalWeakTable<byte[], StrongBox<int>> updatedStorage = [];

    /// <summary>How many updates of leaves there have been; a recorded call keeps the number to notice that an operand changed since.</summary>
    internal static int Updates => Volatile.Read(ref updates);

    /// <summary>Whether the elements changed after the given number of updates.</summary>
    internal bool ChangedSince(int update)
    {
        // Usually nothing at all has changed.
        if (update == Updates) return false;
        if (storage is null) return extras is { UpdatedAt: not 0 } e && e.UpdatedAt - update > 0;
        return updatedStorage.TryGetValue(storage, out var at) && at.Value - update > 0;
    }

    internal List<Func<Tensor, Tensor?>>? Hooks => extras?.Hooks;

    /// <summary>What few tensors have.</summary>
    sealed class TensorExtras
    {
        public string? Name;
        public int UpdatedAt;
        public List<Func<Tensor, Tensor?>>? Hooks;
    }

    sealed class Unhook(List<Func<Tensor, Tensor?>> hooks, Func<Tensor, Tensor?> hook) : IDisposable
    {
        public void Dispose() => hooks.Remove(hook);
    }
}
