using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Randomness;

/// <summary>
/// Philox4x32-10, a counter-based generator: a keyed bijection that turns a counter of 128 bits into four random words.
/// Any word of the stream can be had at once, in any order and on any thread.
/// </summary>
/// <remarks>
/// Salmon, Moraes, Dror and Shaw, <i>Parallel Random Numbers: As Easy as 1, 2, 3</i>, SC11, 2011.
/// The counter's low half counts blocks of four words, its high half names one of 2⁶⁴ streams under the same key.
/// </remarks>
internal static class Philox
{
    /// <summary>How many words a block has.</summary>
    internal const int BlockWords = 4;

    const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;
    const int Rounds = 10;

    /// <summary>The four words of one block.</summary>
    internal static (uint X0, uint X1, uint X2, uint X3) Block(ulong block, ulong stream, ulong key)
    {
        uint x0 = (uint)block, x1 = (uint)(block >> 32), x2 = (uint)stream, x3 = (uint)(stream >> 32);
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var p0 = (ulong)Multiplier0 * x0;
            var p1 = (ulong)Multiplier1 * x2;
            (x0, x1, x2, x3) = ((uint)(p1 >> 32) ^ x1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ x3 ^ k1, (uint)p0);
            k0 += Weyl0;
            k1 += Weyl1;
        }
        return (x0, x1, x2, x3);
    }

    /// <summary>The words from <paramref name="position"/> on, counted from the start of the stream.</summary>
    internal static void Words(ulong key, ulong stream, long position, Span<uint> words)
    {
        var block = (ulong)position / BlockWords;
        var skip = (int)((ulong)position % BlockWords);
        if (skip != 0) words = words[Partial(key, stream, block++, skip, words)..];
        if (Avx2.IsSupported)
            for (; words.Length >= 4 * BlockWords; block += 4, words = words[(4 * BlockWords)..])
                FourBlocks(block, stream, key, words);
        while (words.Length >= BlockWords)
        {
            (words[0], words[1], words[2], words[3]) = Block(block++, stream, key);
            words = words[BlockWords..];
        }
        if (!words.IsEmpty) Partial(key, stream, block, 0, words);
    }

    static int Partial(ulong key, ulong stream, ulong block, int skip, Span<uint> words)
    {
        var (x0, x1, x2, x3) = Block(block, stream, key);
        ReadOnlySpan<uint> all = [x0, x1, x2, x3];
        var count = Math.Min(BlockWords - skip, words.Length);
        all.Slice(skip, count).CopyTo(words);
        return count;
    }

    /// <summary>Four blocks at once, one in each lane of 64 bits; the lanes' upper halves hold leftovers that nothing reads.</summary>
    static void FourBlocks(ulong block, ulong stream, ulong key, Span<uint> words)
    {
        // In this order unpacking, which works on halves of a register, puts the words where they belong.
        var x0 = Vector256.Create(block) + Vector256.Create(0UL, 2, 1, 3);
        var x1 = x0 >>> 32;
        var x2 = Vector256.Create(stream);
        var x3 = x2 >>> 32;
        var (k0, k1) = (Vector256.Create(key), Vector256.Create(key >> 32));
        for (var round = 0; round < Rounds; round++)
        {
            var p0 = Avx2.Multiply(x0.AsUInt32(), Vector256.Create((ulong)Multiplier0).AsUInt32());
            var p1 = Avx2.Multiply(x2.AsUInt32(), Vector256.Create((ulong)Multiplier1).AsUInt32());
            (x0, x1, x2, x3) = ((p1 >>> 32) ^ x1 ^ k0, p1, (p0 >>> 32) ^ x3 ^ k1, p0);
            k0 += Vector256.Create((ulong)Weyl0);
            k1 += Vector256.Create((ulong)Weyl1);
        }
        var lowHalf = Vector256.Create((ulong)uint.MaxValue);
        var first = (x0 & lowHalf) | (x1 << 32);
        var second = (x2 & lowHalf) | (x3 << 32);
        Avx2.UnpackLow(first, second).AsUInt32().CopyTo(words);
        Avx2.UnpackHigh(first, second).AsUInt32().CopyTo(words[8..]);
    }
}
