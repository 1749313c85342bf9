#!/usr/bin/env dotnet
#:project ../src/Backprop/Backprop.csproj

// Step 7. The same three moves (forward, backward, a small step) on 1,437 handwritten digits, thirty times over, make a network that
// reads 96 of 100 digits it has never seen.
using System.IO.Compression;
using System.Runtime.CompilerServices;
using Backprop;
using Backprop.Autograd;
using Backprop.Data;
using Backprop.Losses;
using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;

var (train, test) = Load();
var generator = new Generator(seed: 0);
var network = new Sequential(new Linear(64, 64, generator), new Function(x => x.Relu()), new Linear(64, 10, generator));
var optimizer = new Adam(network.Parameters);
for (var epoch = 1; epoch <= 30; epoch++)
    foreach (var (images, labels) in train.Batches(32, generator))
    {
        var loss = Loss.CrossEntropy(network.Forward(images), labels);
        optimizer.ZeroGrad();
        loss.Backward();
        optimizer.Step();
    }

using (Tape.NoGrad())
{
    var right = network.Forward(test.Inputs).ArgMax(1).Equal(test.Labels).As(DType.Float64).Mean();
    Console.WriteLine($"more than 95 of 100 digits told right: {(double)right > 0.95}");
}

static (TensorDataSet Train, TensorDataSet Test) Load([CallerFilePath] string here = "")
{
    var data = Path.Combine(Path.GetDirectoryName(here)!, "..", "src", "Backprop.Cli", "Data");
    using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(data, "digits.csv.gz")), CompressionMode.Decompress));
    var rows = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(',').Select(float.Parse).ToArray()).ToArray();
    var test = File.ReadLines(Path.Combine(data, "digits-test-rows.txt")).Select(int.Parse).ToHashSet();
    TensorDataSet Part(bool ofTest)
    {
        var part = rows.Where((_, i) => test.Contains(i) == ofTest).ToArray();
        return new(
            Tensor.From(part.SelectMany(row => row[..64]).ToArray(), [part.Length, 64]) / 16f,
            Tensor.From(part.Select(row => (long)row[64]).ToArray()));
    }
    return (Part(false), Part(true));
}
