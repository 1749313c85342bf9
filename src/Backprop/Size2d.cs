namespace Backprop;

/// <summary>A number along each of the two axes of an image; one number stands for both: <c>x.MaxPool2d(2)</c>, <c>x.MaxPool2d((3, 2))</c>.</summary>
/// <param name="Height">Along the columns, from top to bottom.</param>
/// <param name="Width">Along the rows, from left to right.</param>
public readonly record struct Size2d(int Height, int Width)
{
    /// <summary>The same along both axes.</summary>
    public static implicit operator Size2d(int size) => new(size, size);

    /// <summary>Height and width.</summary>
    public static implicit operator Size2d((int Height, int Width) size) => new(size.Height, size.Width);

    internal Ops.ValueList<int> List => [Height, Width];

    /// <summary>As <c>3</c>, or <c>(3, 2)</c>.</summary>
    public override string ToString() => Height == Width ? $"{Height}" : $"({Height}, {Width})";
}

/// <summary>A number along each of the three axes of a volume; one number stands for all.</summary>
/// <param name="Depth">From front to back.</param>
/// <param name="Height">From top to bottom.</param>
/// <param name="Width">From left to right.</param>
public readonly record struct Size3d(int Depth, int Height, int Width)
{
    /// <summary>The same along all axes.</summary>
    public static implicit operator Size3d(int size) => new(size, size, size);

    /// <summary>Depth, height and width.</summary>
    public static implicit operator Size3d((int Depth, int Height, int Width) size) => new(size.Depth, size.Height, size.Width);

    internal Ops.ValueList<int> List => [Depth, Height, Width];

    /// <summary>As <c>3</c>, or <c>(3, 2, 2)</c>.</summary>
    public override string ToString() => Depth == Height && Height == Width ? $"{Depth}" : $"({Depth}, {Height}, {Width})";
}
