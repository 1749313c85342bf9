using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>Maps whose results are so large that they are written past the caches give the bits that the same maps give piece by piece.</summary>
public sealed class LargeMapTests
{
    // Operands and results together pass what is kept in caches; the rest fills no register.
    const int Count = 1_500_003, Piece = 100_000;

    static readonly Generator generator = new(5);

    public static TheoryData<string> Maps => [.. maps.Keys];

    static readonly Dictionary<string, Func<Tensor[], Tensor>> maps = new()
    {
        ["sum"] = x => x[0] + x[1],
        ["product with a number"] = x => x[0] * 2.5,
        ["fused"] = x => Tensor.Fuse((a, b, c) => (a * b + c).Relu())(x[0], x[1], x[2]),
        ["three operands"] = x => x[0].Lerp(x[1], x[2]),
        ["whole numbers"] = x => (x[0] * 100).As(DType.Int64) * (x[1] * 100).As(DType.Int64),
        ["truths"] = x => x[0] < x[1],
    };

    [Theory, MemberData(nameof(Maps))]
    public void Results_have_the_bits_of_their_pieces(string name)
    {
        Tensor[] x = [.. Enumerable.Range(0, 3).Select(_ => Tensor.RandomNormal([Count], generator))];
        var whole = maps[name](x);
        for (var start = 0; start < Count; start += Piece)
        {
            var range = start..Math.Min(Count, start + Piece);
            var piece = maps[name]([.. x.Select(t => t[range])]);
            Assert.True(whole[range].Equal(piece).All().Item<bool>(), $"{name} differs in {range}");
        }
    }

    // A derivative that flows in is written over with the one that flows on.
    [Fact]
    public void Derivatives_that_take_the_place_of_others_are_right()
    {
        var x = Tensor.RandomNormal([Count], generator);
        x.RequiresGrad = true;
        (x.Relu() * 3).Sum().Backward();
        Assert.True(x.Grad!.Equal((x.Detach() > 0).As(DType.Float32) * 3).All().Item<bool>());
    }
}
