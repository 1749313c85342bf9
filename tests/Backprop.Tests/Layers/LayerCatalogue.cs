using Backprop.Layers;
using Backprop.Randomness;

namespace Backprop.Tests.Layers;

/// <summary>One row of the catalogue of layers.</summary>
/// <param name="Name">What the row shows.</param>
/// <param name="Make">A layer whose parameters are those given; what it draws, another one made so draws too.</param>
/// <param name="Forward">Drives it forward.</param>
/// <param name="Backward">Drives it backward: the derivatives of the operands, as many of them as there are.</param>
/// <param name="Parameters">What it is made of, float64.</param>
/// <param name="At">The operands, float64 or whole numbers, clear of kinks.</param>
public sealed record LayerRow(
    string Name, Func<Tensor[], Layer> Make, Func<Layer, Tensor[], Tensor> Forward, Func<Layer, Tensor, Tensor[]> Backward, Tensor[] Parameters, Tensor[] At)
{
    public override string ToString() => Name;
}

/// <summary>Every layer with operands to drive it at. A public layer that is missing from it fails a test.</summary>
static partial class LayerCatalogue
{
    public static IReadOnlyList<LayerRow> Rows { get; } = [.. Tutorial(), .. Products(), .. Losses(), .. Images(), .. Words(), .. Sequences(), .. Attentions()];

    internal static Tensor Normal(params int[] shape) => Tensor.RandomNormal(new(shape), new Generator(shape.Sum() + 11 * shape.Length), dtype: DType.Float64);

    internal static Tensor Whole(long below, params int[] shape) => Tensor.RandomIntegers(new(shape), new Generator(below + shape.Length), 0, below);

    static LayerRow Unary(string name, Func<Tensor[], UnaryLayer> make, Tensor x, params Tensor[] parameters) => new(
        name, make, (layer, at) => ((UnaryLayer)layer).Forward(at[0]), (layer, dout) => [((UnaryLayer)layer).Backward(dout)], parameters, [x]);

    static LayerRow Binary(string name, Func<BinaryLayer> make, Tensor x, Tensor y) => new(
        name, _ => make(), (layer, at) => ((BinaryLayer)layer).Forward(at[0], at[1]),
        (layer, dout) => ((BinaryLayer)layer).Backward(dout) is var (dx, dy) ? [dx, dy] : [], [], [x, y]);

    static LayerRow Loss(string name, Func<Tensor[], LossLayer> make, Tensor x, Tensor t, params Tensor[] parameters) => new(
        name, make, (layer, at) => ((LossLayer)layer).Forward(at[0], t), (layer, dout) => [((LossLayer)layer).Backward(dout)], parameters, [x]);

    static IEnumerable<LayerRow> Tutorial()
    {
        yield return Binary("MulLayer", () => new MulLayer(), Normal(2, 3), Normal(3));
        yield return Binary("AddLayer", () => new AddLayer(), Normal(2, 3), Normal(2, 1));
        yield return Unary("ReLU", _ => new ReLU(), Normal(2, 3));
        yield return Unary("Sigmoid", _ => new Sigmoid(), Normal(2, 3));
    }

    static IEnumerable<LayerRow> Products()
    {
        yield return Unary("Affine", p => new Affine(p[0], p[1]), Normal(4, 3), Normal(3, 2), Normal(2));
        yield return Unary("Affine of images", p => new Affine(p[0], p[1]), Normal(2, 1, 2, 3), Normal(6, 4), Normal(4));
        yield return Unary("MatMul", p => new MatMul(p[0]), Normal(4, 3), Normal(3, 2));
        yield return Unary("MatMul of sequences", p => new MatMul(p[0]), Normal(2, 2, 3), Normal(3, 2));
        yield return Unary("BatchNormalization", p => new BatchNormalization(p[0], p[1]), Normal(5, 3), Normal(3), Normal(3));
        yield return Unary("BatchNormalization of images", p => new BatchNormalization(p[0], p[1]), Normal(4, 2, 1, 2), Normal(4), Normal(4));
        yield return Unary(
            "BatchNormalization in use",
            p => new BatchNormalization(p[0], p[1], 0.9, Tensor.Full([2], 0.5, p[0].DType), Tensor.Full([2], 0.3, p[0].DType)) { IsTraining = false },
            Normal(3, 2), Normal(2), Normal(2));
    }

    static IEnumerable<LayerRow> Losses()
    {
        yield return Loss("SoftmaxWithLoss", _ => new SoftmaxWithLoss(), Normal(4, 3), Whole(3, 4));
        yield return Loss("SoftmaxWithLoss, one-hot", _ => new SoftmaxWithLoss(), Normal(4, 3), Tensor.OneHot(Whole(3, 4), 3));
        yield return Loss("SigmoidWithLoss", _ => new SigmoidWithLoss(), Normal(5), Whole(2, 5));
        yield return Loss("TimeSoftmaxWithLoss", _ => new TimeSoftmaxWithLoss(), Normal(2, 3, 4), Tensor.From(new long[,] { { 1, 3, -1 }, { 0, -1, 2 } }));
        yield return Loss("TimeSoftmaxWithLoss, one-hot", _ => new TimeSoftmaxWithLoss(), Normal(2, 3, 4), Tensor.OneHot(Whole(4, 2, 3), 4));
    }

