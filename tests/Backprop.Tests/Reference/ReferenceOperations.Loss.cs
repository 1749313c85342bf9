using Backprop.Losses;

namespace Backprop.Tests.Reference;

static partial class ReferenceOperations
{
    static void AddLoss(ReferenceTable t)
    {
        t.Add("cross_entropy", c => Loss.CrossEntropy(
            c["x"], c["target"], Optional(c, "weight"), c.Double("label_smoothing"), c.Int("ignore_index"), Reduced(c)));
        t.Add("cross_entropy_probabilities", c => Loss.CrossEntropyOfProbabilities(
            c["x"], c["target"], labelSmoothing: c.Double("label_smoothing"), reduction: Reduced(c)));
        t.Add("nll_loss", c => Loss.NegativeLogLikelihood(c["x"], c["target"], Optional(c, "weight"), c.Int("ignore_index"), Reduced(c)));
        t.Add("mse_loss", c => Loss.MeanSquaredError(c["x"], c["target"], Reduced(c)));
        t.Add("l1_loss", c => Loss.L1(c["x"], c["target"], Reduced(c)));
        t.Add("smooth_l1_loss", c => Loss.SmoothL1(c["x"], c["target"], c.Double("beta"), Reduced(c)));
        t.Add("huber_loss", c => Loss.Huber(c["x"], c["target"], c.Double("delta"), Reduced(c)));
        t.Add("bce", c => Loss.BinaryCrossEntropy(c["x"], c["target"], Optional(c, "weight"), Reduced(c)));
        t.Add("bce_with_logits", c => Loss.BinaryCrossEntropyWithLogits(
            c["x"], c["target"], Optional(c, "weight"), Optional(c, "pos_weight"), Reduced(c)));
        t.Add("poisson_nll_loss", c => Loss.PoissonNegativeLogLikelihood(c["x"], c["target"], reduction: Reduced(c)));
        t.Add("hinge_embedding_loss", c => Loss.HingeEmbedding(c["x"], c["target"], c.Double("margin"), Reduced(c)));
        t.Add("soft_margin_loss", c => Loss.SoftMargin(c["x"], c["target"], Reduced(c)));
        t.Add("kl_div", KullbackLeibler);
        t.Add("margin_ranking_loss", c => Loss.MarginRanking(c["x1"], c["x2"], c["target"], c.Double("margin"), Reduced(c)));
        t.Add("triplet_margin_loss", c => Loss.TripletMargin(
            c["anchor"], c["positive"], c["negative"], c.Double("margin"), c.Double("p"), c.Double("eps"), reduction: Reduced(c)));
        t.Add("cosine_similarity", c => Loss.CosineSimilarity(c["x1"], c["x2"], c.Int("axis"), c.Double("eps")));
        t.Add("gaussian_nll_loss", c => Loss.GaussianNegativeLogLikelihood(c["x"], c["target"], c["variance"], epsilon: c.Double("eps"), reduction: Reduced(c)));
    }

    static Tensor? Optional(ReferenceCase c, string name) => c.Has(name) ? c[name] : null;

    static LossReduction Reduced(ReferenceCase c) => c.String("reduction") switch
    {
        "mean" => LossReduction.Mean,
        "sum" => LossReduction.Sum,
        "none" => LossReduction.None,
        var other => throw new NotSupportedException($"{c.Id}: the reduction \"{other}\" is not in the table."),
    };

    // "batchmean" divides the sum by the first size, which a caller does with a division.
    static Tensor KullbackLeibler(ReferenceCase c) => c.String("reduction") == "batchmean"
        ? Loss.KullbackLeibler(c["x"], c["target"], c.Bool("log_target"), LossReduction.Sum) / c["x"].Shape[0]
        : Loss.KullbackLeibler(c["x"], c["target"], c.Bool("log_target"), Reduced(c));
}
