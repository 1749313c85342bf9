using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Randomness;

public class PhiloxTests
{
    // The vectors published with Random123 (Salmon et al., 2011) for philox4x32 with 10 rounds.
    [Theory]
    [InlineData(0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd)]
    [InlineData(0x85a308d3243f6a88, 0x0370734413198a2e, 0x299f31d0a4093822, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1)]
    public void Gives_the_published_words(ulong block, ulong stream, ulong key, uint x0, uint x1, uint x2, uint x3) =>
        Assert.Equal((x0, x1, x2, x3), Philox.Block(block, stream, key));

    [Theory]
    [InlineData(0)]
    [InlineData(0xFFFFFFFDL * 4)]   // the blocks' counter carries into its upper word
    [InlineData(long.MaxValue - 200)]
    public void Words_are_the_blocks_in_order_from_any_position(long origin)
    {
        const ulong Key = 0x0123456789abcdef, Stream = 7UL << 40;
        var expected = new uint[96];
        for (var i = 0; i < expected.Length; i++)
        {
            var position = (ulong)(origin + i);
            var (x0, x1, x2, x3) = Philox.Block(position / 4, Stream, Key);
            expected[i] = new[] { x0, x1, x2, x3 }[position % 4];
        }
        for (var start = 0; start < 9; start++)
            for (var count = 0; count <= 80; count++)
            {
                var words = new uint[count];
                Philox.Words(Key, Stream, origin + start, words);
                Assert.Equal(expected[start..(start + count)], words);
            }
    }
}
