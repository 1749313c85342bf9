namespace Backprop.Modules;

/// <summary>A named part of a module: a parameter, a buffer or another module.</summary>
public readonly record struct ModulePart
{
    ModulePart(string name, Tensor? parameter, Tensor? buffer, ModuleBase? child) =>
        (Name, Parameter, BufferTensor, Child) = (name, parameter, buffer, child);

    /// <summary>Its name within the module.</summary>
    public string Name { get; }

    /// <summary>The parameter, or null where it is something else.</summary>
    public Tensor? Parameter { get; }

    /// <summary>The buffer, or null where it is something else.</summary>
    public Tensor? BufferTensor { get; }

    /// <summary>The module, or null where it is something else.</summary>
    public ModuleBase? Child { get; }

    /// <summary>A tensor that belongs to the module's state and is not trained, as the running mean of a batch norm is.</summary>
    public static ModulePart Buffer(string name, Tensor buffer) => new(name, null, buffer, null);

    /// <summary>A parameter under its name.</summary>
    public static implicit operator ModulePart((string Name, Tensor Parameter) part) => new(part.Name, part.Parameter, null, null);

    /// <summary>A module under its name.</summary>
    public static implicit operator ModulePart((string Name, ModuleBase Child) part) => new(part.Name, null, null, part.Child);
}
