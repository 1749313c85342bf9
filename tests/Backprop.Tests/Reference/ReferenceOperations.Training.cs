using System.Text.Json;
using Backprop.Autograd;
using Backprop.Initializers;
using Backprop.Optimizers;
using Backprop.Schedules;

namespace Backprop.Tests.Reference;

static partial class ReferenceOperations
{
    static void AddOptim(ReferenceTable t)
    {
        t.AddMany("sgd", c => Train(c, p => new Sgd(
            p, c.Double("lr"), c.Double("momentum"), c.Double("weight_decay"), c.Double("dampening"), c.Bool("nesterov"))
        { Maximize = c.Bool("maximize") }));
        t.AddMany("adagrad", c => Train(c, p => new AdaGrad(
            p, c.Double("lr"), c.Double("eps"), c.Double("weight_decay"), c.Double("lr_decay"), c.Double("initial_accumulator_value"))));
        t.AddMany("rmsprop", c => Train(c, p => new RmsProp(
            p, c.Double("lr"), c.Double("alpha"), c.Double("eps"), c.Double("weight_decay"), c.Double("momentum"), c.Bool("centered"))));
        t.AddMany("adadelta", c => Train(c, p => new AdaDelta(p, c.Double("lr"), c.Double("rho"), c.Double("eps"), c.Double("weight_decay"))));
        t.AddMany("adam", c => Train(c, p => new Adam(p, c.Double("lr"), Beta(c, 0), Beta(c, 1), c.Double("eps"), c.Double("weight_decay"), c.Bool("amsgrad"))
        {
            Maximize = c.Bool("maximize"),
        }));
        t.AddMany("adamw", c => Train(c, p => new AdamW(p, c.Double("lr"), Beta(c, 0), Beta(c, 1), c.Double("eps"), c.Double("weight_decay"), c.Bool("amsgrad"))
        {
            Maximize = c.Bool("maximize"),
        }));
        t.AddMany("adamax", c => Train(c, p => new Adamax(p, c.Double("lr"), Beta(c, 0), Beta(c, 1), c.Double("eps"), c.Double("weight_decay"))));
        t.AddMany("nadam", c => Train(c, p => new NAdam(
            p, c.Double("lr"), Beta(c, 0), Beta(c, 1), c.Double("eps"), c.Double("weight_decay"), c.Double("momentum_decay"))));
        t.AddMany("radam", c => Train(c, p => new RAdam(p, c.Double("lr"), Beta(c, 0), Beta(c, 1), c.Double("eps"), c.Double("weight_decay"))));
    }

    static double Beta(ReferenceCase c, int i) => c.Json("betas")[i].GetDouble();

    // 20 steps on loss = mean((tanh(data·w + b) − target)²) + ½ Σ stiffness·b² + 0.05 Σ w⁴.
    static Tensor[] Train(ReferenceCase c, Func<Tensor[], Optimizer> create)
    {
        Tensor w = c["w"].Copy(), b = c["b"].Copy();
        Tape.Watch(w, b);
        var optimizer = create([w, b]);
        if (c.Groups is { } groups)
            foreach (var group in groups.EnumerateArray())
                optimizer.Group(
                    group.GetProperty("params").EnumerateArray().Select(name => name.GetString() == "w" ? w : b),
                    learningRate: group.TryGetProperty("lr", out var rate) ? rate.GetDouble() : null,
                    weightDecay: group.TryGetProperty("weight_decay", out var decay) ? decay.GetDouble() : null);
        List<Tensor> ws = [w.Copy()], bs = [b.Copy()], dws = [], dbs = [], losses = [];
        for (var step = 0; step < 20; step++)
        {
            var loss = ((c["data"].MatMul(w) + b).Tanh() - c["target"]).Square().Mean() + 0.5 * (c["stiffness"] * b.Square()).Sum() + 0.05 * w.Pow(4).Sum();
            optimizer.ZeroGrad();
            loss.Backward();
            losses.Add(loss.Detach());
            dws.Add(w.Grad!);
            dbs.Add(b.Grad!);
            optimizer.Step();
            ws.Add(w.Copy());
            bs.Add(b.Copy());
        }
        return [.. new[] { ws, bs, dws, dbs, losses }.Select(parts => Tensor.Stack([.. parts], 0))];
    }

