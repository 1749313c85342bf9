using Backprop.Optimizers;

namespace Backprop.Tests.Optimizers;

/// <summary>Every optimiser with options that make it use all it remembers.</summary>
static class Kinds
{
    public static readonly Dictionary<string, Func<IEnumerable<Tensor>, Optimizer>> All = new()
    {
        ["plain descent"] = p => new Sgd(p, 0.05, weightDecay: 0.01),
        ["momentum"] = p => new Sgd(p, 0.05, momentum: 0.9, dampening: 0.1),
        ["nesterov"] = p => new Sgd(p, 0.05, momentum: 0.9, nesterov: true),
        ["adagrad"] = p => new AdaGrad(p, 0.1, rateDecay: 0.1, initial: 0.1),
        ["rmsprop"] = p => new RmsProp(p, 0.01),
        ["rmsprop momentum"] = p => new RmsProp(p, 0.01, momentum: 0.9),
        ["rmsprop centered"] = p => new RmsProp(p, 0.01, momentum: 0.9, centered: true),
        ["adadelta"] = p => new AdaDelta(p),
        ["adam"] = p => new Adam(p, 0.01, weightDecay: 0.01),
        ["amsgrad"] = p => new Adam(p, 0.01, amsGrad: true),
        ["adamw"] = p => new AdamW(p, 0.01, weightDecay: 0.1),
        ["adamax"] = p => new Adamax(p, 0.01),
        ["nadam"] = p => new NAdam(p, 0.01),
        ["radam"] = p => new RAdam(p, 0.01, beta2: 0.9),
        ["lion"] = p => new Lion(p, 0.01, weightDecay: 0.1),
        ["muon"] = p => new Muon(p, 0.02, weightDecay: 0.1),
    };
}
