namespace Backprop.Modules;

/// <summary>Normalises groups of channels of every batch entry by itself, then scales and shifts channel by channel: see <see cref="Tensor.GroupNorm"/>.</summary>
public sealed class GroupNorm : ChannelNorm
{
    /// <summary>A norm of so many groups. Weights start at 1 and biases at 0.</summary>
    /// <param name="groups">Into how many groups the channels are divided.</param>
    /// <param name="channels">How many channels there are.</param>
    /// <param name="epsilon">ε, added to the variance.</param>
    /// <param name="affine">Whether to scale and shift by learnt numbers.</param>
    /// <param name="dtype">The parameters' precision.</param>
    /// <exception cref="ArgumentException">The channels cannot be divided so.</exception>
    public GroupNorm(int groups, int channels, double epsilon = 1e-5, bool affine = true, DType dtype = DType.Float32) : base(channels, epsilon, affine, dtype)
    {
        Option.AtLeastOne(groups, nameof(GroupNorm));
        if (channels % groups != 0) throw new ArgumentException($"GroupNorm: {channels} channels cannot be divided into {groups} groups of equal size.");
        Groups = groups;
    }

    /// <summary>Into how many groups the channels are divided.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    public override string Name => $"GroupNorm({Groups}, {Channels})";

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        RequireChannels(x, 1);
        return x.GroupNorm(Groups, Weight, Bias, Epsilon);
    }
}
