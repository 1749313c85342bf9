using System.Globalization;
using System.IO.Compression;
using Backprop.Data;

namespace Backprop.Cli;

/// <summary>The handwritten digits that the tool carries: 1,797 images of 8x8 pixels, split into 1,437 for training and 360 for testing.</summary>
static class Digits
{
    public const int Pixels = 64, Side = 8, Classes = 10, Brightest = 16;

    public static (TensorDataSet Train, TensorDataSet Test) Load()
    {
        using var packed = new GZipStream(Open("digits.csv.gz"), CompressionMode.Decompress);
        using var reader = new StreamReader(packed);
        var images = new List<float>();
        var labels = new List<long>();
        while (reader.ReadLine() is { } line)
        {
            var numbers = line.Split(',');
            for (var i = 0; i < Pixels; i++) images.Add(float.Parse(numbers[i], CultureInfo.InvariantCulture) / Brightest);
            labels.Add(long.Parse(numbers[Pixels], CultureInfo.InvariantCulture));
        }
        var inputs = Tensor.From(images.ToArray(), [labels.Count, Pixels]);
        var answers = Tensor.From(labels.ToArray());
        var test = TestRows();
        var train = Enumerable.Range(0, labels.Count).Select(i => (long)i).Except(test).ToArray();
        return (Rows(train), Rows(test));

        TensorDataSet Rows(long[] rows) => new(inputs.IndexSelect(0, rows), answers.IndexSelect(0, rows));
    }

    static long[] TestRows()
    {
        using var reader = new StreamReader(Open("digits-test-rows.txt"));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => long.Parse(row, CultureInfo.InvariantCulture))];
    }

    static Stream Open(string name) => typeof(Digits).Assembly.GetManifestResourceStream(name)!;
}
