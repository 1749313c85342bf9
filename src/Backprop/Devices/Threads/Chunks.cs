namespace Backprop.Devices;

/// <summary>How work on many elements is cut: by its size alone, into chunks of some ten microseconds.</summary>
static class Chunks
{
    /// <summary>Elements of a chunk: a multiple of what any register holds, and few enough to stay in the second-level cache.</summary>
    public const int Elements = 1 << 15;

    /// <summary>How many chunks so many elements make.</summary>
    public static int Of(long elements) => (int)((elements + Elements - 1) / Elements);

    /// <summary>
    /// Elements of a chunk where it matters for no result how they are cut: as many of one size for every thread, so that they end together, but none too small to be
    /// worth claiming; all in one where they would not be shared.
    /// </summary>
    public static int Even(int elements) => elements <= Elements || !Team.Shares
        ? Math.Max(1, elements) : Math.Clamp((elements / (2 * Team.Size) + 1023) / 1024 * 1024, 1 << 13, Elements);

    /// <summary>How many units of so many elements make a chunk.</summary>
    public static int Units(long elementsOfUnit) => (int)Math.Max(1, Elements / Math.Max(1, elementsOfUnit));
}
