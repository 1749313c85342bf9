using Backprop.Autograd;
using Backprop.Losses;
using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;
using CsCheck;
using Xunit;

namespace Backprop.Tests.Modules;

/// <summary>Attention block by block against its definition, its masks, its memory; and a small transformer that learns.</summary>
public sealed class AttentionTests
{
    static Tensor Random(int seed, DType dtype, params int[] shape) => Tensor.RandomNormal(new(shape), new Generator(seed), dtype: dtype);

    enum Masking
    {
        None,
        Causal,
        Allowed,
        Added,
        AllowedAndCausal,
    }

    static readonly Gen<(int Rows, int Keys, int Width, Masking Masking, int Seed)> cases = Gen.Select(
        Gen.OneOf([.. new[] { 1, 2, 63, 64, 65, 130 }.Select(Gen.Const)]), Gen.OneOf([.. new[] { 1, 7, 64, 255, 256, 257, 300 }.Select(Gen.Const)]), Gen.Int[1, 9], Gen.Enum<Masking>(), Gen.Int[0, 1000]);

    [Fact]
    public void Blocks_agree_with_the_definition() => cases.Sample(c =>
    {
        var bare = Run(c, DType.Float64, blocks: false);
        foreach (var (dtype, tolerance) in new[] { (DType.Float64, 1e-11), (DType.Float32, 2e-4) })
        {
            var block = Run(c, dtype, blocks: true);
            for (var i = 0; i < bare.Length; i++)
                Assert.True(block[i].AllClose(bare[i], tolerance, tolerance), $"{c} {dtype.Name()} {i}");
        }
    }, iter: 40);

    static Tensor[] Run((int Rows, int Keys, int Width, Masking Masking, int Seed) c, DType dtype, bool blocks)
    {
        // Operands as heads have them: transposed views.
        Tensor Heads(int seed, int length, int width)
        {
            var x = Random(c.Seed + seed, DType.Float64, 2, length, 2, width).As(dtype).Copy();
            x.RequiresGrad = true;
            return x;
        }
        Tensor q = Heads(1, c.Rows, c.Width), k = Heads(2, c.Keys, c.Width), v = Heads(3, c.Keys, c.Width + 1);
        var mask = c.Masking switch
        {
            Masking.Allowed or Masking.AllowedAndCausal => Random(c.Seed + 4, DType.Float64, 2, 1, c.Rows, c.Keys) > -0.3,
            Masking.Added => Random(c.Seed + 5, DType.Float64, c.Rows, c.Keys).As(dtype),
            _ => null,
        };
        var causal = c.Masking is Masking.Causal or Masking.AllowedAndCausal;
        Tensor[] t = [.. new[] { q, k, v }.Select(x => x.Permute(0, 2, 1, 3))];
        var y = blocks ? Tensor.ScaledDotProductAttention(t[0], t[1], t[2], mask, causal) : Tensor.AttentionWeights(t[0], t[1], mask, causal).MatMul(t[2]);
        y.Backward(Random(9, DType.Float64, [.. y.Shape.AsSpan()]).As(dtype));
        return [y.Detach(), q.Grad!, k.Grad!, v.Grad!];
    }

    [Fact]
    public void A_query_that_may_see_nothing_gets_zero_and_gives_no_gradient()
    {
        Tensor q = Random(1, DType.Float32, 2, 4), k = Random(2, DType.Float32, 3, 4), v = Random(3, DType.Float32, 3, 4);
        q.RequiresGrad = true;
        var allowed = Tensor.From(new[,] { { false, false, false }, { true, false, true } });
        var y = Tensor.ScaledDotProductAttention(q, k, v, allowed);
        y.Sum().Backward();
        Assert.Equal(new float[4], y[0].ToArray<float>());
        Assert.Equal(new float[4], q.Grad![0].ToArray<float>());
        Assert.True(y.IsFinite().All().Item<bool>());
    }

    /// <summary>Whole blocks that cannot be seen, before and between those that can, and scores that only a running maximum survives.</summary>
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Hidden_blocks_and_large_scores(DType dtype)
    {
        const int rows = 70, keys = 800;
        Tensor q = Random(1, dtype, rows, 8) * 30, k = Random(2, dtype, keys, 8) * 30, v = Random(3, dtype, keys, 5);
        var key = Tensor.Arange(keys);
        foreach (var seen in new[] { key >= 256L, key < 300L, (key >= 512L).And(key < 520L), key.Equal(799L) })
        {
            var mask = seen.BroadcastTo([rows, keys]);
            foreach (var given in new[] { mask, Tensor.Where(mask, 0.0, double.NegativeInfinity).As(dtype) })
            {
                var (y, pull) = Gradient.Vjp(t => Tensor.ScaledDotProductAttention(t[0], t[1], t[2], given), q, k, v);
                var (expected, slow) = Gradient.Vjp(
                    t => Tensor.AttentionWeights(t[0], t[1], mask).MatMul(t[2]), q.As(DType.Float64), k.As(DType.Float64), v.As(DType.Float64));
                var dy = Random(4, DType.Float64, rows, 5);
                foreach (var (actual, exact) in pull(dy.As(dtype)).Prepend(y).Zip(slow(dy).Prepend(expected)))
                    Assert.InRange((actual.As(DType.Float64) - exact).Abs().Max().Item() / Math.Max(1, exact.Abs().Max().Item()), 0, dtype == DType.Float32 ? 2e-3 : 1e-11);
            }
        }
    }

