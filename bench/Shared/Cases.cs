namespace Backprop.Bench;

/// <summary>What is measured by every program, in one place: shapes, the names of metrics, and how much work there is in each.</summary>
static class Cases
{
    /// <summary>Arrays of numbers that are passed over.</summary>
    public static readonly (string Name, int Count)[] Lengths = [("1e4", 10_000), ("1e5", 100_000), ("1e6", 1_000_000), ("1e7", 10_000_000)];

    /// <summary>Rows under softmax.</summary>
    public static readonly (int Rows, int Width)[] SoftmaxRows = [(100_000, 10), (10_000, 128), (4_000, 256), (2_000, 512), (1_000, 1024)];

    /// <summary>Rows of logits under cross entropy.</summary>
    public static readonly (int Rows, int Width)[] Logits = [(100, 10), (10_000, 10), (768, 65), (700, 1000)];

    /// <summary>Arrays under layer norm, in rows of 1000.</summary>
    public static readonly (string Name, int Count)[] Norms = [("1e5", 100_000), ("1e6", 1_000_000), ("1e7", 10_000_000)];

    /// <summary>The perceptrons' layers.</summary>
    public static readonly int[] SmallLayers = [784, 50, 10], LargeLayers = [784, 512, 512, 10];

    /// <summary>Transformers by name.</summary>
    public static readonly GptSize GptSmall = new(4, 4, 128, 64, 12), GptMedium = new(6, 6, 384, 256, 4);

    /// <summary>How a program is published whose start is timed.</summary>
    public static readonly string[] Publishings = ["ready-to-run", "native"];

    static readonly int[] smallSquares = [16, 32, 64], squares = [128, 256, 512, 1024, 2048];
    static readonly string[] forms = ["nn", "nt", "tn", "tt"];

    static readonly (int, int, int)[] rectangles =
    [
        (100, 784, 50), (784, 100, 50), (128, 784, 512), (256, 1024, 1024), (512, 768, 3072), (32, 12544, 144), (64, 3136, 288),
    ];

    /// <summary>Products of matrices: small squares, larger ones and rectangles, these with every operand transposed.</summary>
    public static IEnumerable<ProductCase> Products =>
    [
        .. smallSquares.Select(n => new ProductCase(n, n, n, "nn")),
        .. squares.Select(n => (n, n, n)).Concat(rectangles)
            .SelectMany(size => forms.Select(form => new ProductCase(size.Item1, size.Item2, size.Item3, form))),
    ];
}

/// <summary>[m, k] times [k, n]; an operand under t lies transposed in memory.</summary>
readonly record struct ProductCase(int M, int K, int N, string Form)
{
    public string Metric => Form == "nn" ? $"{M}x{K}x{N}" : $"{M}x{K}x{N} {Form}";

    public bool IsLeftTransposed => Form[0] == 't';

    public bool IsRightTransposed => Form[1] == 't';

    public double Gigaflops => 2e-9 * M * K * N;
}

/// <summary>A small GPT: learnt positions, norms first, exact GELU, biases, output weights tied to the embedding, no dropout.</summary>
readonly record struct GptSize(int Layers, int Heads, int Width, int Context, int Batch)
{
    public const int Vocabulary = 65;

    public override string ToString() => $"{Layers} layers, {Heads} heads, width {Width}, context {Context}, batch {Batch}";
}

/// <summary>A convolution: (32, 64, 56, 56) to 64 channels, 3 × 3, a margin of 1.</summary>
static class ConvolutionCase
{
    public const double Gigaflops = 2e-9 * 32 * 64 * 56 * 56 * 64 * 9;

    public static string Note => $"(32,64,56,56) to 64, 3x3 pad 1, {Gigaflops:F2} GFLOP";

    public static string BackwardNote => $"dx, dw and db, {2 * Gigaflops:F2} GFLOP";
}