    static void AddSchedule(ReferenceTable t)
    {
        void Add(string name, Func<ReferenceCase, Schedule> schedule) => t.AddMany($"schedule_{name}", c => Rates(c, schedule(c)));

        Add("step", c => new StepSchedule(c.Int("step_size"), c.Double("gamma")));
        Add("multi_step", c => new MultiStepSchedule(c.Ints("milestones"), c.Double("gamma")));
        Add("exponential", c => new ExponentialSchedule(c.Double("gamma")));
        Add("cosine", c => new CosineSchedule(c.Int("T_max"), c.Double("eta_min")));
        Add("cosine_warm_restarts", c => new CosineWarmRestarts(c.Int("T_0"), c.Int("T_mult"), c.Double("eta_min")));
        Add("linear_warmup", c => new LinearWarmUp(c.Int("total_iters"), c.Double("start_factor"), c.Double("end_factor")));
        Add("polynomial", c => new PolynomialSchedule(c.Int("total_iters"), c.Double("power")));
        Add("constant", c => new ConstantSchedule(c.Double("factor"), c.Int("total_iters")));
        Add("one_cycle", c => new OneCycleSchedule(
            c.Double("max_lr"), c.Int("total_steps"), c.Double("pct_start"), c.Double("div_factor"), c.Double("final_div_factor"),
            c.Double("base_momentum"), c.Double("max_momentum"), c.String("anneal_strategy") == "linear", c.Bool("three_phase")));
        Add("cyclic_triangular", c => new CyclicSchedule(c.Double("base_lr"), c.Double("max_lr"), c.Int("step_size_up"), c.Int("step_size_down")));
        Add("warmup_cosine", c => new ComposedSchedule(
            (new LinearWarmUp(c.Int("warmup"), c.Double("start_factor")), c.Int("warmup")), (new CosineSchedule(c.Int("T_max"), c.Double("eta_min")), 50)));
        t.AddMany("schedule_plateau", Plateau);
    }

    const int Epochs = 50;

    static Tensor[] Rates(ReferenceCase c, Schedule schedule)
    {
        var rates = Enumerable.Range(0, Epochs).Select(step => schedule.Rate(step, c.Double("base_rate"))).ToArray();
        var momenta = Enumerable.Range(0, Epochs).Select(schedule.Momentum).ToArray();
        return momenta[0] is null ? [rates] : [rates, Array.ConvertAll(momenta, m => m!.Value)];
    }

    static Tensor[] Plateau(ReferenceCase c)
    {
        var optimizer = Descent(c.Double("base_rate"));
        var plateau = new ReduceOnPlateau(optimizer, c.Double("factor"), c.Int("patience"), c.Double("threshold"), cooldown: c.Int("cooldown"), minimum: c.Double("min_lr"));
        return [c["metric"].ToArray<double>().Select(metric =>
        {
            var rate = optimizer.LearningRate;
            plateau.Step(metric);
            return rate;
        }).ToArray()];
    }

    static Sgd Descent(double rate)
    {
        Tensor w = new[] { 1.0 };
        w.RequiresGrad = true;
        return new([w], rate);
    }

    static void AddInit(ReferenceTable t)
    {
        t.AddMany("fan", c => Fans.Of(new(c.Ints("shape"))) is var fans ? [Whole(fans.In), Whole(fans.Out)] : []);
        t.AddMany("xavier", c => Spread(GainOf(c), Initializer.XavierDeviation(new(c.Ints("shape")), GainOf(c))));
        t.AddMany("kaiming", c => Spread(GainOf(c), Initializer.HeDeviation(
            new(c.Ints("shape")), GainOf(c), c.String("mode") == "fan_in" ? FanMode.In : FanMode.Out)));
        t.AddMany("layer_default", c =>
        {
            Tensor bound = Initializer.LayerBound(Fans.Of(new(c.Ints("shape"))).In);
            return [bound, bound];
        });
    }

    static Tensor Whole(int n) => Tensor.Scalar((long)n);

    static Tensor[] Spread(double gain, double deviation) => [gain, deviation, deviation * Math.Sqrt(3)];

    static double GainOf(ReferenceCase c) => c.String("nonlinearity") switch
    {
        "relu" => Gain.Relu,
        "tanh" => Gain.Tanh,
        "selu" => Gain.Selu,
        "leaky_relu" => Gain.LeakyRelu(c.Double("param")),
        "linear" or "sigmoid" => Gain.Linear,
        var other => throw new NotSupportedException($"{c.Id}: the nonlinearity \"{other}\" is not in the table."),
    };

    static void AddClip(ReferenceTable t)
    {
        t.AddMany("clip_grad_norm", c =>
        {
            var parameters = Clipped(c);
            var norm = GradientClipping.ByNorm(parameters, c.Double("max_norm"), c.Double("norm_type"));
            return [Tensor.Scalar(norm).As(parameters[0].DType), .. parameters.Select(p => p.Grad!)];
        });
        t.AddMany("clip_grad_value", c =>
        {
            var parameters = Clipped(c);
            GradientClipping.ByValue(parameters, c.Double("clip_value"));
            return [.. parameters.Select(p => p.Grad!)];
        });
    }

    static Tensor[] Clipped(ReferenceCase c) => Array.ConvertAll(c.Inputs, g =>
    {
        var p = Tensor.ZerosLike(g);
        p.Grad = g;
        return p;
    });
}