    [Fact]
    public void A_NaN_is_seen_by_those_who_look_at_it()
    {
        const int length = 300;
        float[] queries = Random(1, DType.Float32, length, 4).ToArray<float>(), keys = Random(2, DType.Float32, length, 4).ToArray<float>();
        var v = Random(3, DType.Float32, length, 4);
        Tensor Attend(bool causal) => Tensor.ScaledDotProductAttention(Tensor.From(queries, [length, 4]), Tensor.From(keys, [length, 4]), v, isCausal: causal);
        queries[100 * 4] = float.NaN;
        var bad = Attend(causal: false).IsNaN().All(1);
        Assert.Equal([100L], bad.NonZero().Flatten().ToArray<long>());
        queries[100 * 4] = 0;
        keys[270 * 4] = float.NaN;
        Assert.Equal(length, Attend(causal: false).IsNaN().All(1).Sum().Item<long>());
        Assert.Equal(Enumerable.Range(270, 30).Select(i => (long)i), Attend(causal: true).IsNaN().All(1).NonZero().Flatten().ToArray<long>());
    }

    [Fact]
    public void The_bits_do_not_depend_on_the_threads()
    {
        var threads = BackpropSettings.Threads;
        Tensor[] Run(int count)
        {
            BackpropSettings.Threads = count;
            return AttentionTests.Run((130, 257, 8, Masking.Causal, 5), DType.Float32, blocks: true);
        }
        try
        {
            Assert.All(Run(1).Zip(Run(4)), p => Assert.True(p.First.SequenceEqual(p.Second)));
        }
        finally
        {
            BackpropSettings.Threads = threads;
        }
    }

    [Theory]
    [InlineData(2, 70, 24, 3, true, true)]
    [InlineData(3, 9, 8, 2, false, false)]
    [InlineData(1, 1, 1, 1, true, true)]
    [InlineData(0, 4, 6, 2, false, true)]
    [InlineData(2, 300, 8, 1, true, false)]
    public void Side_by_side_is_the_same_as_apart(int batch, int length, int width, int heads, bool causal, bool batchFirst)
    {
        var x = Tensor.RandomNormal(batchFirst ? [batch, length, 3 * width] : [length, batch, 3 * width], new Generator(4), dtype: DType.Float64);
        Tensor Apart(Tensor t)
        {
            var (q, k, v) = (Head(t, 0), Head(t, 1), Head(t, 2));
            var y = Tensor.ScaledDotProductAttention(q, k, v, isCausal: causal);
            return (batchFirst ? y.Permute(0, 2, 1, 3) : y.Permute(2, 0, 1, 3)).Reshape(t.Shape[0], t.Shape[1], width);
        }
        Tensor Head(Tensor t, int part)
        {
            var all = t[.., .., (part * width)..((part + 1) * width)].Reshape(t.Shape[0], t.Shape[1], heads, width / heads);
            return batchFirst ? all.Permute(0, 2, 1, 3) : all.Permute(1, 2, 0, 3);
        }
        var (expected, dExpected) = Gradient.ValueAndGradient(t => (Apart(t) * Apart(t)).Sum())(x);
        var (actual, dActual) = Gradient.ValueAndGradient(t => t.SelfAttention(heads, causal, batchFirst).Square().Sum())(x);
        Assert.True(actual.AllClose(expected, 1e-12));
        Assert.True(dActual.AllClose(dExpected, 1e-10, 1e-12));
    }

    [Fact]
    public void Errors_name_what_does_not_fit()
    {
        Tensor x = Tensor.Zeros([2, 3, 4]), other = Tensor.Zeros([2, 5, 6]);
        void Refused(Action action, string part) => Assert.Contains(part, Assert.ThrowsAny<Exception>(action).Message, StringComparison.Ordinal);
        Refused(() => Tensor.ScaledDotProductAttention(x, other, other), "[2, 5, 6]");
        Refused(() => Tensor.ScaledDotProductAttention(x, x, x, Tensor.Zeros([4, 4], DType.Bool)), "[4, 4]");
        Refused(() => Tensor.ScaledDotProductAttention(x, x, x, Tensor.Zeros([3, 3], DType.Int64)), "int64");
        Refused(() => _ = new MultiHeadAttention(6, 4, new Generator(0)), "4 heads do not divide");
        Refused(() => new MultiHeadAttention(4, 2, new Generator(0)).Forward(Tensor.Zeros([3, 5])), "[3, 5]");
        Refused(() => _ = new MultiHeadAttention(4, 2, new Generator(0), dropout: 1.5), "1.5");
        Refused(() => new MultiHeadAttention(4, 2, new Generator(0)).Forward(x, x, x, padding: Tensor.Zeros([2, 3], DType.Bool)), "[3, 2]");
        Refused(() => _ = new RotaryPositions(5), "not even");
        Refused(() => new LearnedPositions(2, 4, new Generator(0)).Forward(Tensor.Zeros([3, 2, 4])), "at most 2");
        Assert.Equal(new Shape(0, 3, 4), Tensor.ScaledDotProductAttention(Tensor.Zeros([0, 3, 4]), Tensor.Zeros([0, 5, 4]), Tensor.Zeros([0, 5, 4])).Shape);
    }

