using Backprop.Formats;
using Backprop.Losses;
using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Modules;

/// <summary>One model of many kinds of modules, trained as users train theirs.</summary>
public sealed class WholeModelTests
{
    /// <summary>An image is read by convolutions, its rows as a sequence by attention and a recurrent layer.</summary>
    sealed class Reader(Generator generator) : Module
    {
        const int Width = 24;
        readonly Conv2d conv = new(1, 6, 3, generator, padding: 1);
        readonly BatchNorm2d bn = new(6);
        readonly Dropout drop = new(generator, 0.2);
        readonly Linear widen = new(6 * 14, Width, generator);
        readonly TransformerEncoderLayer encoder = new(Width, 4, generator, hidden: 48, batchFirst: true);
        readonly Lstm lstm = new(Width, 16, generator, batchFirst: true, bidirectional: true);
        readonly LayerNorm norm = new(32);
        readonly Linear head = new(32, 10, generator);

        protected override IEnumerable<ModulePart> Parts =>
            [("conv", conv), ("bn", bn), ("drop", drop), ("widen", widen), ("encoder", encoder), ("lstm", lstm), ("norm", norm), ("head", head)];

        protected override Tensor Compute(Tensor x)
        {
            var image = drop.Forward(bn.Forward(conv.Forward(x)).Relu().MaxPool2d(2));
            var rows = widen.Forward(image.Permute(0, 2, 1, 3).Flatten(2, 3)).Gelu();
            return head.Forward(norm.Forward(lstm.Forward(encoder.Forward(rows)).Mean(1)));
        }
    }

    static (Reader Model, float[] Losses) Trained(int threads, int steps = 4)
    {
        var before = BackpropSettings.Threads;
        try
        {
            BackpropSettings.Threads = threads;
            var generator = new Generator(3);
            var model = new Reader(generator);
            var optimizer = new AdamW(model.Parameters, learningRate: 1e-3);
            var x = Tensor.RandomNormal([32, 1, 28, 28], generator);
            var labels = Tensor.RandomIntegers([32], generator, 0, 10);
            var losses = new float[steps];
            for (var i = 0; i < steps; i++)
            {
                var loss = Loss.CrossEntropy(model.Forward(x), labels);
                optimizer.ZeroGrad();
                loss.Backward(release: true);
                GradientClipping.ByNorm(model.Parameters, 1);
                optimizer.Step();
                losses[i] = (float)loss.Item();
            }
            return (model, losses);
        }
        finally
        {
            BackpropSettings.Threads = before;
        }
    }

    [Fact]
    public void Training_from_one_seed_gives_the_same_bits_for_any_number_of_threads()
    {
        var (expected, losses) = Trained(1);
        Assert.True(losses[^1] < losses[0]);
        foreach (var threads in new[] { 1, 2, 3, 4 })
        {
            var (model, again) = Trained(threads);
            Assert.Equal(losses, again);
            foreach (var ((name, a), (_, b)) in expected.State().Zip(model.State()))
                Assert.True(a.SequenceEqual(b), $"{name} differs with {threads} threads");
        }
    }

    /// <summary>The names that PyTorch gives to the same model.</summary>
    [Fact]
    public void Its_state_has_PyTorchs_names_and_goes_through_a_file()
    {
        var (model, _) = Trained(2, steps: 1);
        string[] names =
        [
            "conv.weight", "conv.bias", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var", "bn.num_batches_tracked", "widen.weight", "widen.bias",
            "encoder.self_attn.in_proj_weight", "encoder.self_attn.in_proj_bias", "encoder.self_attn.out_proj.weight", "encoder.self_attn.out_proj.bias",
            "encoder.linear1.weight", "encoder.linear1.bias", "encoder.linear2.weight", "encoder.linear2.bias",
            "encoder.norm1.weight", "encoder.norm1.bias", "encoder.norm2.weight", "encoder.norm2.bias",
            "lstm.weight_ih_l0", "lstm.weight_hh_l0", "lstm.bias_ih_l0", "lstm.bias_hh_l0",
            "lstm.weight_ih_l0_reverse", "lstm.weight_hh_l0_reverse", "lstm.bias_ih_l0_reverse", "lstm.bias_hh_l0_reverse",
            "norm.weight", "norm.bias", "head.weight", "head.bias",
        ];
        Assert.Equal(names.Order(StringComparer.Ordinal), model.State().Keys.Order(StringComparer.Ordinal));

        var path = Path.GetTempFileName();
        try
        {
            Safetensors.Save(path, model.State());
            var other = new Reader(new Generator(8));
            other.LoadState(Safetensors.Load(path));
            model.Eval();
            other.Eval();
            var x = Tensor.RandomNormal([2, 1, 28, 28], new Generator(5));
            Assert.True(model.Forward(x).SequenceEqual(other.Forward(x)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_batch_may_be_empty_or_hold_one()
    {
        var model = new Reader(new Generator(1));
        model.Eval();
        Assert.Equal([0, 10], model.Forward(Tensor.Zeros([0, 1, 28, 28])).Shape);
        var x = Tensor.RandomNormal([3, 1, 28, 28], new Generator(2));
        Assert.True(model.Forward(x[1..2]).AllClose(model.Forward(x)[1..2], 1e-5, 1e-5));
    }

    [Fact]
    public void What_is_no_number_shows_in_the_loss_and_can_be_kept_from_the_parameters()
    {
        var model = new Reader(new Generator(1));
        var optimizer = new Sgd(model.Parameters, 0.1) { RefusesNonFinite = true };
        var before = model.Parameters.Select(p => p.Copy()).ToArray();
        var x = Tensor.Full([4, 1, 28, 28], double.NaN, DType.Float32);
        var loss = Loss.CrossEntropy(model.Forward(x), Tensor.Zeros([4], DType.Int64));
        Assert.True(double.IsNaN(loss.Item()));
        loss.Backward();
        Assert.Throws<AnomalyException>(optimizer.Step);
        Assert.All(model.Parameters.Zip(before), p => Assert.True(p.First.SequenceEqual(p.Second)));
    }
}
