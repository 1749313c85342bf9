using Backprop.Layers;
using Xunit;

namespace Backprop.Tests.Layers;

/// <summary>The books' layers are there by their names, each once.</summary>
public sealed class BookNamesTests
{
    [Theory]
    [InlineData("MulLayer")]
    [InlineData("AddLayer")]
    [InlineData("ReLU")]
    [InlineData("Sigmoid")]
    [InlineData("Affine")]
    [InlineData("SoftmaxWithLoss")]
    [InlineData("SigmoidWithLoss")]
    [InlineData("BatchNormalization")]
    [InlineData("Dropout")]
    [InlineData("Convolution")]
    [InlineData("Pooling")]
    [InlineData("Embedding")]
    [InlineData("EmbeddingDot")]
    [InlineData("NegativeSamplingLoss")]
    [InlineData("UnigramSampler")]
    [InlineData("MatMul")]
    [InlineData("TimeRNN")]
    [InlineData("TimeLSTM")]
    [InlineData("TimeGRU")]
    [InlineData("TimeEmbedding")]
    [InlineData("TimeAffine")]
    [InlineData("TimeDropout")]
    [InlineData("TimeSoftmaxWithLoss")]
    [InlineData("WeightSum")]
    [InlineData("AttentionWeight")]
    [InlineData("Attention")]
    [InlineData("TimeAttention")]
    public void The_name_is_that_of_one_public_class(string name)
    {
        var type = Assert.Single(typeof(Layer).Assembly.GetExportedTypes(), t => t.Name == name);
        Assert.Contains(type.Namespace, new[] { "Backprop.Layers", "Backprop.Modules" });
    }
}
