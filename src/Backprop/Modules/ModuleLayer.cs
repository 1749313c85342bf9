using Backprop.Layers;

namespace Backprop.Modules;

/// <summary>A module driven by hand, forward and then backward: what <see cref="Module.ByHand"/> returns.</summary>
public sealed class ModuleLayer : UnaryLayer
{
    readonly Module module;

    // A frozen parameter stays frozen: it is left out.
    internal ModuleLayer(Module module) : base(module.Forward, [.. module.Parameters.Where(p => p.RequiresGrad)]) => this.module = module;

    /// <inheritdoc/>
    public override string Name => module.Name;
}
