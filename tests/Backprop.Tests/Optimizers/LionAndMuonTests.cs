using Backprop.Optimizers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Optimizers;

/// <summary>The optimisers that the reference lacks, against their formulas.</summary>
public sealed class LionAndMuonTests
{
    [Fact]
    public void Lion_moves_every_number_by_its_rate()
    {
        double[] start = [1.5, -0.5, 0, 2], w = [.. start], m = new double[4];
        double[][] gradients = [[0.5, -2, 0, 1e-3], [-4, 1, 0, 5], [0.2, 0.1, 0, -1]];
        var parameter = Tensor.From<double>(start);
        parameter.RequiresGrad = true;
        var optimizer = new Lion([parameter], 0.01, weightDecay: 0.3);
        foreach (var g in gradients)
        {
            parameter.Grad = g;
            optimizer.Step();
            for (var i = 0; i < w.Length; i++)
            {
                w[i] -= 0.01 * (Math.Sign(0.9 * m[i] + 0.1 * g[i]) + 0.3 * w[i]);
                m[i] = 0.99 * m[i] + 0.01 * g[i];
            }
            Assert.True(parameter.AllClose(w, 1e-14, 1e-15));
        }
    }

    [Fact]
    public void Lion_does_not_hide_a_NaN()
    {
        Tensor w = new[] { 1f, 1f };
        w.RequiresGrad = true;
        w.Grad = new[] { float.NaN, 1f };
        new Lion([w]).Step();
        Assert.True(float.IsNaN(w.ToArray<float>()[0]));
        Assert.False(float.IsNaN(w.ToArray<float>()[1]));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(6, 3)]
    [InlineData(3, 8)]
    public void Muon_steps_along_all_directions_alike(int rows, int columns)
    {
        var generator = new Generator(7);
        var w = Tensor.Zeros([rows, columns], DType.Float64);
        w.RequiresGrad = true;
        var optimizer = new Muon([w], learningRate: 1);
        w.Grad = Tensor.RandomNormal([rows, columns], generator, dtype: DType.Float64);
        optimizer.Step();
        // The singular values of the step lie near √max(1, rows/columns): those of U near 1.
        var step = w.Detach() / Math.Sqrt(Math.Max(1, rows / (double)columns));
        var gram = rows <= columns ? step.MatMul(step.T) : step.T.MatMul(step);
        var size = Math.Min(rows, columns);
        Assert.InRange(gram.Trace().Item() / size, 0.6, 1.3);
        Assert.True((gram - gram.Trace() / size * Tensor.Eye(size, dtype: DType.Float64)).Abs().Max().Item() < 0.45, gram.ToString());
        Assert.True((w.Detach() * w.Grad!).Sum().Item() < 0);
    }

    [Fact]
    public void Muon_takes_kernels_as_matrices_and_vectors_by_AdamW()
    {
        var generator = new Generator(7);
        var gradient = Tensor.RandomNormal([3, 2, 2, 2], generator);
        Tensor kernel = Tensor.Zeros([3, 2, 2, 2]), matrix = Tensor.Zeros([3, 8]), bias = Tensor.Ones([4]), other = Tensor.Ones([4]);
        foreach (var w in new[] { kernel, matrix, bias, other }) w.RequiresGrad = true;
        (kernel.Grad, matrix.Grad, bias.Grad, other.Grad) = (gradient, gradient.Reshape([3, 8]), Tensor.Ones([4]), Tensor.Ones([4]));
        new Muon([kernel, matrix, bias], learningRate: 0.02, otherRate: 0.5).Step();
        new AdamW([other], learningRate: 0.01, weightDecay: 0).Step();
        Assert.True(kernel.Detach().Reshape([3, 8]).SequenceEqual(matrix.Detach()));
        Assert.True(bias.AllClose(other, 1e-6));
    }
}
