using System.Buffers.Binary;
using System.Text;
using Backprop.Formats;
using Backprop.Modules;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Modules;

/// <summary>A file as PyTorch writes it, byte for byte, into a module by name.</summary>
public sealed class PyTorchStateTests : IDisposable
{
    readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    /// <summary>In PyTorch: <c>self.layers = nn.ModuleList([nn.Linear(2, 1)])</c>, <c>self.bn = nn.BatchNorm1d(1)</c>.</summary>
    sealed class Net(Generator generator) : Module
    {
        readonly ModuleList<Linear> layers = new(new Linear(2, 1, generator));
        readonly BatchNorm1d bn = new(1);

        protected override IEnumerable<ModulePart> Parts => [("layers", layers), ("bn", bn)];

        protected override Tensor Compute(Tensor x) => bn.Forward(layers[0].Forward(x));
    }

    // What safetensors.torch.save_file(net.state_dict(), path) leaves: wide elements first, then by name; little-endian; the header filled up with spaces.
    void Write(string json, params byte[][] data)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var padded = (header.Length + 7) / 8 * 8;
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        File.WriteAllBytes(path, [.. length, .. header, .. Enumerable.Repeat((byte)' ', padded - header.Length), .. data.SelectMany(part => part)]);
    }

    void WriteNet() => Write(
        """{"__metadata__":{"format":"pt"},"bn.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]}""" +
        ""","bn.bias":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"bn.running_mean":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}""" +
        ""","bn.running_var":{"dtype":"F32","shape":[1],"data_offsets":[16,20]},"bn.weight":{"dtype":"F32","shape":[1],"data_offsets":[20,24]}""" +
        ""","layers.0.bias":{"dtype":"F32","shape":[1],"data_offsets":[24,28]},"layers.0.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[28,36]}}""",
        [3, 0, 0, 0, 0, 0, 0, 0],      // num_batches_tracked = 3
        [0, 0, 0x80, 0x3F],            // bn.bias = 1
        [0, 0, 0, 0x40],               // bn.running_mean = 2
        [0, 0, 0x80, 0x40],            // bn.running_var = 4
        [0, 0, 0x40, 0x40],            // bn.weight = 3
        [0, 0, 0, 0x3F],               // layers.0.bias = 0.5
        [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]); // layers.0.weight = [[1, −2]]

    [Fact]
    public void A_file_loads_by_name()
    {
        WriteNet();
        var net = new Net(new Generator(1));
        net.LoadState(Safetensors.Load(path));
        net.Eval();
        // (x·Wᵀ + 0.5 − 2)/√4·3 + 1 for x = (5, 1) is 3.25.
        Assert.Equal(3.25, net.Forward(new[,] { { 5f, 1f } }).As(DType.Float64).Item(), 1e-4);
        Assert.Equal(3, net.State()["bn.num_batches_tracked"].Item<long>());
        net.To(DType.Float64);
        net.LoadState(Safetensors.Load(path));
        Assert.Equal(DType.Float64, net.Parameters[0].DType);
    }

    [Fact]
    public void What_was_saved_from_here_has_the_same_entries()
    {
        WriteNet();
        var net = new Net(new Generator(1));
        var before = File.ReadAllBytes(path);
        net.LoadState(Safetensors.Load(path));
        Safetensors.Save(path, net.State(), new Dictionary<string, string> { ["format"] = "pt" });
        var theirs = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(theirs, before);
            var (a, b) = (Safetensors.Load(theirs), Safetensors.Load(path));
            Assert.Equal(a.Keys.Order(StringComparer.Ordinal), b.Keys.Order(StringComparer.Ordinal));
            foreach (var (name, value) in a) Assert.True(value.SequenceEqual(b[name]) && value.DType == b[name].DType, name);
        }
        finally
        {
            File.Delete(theirs);
        }
    }

    [Fact]
    public void Halves_load_into_float32_and_a_wrapper_s_prefix_is_mapped_away()
    {
        // As torch.compile and DataParallel write names: a prefix before each.
        Write(
            """{"module.weight":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]},"module.bias":{"dtype":"F16","shape":[1],"data_offsets":[4,6]}}""",
            [0x80, 0x3F, 0, 0xC0], [0, 0x38]);
        var linear = new Linear(2, 1, new Generator(1));
        linear.LoadState(Safetensors.Load(path), (name, value) => (name["module.".Length..], value));
        Assert.Equal([1f, -2f], linear.Weight.ToArray<float>());
        Assert.Equal([0.5f], linear.Bias!.ToArray<float>());
    }

    /// <summary>The names of PyTorch's state for modules whose names are not their fields'.</summary>
    [Fact]
    public void Names_are_PyTorchs()
    {
        var g = new Generator(1);
        IEnumerable<string> Names(ModuleBase module) => module.State().Keys;
        Assert.Equal(["weight", "bias"], Names(new Conv2d(1, 2, 3, g)));
        Assert.Equal(["weight", "bias"], Names(new ConvTranspose1d(1, 2, 3, g)));
        Assert.Equal(["weight", "bias", "running_mean", "running_var", "num_batches_tracked"], Names(new BatchNorm2d(3)));
        Assert.Equal(["weight", "bias"], Names(new GroupNorm(1, 3)));
        Assert.Equal([], Names(new InstanceNorm2d(3)));
        Assert.Equal(["weight"], Names(new RmsNorm(3)));
        Assert.Equal(["weight"], Names(new EmbeddingBag(3, 2, g)));
        Assert.Equal(["weight"], Names(new PRelu()));
        Assert.Equal(["weight_ih", "weight_hh", "bias_ih", "bias_hh"], Names(new LstmCell(2, 3, g)));
        Assert.Equal(["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1"], Names(new Gru(2, 3, g, layers: 2)));
        Assert.Equal(["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"], Names(new MultiHeadAttention(4, 2, g)));
        Assert.Contains("layers.1.multihead_attn.out_proj.weight", Names(new TransformerDecoder([new(4, 2, g), new(4, 2, g)])));
        Assert.Contains("layers.0.norm2.bias", Names(new TransformerEncoder([new(4, 2, g)])));
    }
}
