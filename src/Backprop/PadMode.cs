namespace Backprop;

/// <summary>What stands in a margin: for <c>1 2 3</c> and a margin of 2 on each side.</summary>
public enum PadMode : byte
{
    /// <summary>One value: <c>0 0 1 2 3 0 0</c>.</summary>
    Constant,
    /// <summary>The elements mirrored at the edge, which does not come twice: <c>3 2 1 2 3 2 1</c>.</summary>
    Reflect,
    /// <summary>The edge repeated: <c>1 1 1 2 3 3 3</c>.</summary>
    Replicate,
    /// <summary>The elements again from the other side: <c>2 3 1 2 3 1 2</c>.</summary>
    Circular,
}