    [Fact]
    public void What_is_padding_has_no_influence()
    {
        var layer = new TransformerEncoderLayer(8, 2, new Generator(1), 16, batchFirst: true);
        layer.Eval();
        var x = Random(2, DType.Float32, 1, 5, 8);
        var padding = Tensor.From(new[,] { { false, false, false, true, true } });
        var other = Tensor.Concat([x[.., ..3], Random(7, DType.Float32, 1, 2, 8)], 1);
        Assert.True(layer.Forward(x, null, padding)[.., ..3].AllClose(layer.Forward(other, null, padding)[.., ..3], 1e-5, 1e-6));
        Assert.False(layer.Forward(x)[.., ..3].AllClose(layer.Forward(other)[.., ..3], 1e-5, 1e-6));
    }

    [Fact]
    public void Names_are_those_of_PyTorchs_state_dictionaries()
    {
        var encoder = new TransformerEncoder([new TransformerEncoderLayer(4, 2, new Generator(0), 8)], new LayerNorm(4));
        Assert.Equal(
            [
                "layers.0.self_attn.in_proj_weight", "layers.0.self_attn.in_proj_bias", "layers.0.self_attn.out_proj.weight", "layers.0.self_attn.out_proj.bias",
                "layers.0.linear1.weight", "layers.0.linear1.bias", "layers.0.linear2.weight", "layers.0.linear2.bias",
                "layers.0.norm1.weight", "layers.0.norm1.bias", "layers.0.norm2.weight", "layers.0.norm2.bias", "norm.weight", "norm.bias",
            ],
            encoder.NamedParameters.Select(p => p.Key));
    }

    [Fact]
    public void Rotary_products_depend_on_the_distance_alone()
    {
        foreach (var interleaved in new[] { false, true })
        {
            var rotary = new RotaryPositions(8, interleaved);
            Tensor q = Random(1, DType.Float64, 1, 8), k = Random(2, DType.Float64, 1, 8);
            double Product(int at, int to) => (rotary.Rotate(q, at) * rotary.Rotate(k, to)).Sum().Item();
            Assert.Equal(Product(3, 1), Product(13, 11), 1e-12);
            Assert.NotEqual(Product(3, 1), Product(3, 2), 1e-3);
        }
    }

    /// <summary>A GPT in a few lines: tokens and positions, blocks, and the output tied to the tokens.</summary>
    sealed class Gpt(int vocabulary, int width, int context, Generator generator) : Module
    {
        readonly Embedding tokens = new(vocabulary, width, generator);
        readonly LearnedPositions positions = new(context, width, generator, batchFirst: true);
        readonly TransformerEncoder blocks = new(
            Enumerable.Range(0, 2).Select(_ => new TransformerEncoderLayer(
                width, 2, generator, 4 * width, 0, x => x.Gelu(), normFirst: true, batchFirst: true, isCausal: true)), new LayerNorm(width));

        protected override IEnumerable<ModulePart> Parts => [("tokens", tokens), ("positions", positions), ("blocks", blocks)];

        protected override Tensor Compute(Tensor x) => Tensor.Linear(blocks.Forward(positions.Forward(tokens.Forward(x))), tokens.Weight, null);
    }

    [Fact]
    public void A_small_gpt_learns_a_sentence()
    {
        const string text = "the quick brown fox jumps over the lazy dog ";
        var alphabet = text.Distinct().Order().ToArray();
        var ids = Tensor.From([.. text.Select(c => (long)Array.IndexOf(alphabet, c))]).Unsqueeze(0);
        var model = new Gpt(alphabet.Length, 32, 64, new Generator(1));
        foreach (var p in model.Parameters.Where(p => p.Rank == 2)) p.Assign(p * 0.3);
        var optimizer = new AdamW(model.Parameters, 0.01);
        var loss = double.NaN;
        for (var step = 0; step < 60; step++)
        {
            var l = Loss.CrossEntropy(model.Forward(ids[.., ..^1]).Flatten(0, 1), ids[.., 1..].Flatten());
            optimizer.ZeroGrad();
            l.Backward(release: true);
            GradientClipping.ByNorm(model.Parameters, 1);
            optimizer.Step();
            loss = l.Item();
        }
        Assert.True(loss < 0.2, $"{loss}");
        // What comes later has no influence on what was said before.
        var whole = model.Forward(ids);
        Assert.True(model.Forward(ids[.., ..10]).AllClose(whole[.., ..10], 1e-3, 1e-3));
    }
}