    static IEnumerable<LayerRow> Images()
    {
        yield return Unary("Convolution", p => new Convolution(p[0], p[1]), Normal(2, 2, 4, 5), Normal(3, 2, 2, 3), Normal(3));
        yield return Unary("Convolution, stride and pad", p => new Convolution(p[0], p[1], stride: 2, pad: 1), Normal(2, 1, 4, 5), Normal(2, 1, 3, 3), Normal(2));
        yield return Unary("Pooling", _ => new Pooling(2, 2, stride: 2), Normal(2, 2, 4, 5));
        yield return Unary("Pooling, pad and overlap", _ => new Pooling(3, 2, pad: 1), Normal(2, 1, 3, 4));
    }

    static IEnumerable<LayerRow> Words()
    {
        foreach (var (name, idx) in new[] { ("EmbeddingDot", Whole(5, 3)), ("EmbeddingDot of several words", Whole(5, 3, 2)) })
            yield return new(
                name, p => new EmbeddingDot(p[0]), (layer, at) => ((EmbeddingDot)layer).Forward(at[0], idx),
                (layer, dout) => [((EmbeddingDot)layer).Backward(dout)], [Normal(5, 4)], [Normal(3, 4)]);
        yield return Loss(
            "NegativeSamplingLoss", p => new NegativeSamplingLoss(p[0], new[] { 0, 1, 2, 1, 3, 4, 4 }, new Generator(5), sampleSize: 2),
            Normal(3, 4), new[] { 1, 4, 0 }, Normal(5, 4));
    }

    static IEnumerable<LayerRow> Sequences()
    {
        yield return Unary("TimeEmbedding", p => new TimeEmbedding(p[0]), Whole(5, 2, 3), Normal(5, 4));
        yield return Unary("TimeAffine", p => new TimeAffine(p[0], p[1]), Normal(2, 3, 4), Normal(4, 2), Normal(2));
        yield return Unary("TimeDropout", _ => new TimeDropout(new Generator(3), 0.3), Normal(2, 3, 4));
        yield return Unary("TimeDropout in use", _ => new TimeDropout(new Generator(3)) { IsTraining = false }, Normal(2, 3, 4));
        yield return new(
            "TimeRNN", p => new TimeRNN(p[0], p[1], p[2], stateful: true),
            (layer, at) =>
            {
                ((TimeRNN)layer).SetState(at[1]);
                return ((TimeRNN)layer).Forward(at[0]);
            },
            (layer, dout) => [((TimeRNN)layer).Backward(dout), ((TimeRNN)layer).Dh], [Normal(3, 4), Normal(4, 4), Normal(4)], [Normal(2, 3, 3), Normal(2, 4)]);
        yield return new(
            "TimeLSTM", p => new TimeLSTM(p[0], p[1], p[2], stateful: true),
            (layer, at) =>
            {
                ((TimeLSTM)layer).SetState(at[1], at[2]);
                return ((TimeLSTM)layer).Forward(at[0]);
            },
            (layer, dout) => [((TimeLSTM)layer).Backward(dout), ((TimeLSTM)layer).Dh, ((TimeLSTM)layer).Dc],
            [Normal(3, 8), Normal(2, 8), Normal(8)], [Normal(2, 3, 3), Normal(2, 2), Normal(2, 2) * 0.5]);
        foreach (var bias in new[] { true, false })
            yield return new(
                bias ? "TimeGRU" : "TimeGRU without bias",
                p => bias ? new TimeGRU(p[0], p[1], p[2], stateful: true) : new TimeGRU(p[0], p[1], stateful: true),
                (layer, at) =>
                {
                    ((TimeGRU)layer).SetState(at[1]);
                    return ((TimeGRU)layer).Forward(at[0]);
                },
                (layer, dout) => [((TimeGRU)layer).Backward(dout), ((TimeGRU)layer).Dh],
                bias ? [Normal(3, 6), Normal(2, 6), Normal(6)] : [Normal(3, 6), Normal(2, 6)], [Normal(2, 3, 3), Normal(2, 2)]);
    }

    static IEnumerable<LayerRow> Attentions()
    {
        yield return Binary("WeightSum", () => new WeightSum(), Normal(2, 3, 4), Normal(2, 3));
        yield return Binary("AttentionWeight", () => new AttentionWeight(), Normal(2, 3, 4), Normal(2, 4));
        yield return Binary("Attention", () => new Attention(), Normal(2, 3, 4), Normal(2, 4));
        yield return Binary("TimeAttention", () => new TimeAttention(), Normal(2, 3, 4), Normal(2, 2, 4));
    }
}
