using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Randomness;

/// <summary>
/// Random numbers from a seed and a position, and nothing else: the same bits on every platform, processor and number of threads.
/// </summary>
/// <remarks>
/// The stream is that of Philox4x32-10 (Salmon et al., 2011): a sequence of words of 32 bits, of which each draw takes the next
/// one or two. Since an element of a fill depends on its own words alone, a fill can be cut into pieces: a generator with the
/// same seed, set to the position of a piece, makes the same elements. One generator serves one thread; <see cref="Split"/>
/// makes one for another.
/// </remarks>
/// <param name="seed">Any number; different seeds give independent streams.</param>
public sealed class Generator(long seed)
{
    // Split draws from a stream of its own, so that no number ever shows another generator's seed.
    const ulong SplitStream = ulong.MaxValue;
    const int ChunkWords = 512;

    long position;

    /// <summary>The number that names the stream.</summary>
    public long Seed { get; private set; } = seed;

    /// <summary>How many words of 32 bits have been drawn. Set it to go on from elsewhere in the stream.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is negative.</exception>
    public long Position
    {
        get => position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            position = value;
        }
    }

    /// <summary>All there is to save and restore.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is negative.</exception>
    public (long Seed, long Position) State
    {
        get => (Seed, Position);
        set
        {
            Position = value.Position;
            Seed = value.Seed;
        }
    }

    ulong Key => (ulong)Seed;

    /// <summary>A word of 32 random bits. Takes one word.</summary>
    public uint NextUInt32()
    {
        Span<uint> words = stackalloc uint[1];
        Take(words);
        return words[0];
    }

    /// <summary>64 random bits, the first word low. Takes two words.</summary>
    public ulong NextUInt64()
    {
        Span<uint> words = stackalloc uint[2];
        Take(words);
        return Fraction.Join(words[0], words[1]);
    }

    /// <summary>Uniform in [0, 1), a multiple of 2⁻²⁴. Takes one word.</summary>
    public float NextSingle() => Fraction.Single(NextUInt32());

    /// <summary>Uniform in [0, 1), a multiple of 2⁻⁵³. Takes two words.</summary>
    public double NextDouble() => Fraction.Double(NextUInt64());

    /// <summary>Normal with mean 0 and standard deviation 1. Takes two words.</summary>
    public double NextNormal() => Gaussian.Quantile(Fraction.Middle(NextUInt64()));

    /// <summary>A whole number in [low, high), each as probable as any other. Takes two words.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="low"/> is not below <paramref name="high"/>.</exception>
    public int NextInt(int low, int high) => (int)NextLong(low, high);

    /// <summary>A whole number in [low, high), each as probable as any other. Takes two words.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="low"/> is not below <paramref name="high"/>.</exception>
    public long NextLong(long low, long high)
    {
        long value = 0;
        Integers(new Span<long>(ref value), low, high);
        return value;
    }

    /// <summary>Fills with numbers uniform in [low, high): low + u·(high − low). Takes a word for each.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="low"/> is not below <paramref name="high"/>, or their distance is not finite.
    /// </exception>
    public void Uniform(Span<float> values, float low = 0, float high = 1)
    {
        CheckInterval(low, high);
        Fill(values, new UniformSingle(low, high));
    }

    /// <summary>Fills with numbers uniform in [low, high): low + u·(high − low). Takes two words for each.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="low"/> is not below <paramref name="high"/>, or their distance is not finite.
    /// </exception>
    public void Uniform(Span<double> values, double low = 0, double high = 1)
    {
        CheckInterval(low, high);
        Fill(values, new UniformDouble(low, high));
    }

    /// <summary>Fills with normal numbers: mean + std·z, z = Φ⁻¹(u). Takes a word for each.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="std"/> is negative, or a parameter is not finite.</exception>
    public void Normal(Span<float> values, double mean = 0, double std = 1)
    {
        CheckNormal(mean, std);
        Fill(values, new NormalSingle(mean, std));
    }

    /// <summary>Fills with normal numbers: mean + std·z, z = Φ⁻¹(u). Takes two words for each.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="std"/> is negative, or a parameter is not finite.</exception>
    public void Normal(Span<double> values, double mean = 0, double std = 1)
    {
        CheckNormal(mean, std);
        Fill(values, new NormalDouble(mean, std));
    }

    /// <summary>Fills with whole numbers in [low, high), each as probable as any other. Takes two words for each.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="low"/> is not below <paramref name="high"/>.</exception>
    public void Integers(Span<long> values, long low, long high)
    {
        if (low >= high)
            throw new ArgumentOutOfRangeException(nameof(low), $"Integers: low must be below high, and {low} is not below {high}.");
        Fill(values, new Integer(low, (ulong)high - (ulong)low, Key));
    }

    /// <summary>Fills with one of two values: the first with the given probability, else the second. Takes a word for each.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1].</exception>
    public void Either<T>(Span<T> values, double probability, T first, T second)
    {
        if (!(probability is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), $"Either: the probability {probability} must lie in [0, 1].");
        Fill(values, new OneOfTwo<T>(probability, first, second));
    }

    /// <summary>The numbers 0 to n − 1 in a random order, all n! equally probable.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="n"/> is negative.</exception>
    public int[] Permutation(int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        var order = new int[n];
        Permutation<int>(order);
        return order;
    }

    /// <summary>
    /// Fills with the numbers from 0 up, each once, in a random order: the one that <see cref="Permutation(int)"/> gives for as many.
    /// </summary>
    public void Permutation<T>(Span<T> order) where T : INumberBase<T>
    {
        for (var i = 0; i < order.Length; i++) order[i] = T.CreateChecked(i);
        Shuffle(order);
    }

    /// <summary>
    /// Brings the values into a random order, all orders equally probable (Fisher and Yates). Takes two words for each value but one.
    /// </summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = NextInt(0, i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>A new generator whose stream is independent of this one's, for another thread or worker. Takes two words.</summary>
    public Generator Split()
    {
        Span<uint> words = stackalloc uint[2];
        Take(words, SplitStream);
        return new((long)Fraction.Join(words[0], words[1]));
    }

    /// <summary>The seed and the position.</summary>
    public override string ToString() => $"Generator(seed {Seed}, position {Position})";

    void Take(Span<uint> words, ulong stream = 0)
    {
        Philox.Words(Key, stream, position, words);
        position += words.Length;
    }

    [SkipLocalsInit]
    void Fill<T, TDraw>(Span<T> values, TDraw draw) where TDraw : struct, IDraw<T>
    {
        Span<uint> buffer = stackalloc uint[ChunkWords];
        while (!values.IsEmpty)
        {
            var chunk = values[..Math.Min(values.Length, ChunkWords / TDraw.Words)];
            var words = buffer[..(chunk.Length * TDraw.Words)];
            var start = position;
            Take(words);
            for (var i = 0; i < chunk.Length; i++)
            {
                var w = i * TDraw.Words;
                chunk[i] = draw.Value(words[w], TDraw.Words == 2 ? words[w + 1] : 0, start + w);
            }
            values = values[chunk.Length..];
        }
    }

    static void CheckInterval<T>(T low, T high) where T : IFloatingPointIeee754<T>
    {
        if (!(low < high) || !T.IsFinite(high - low))
            throw new ArgumentOutOfRangeException(nameof(low),
                $"Uniform: low must be below high and their distance finite; got low {low} and high {high}.");
    }

    static void CheckNormal(double mean, double std)
    {
        if (!(std >= 0) || !double.IsFinite(std) || !double.IsFinite(mean))
            throw new ArgumentOutOfRangeException(nameof(std),
                $"Normal: mean must be finite and std finite and not negative; got mean {mean} and std {std}.");
    }
}
