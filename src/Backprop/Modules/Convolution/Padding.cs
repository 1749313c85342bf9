namespace Backprop.Modules;

/// <summary>A margin around the last axes: see <see cref="Tensor.Pad"/>.</summary>
public abstract class PadLayer : Module
{
    readonly (int Before, int After)[] margins;
    readonly PadMode mode;
    readonly double value;

    private protected PadLayer(PadMode mode, double value, params (int Before, int After)[] margins) => (this.mode, this.value, this.margins) = (mode, value, margins);

    /// <inheritdoc/>
    public override string Name => $"{GetType().Name}({string.Join(", ", margins)})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x.Pad(margins, mode, value);
}

/// <summary>Zeros around sequences [..., length]; negative widths cut off.</summary>
public sealed class ZeroPad1d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public ZeroPad1d(int margin) : base(PadMode.Constant, 0, (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public ZeroPad1d(int left, int right) : base(PadMode.Constant, 0, (left, right))
    {
    }
}

/// <summary>Zeros around images [..., height, width]; negative widths cut off.</summary>
public sealed class ZeroPad2d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public ZeroPad2d(int margin) : base(PadMode.Constant, 0, (margin, margin), (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public ZeroPad2d(int left, int right, int top, int bottom) : base(PadMode.Constant, 0, (top, bottom), (left, right))
    {
    }
}

/// <summary>Zeros around volumes [..., depth, height, width]; negative widths cut off.</summary>
public sealed class ZeroPad3d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public ZeroPad3d(int margin) : base(PadMode.Constant, 0, (margin, margin), (margin, margin), (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public ZeroPad3d(int left, int right, int top, int bottom, int front, int back) : base(PadMode.Constant, 0, (front, back), (top, bottom), (left, right))
    {
    }
}

/// <summary>One value around sequences [..., length]; negative widths cut off.</summary>
public sealed class ConstantPad1d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public ConstantPad1d(int margin, double value) : base(PadMode.Constant, value, (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public ConstantPad1d(int left, int right, double value) : base(PadMode.Constant, value, (left, right))
    {
    }
}

/// <summary>One value around images [..., height, width]; negative widths cut off.</summary>
public sealed class ConstantPad2d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public ConstantPad2d(int margin, double value) : base(PadMode.Constant, value, (margin, margin), (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public ConstantPad2d(int left, int right, int top, int bottom, double value) : base(PadMode.Constant, value, (top, bottom), (left, right))
    {
    }
}

/// <summary>One value around volumes [..., depth, height, width]; negative widths cut off.</summary>
public sealed class ConstantPad3d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public ConstantPad3d(int margin, double value) : base(PadMode.Constant, value, (margin, margin), (margin, margin), (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public ConstantPad3d(int left, int right, int top, int bottom, int front, int back, double value) : base(PadMode.Constant, value, (front, back), (top, bottom), (left, right))
    {
    }
}

/// <summary>Elements mirrored at the edge around sequences [..., length]; negative widths cut off.</summary>
public sealed class ReflectionPad1d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public ReflectionPad1d(int margin) : base(PadMode.Reflect, 0, (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public ReflectionPad1d(int left, int right) : base(PadMode.Reflect, 0, (left, right))
    {
    }
}

/// <summary>Elements mirrored at the edge around images [..., height, width]; negative widths cut off.</summary>
public sealed class ReflectionPad2d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public ReflectionPad2d(int margin) : base(PadMode.Reflect, 0, (margin, margin), (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public ReflectionPad2d(int left, int right, int top, int bottom) : base(PadMode.Reflect, 0, (top, bottom), (left, right))
    {
    }
}

/// <summary>Elements mirrored at the edge around volumes [..., depth, height, width]; negative widths cut off.</summary>
public sealed class ReflectionPad3d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public ReflectionPad3d(int margin) : base(PadMode.Reflect, 0, (margin, margin), (margin, margin), (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public ReflectionPad3d(int left, int right, int top, int bottom, int front, int back) : base(PadMode.Reflect, 0, (front, back), (top, bottom), (left, right))
    {
    }
}

/// <summary>The edge repeated around sequences [..., length]; negative widths cut off.</summary>
public sealed class ReplicationPad1d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public ReplicationPad1d(int margin) : base(PadMode.Replicate, 0, (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public ReplicationPad1d(int left, int right) : base(PadMode.Replicate, 0, (left, right))
    {
    }
}

/// <summary>The edge repeated around images [..., height, width]; negative widths cut off.</summary>
public sealed class ReplicationPad2d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public ReplicationPad2d(int margin) : base(PadMode.Replicate, 0, (margin, margin), (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public ReplicationPad2d(int left, int right, int top, int bottom) : base(PadMode.Replicate, 0, (top, bottom), (left, right))
    {
    }
}

/// <summary>The edge repeated around volumes [..., depth, height, width]; negative widths cut off.</summary>
public sealed class ReplicationPad3d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public ReplicationPad3d(int margin) : base(PadMode.Replicate, 0, (margin, margin), (margin, margin), (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public ReplicationPad3d(int left, int right, int top, int bottom, int front, int back) : base(PadMode.Replicate, 0, (front, back), (top, bottom), (left, right))
    {
    }
}

/// <summary>The elements of the other side around sequences [..., length]; negative widths cut off.</summary>
public sealed class CircularPad1d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public CircularPad1d(int margin) : base(PadMode.Circular, 0, (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public CircularPad1d(int left, int right) : base(PadMode.Circular, 0, (left, right))
    {
    }
}

/// <summary>The elements of the other side around images [..., height, width]; negative widths cut off.</summary>
public sealed class CircularPad2d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public CircularPad2d(int margin) : base(PadMode.Circular, 0, (margin, margin), (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public CircularPad2d(int left, int right, int top, int bottom) : base(PadMode.Circular, 0, (top, bottom), (left, right))
    {
    }
}

/// <summary>The elements of the other side around volumes [..., depth, height, width]; negative widths cut off.</summary>
public sealed class CircularPad3d : PadLayer
{
    /// <summary>A margin of the same width on every side.</summary>
    public CircularPad3d(int margin) : base(PadMode.Circular, 0, (margin, margin), (margin, margin), (margin, margin))
    {
    }

    /// <summary>A margin with a width of its own on each side.</summary>
    public CircularPad3d(int left, int right, int top, int bottom, int front, int back) : base(PadMode.Circular, 0, (front, back), (top, bottom), (left, right))
    {
    }
}
