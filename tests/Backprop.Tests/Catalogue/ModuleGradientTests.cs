using Backprop.Modules;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Catalogue;

/// <summary>Every module of the catalogue, in training and in use: derivatives with respect to operands and parameters, state, precision.</summary>
public sealed class ModuleGradientTests
{
    public static TheoryData<string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var row in ModuleCatalogue.Rows)
            {
                cases.Add(row.Name, true);
                cases.Add(row.Name, false);
            }
            return cases;
        }
    }

    static ModuleRow Find(string name) => ModuleCatalogue.Rows.Single(row => row.Name == name);

    // The same seed makes the same weights and draws the same masks, so that two runs differ by what is changed only.
    static ModuleBase Make(ModuleRow row, bool training, IReadOnlyDictionary<string, Tensor>? state = null)
    {
        var module = row.Make(new Generator(11));
        if (state is not null) module.LoadState(state);
        if (training) module.Train();
        else module.Eval();
        return module;
    }

    static Tensor Weights(Shape shape) => Tensor.RandomUniform(shape, new Generator(3), 0.5, 1.5, DType.Float64);

    static double Weighted(ModuleRow row, bool training, IReadOnlyDictionary<string, Tensor> state, Tensor[] at)
    {
        var y = row.Run(Make(row, training, state), at);
        return (y * Weights(y.Shape)).Sum().Item();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Derivatives_agree_with_central_differences(string name, bool training)
    {
        var row = Find(name);
        var module = Make(row, training);
        var state = module.State();
        var x = Array.ConvertAll(row.At, t => t.Copy());
        foreach (var t in x) t.RequiresGrad = t.DType.IsFloat();
        var y = row.Run(module, x);
        if (!y.RequiresGrad)
        {
            Assert.Empty(module.Parameters);
            return;
        }
        y.Backward(Weights(y.Shape));

        for (var k = 0; k < x.Length; k++)
        {
            if (!x[k].RequiresGrad) continue;
            var argument = k;
            Compare($"operand {k}", x[k].Grad, row.At[k], moved => Weighted(row, training, state, [.. row.At.Select((t, i) => i == argument ? moved : t)]));
        }
        foreach (var (path, parameter) in module.NamedParameters)
            Compare(path, parameter.Grad, state[path], moved => Weighted(row, training, With(state, path, moved), row.At));
    }

    static Dictionary<string, Tensor> With(IReadOnlyDictionary<string, Tensor> state, string path, Tensor value) => new(state) { [path] = value };

    static void Compare(string what, Tensor? gradient, Tensor at, Func<Tensor, double> f)
    {
        var values = at.ToArray<double>();
        var slopes = gradient?.ToArray<double>() ?? new double[values.Length];
        // Large parameters are looked at in some places only.
        for (var i = 0; i < values.Length; i += Math.Max(1, values.Length / 24))
        {
            double h = 1e-6 * Math.Max(1, Math.Abs(values[i])), old = values[i];
            double Moved(double value)
            {
                values[i] = value;
                var result = f(Tensor.From(values, at.Shape));
                values[i] = old;
                return result;
            }
            var numeric = (Moved(old + h) - Moved(old - h)) / (2 * h);
            Assert.True(
                Math.Abs(slopes[i] - numeric) <= 1e-6 * Math.Max(1, Math.Max(Math.Abs(slopes[i]), Math.Abs(numeric))),
                $"{what}, element {i}: analytic {slopes[i]:R}, numeric {numeric:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_seed_gives_the_same_bits(string name, bool training)
    {
        var row = Find(name);
        Tensor Run()
        {
            var module = Make(row, training);
            row.Run(module, row.At);
            return row.Run(module, row.At);
        }
        Assert.True(Run().SequenceEqual(Run()));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operands_are_left_as_they_were(string name, bool training)
    {
        var row = Find(name);
        var before = Array.ConvertAll(row.At, t => t.Copy());
        row.Run(Make(row, training), row.At);
        for (var k = 0; k < before.Length; k++) Assert.True(before[k].SequenceEqual(row.At[k]));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Single_precision_follows_double_precision(string name, bool training)
    {
        var row = Find(name);
        var expected = row.Run(Make(row, training), row.At);
        var module = Make(row, training);
        module.To(DType.Float32);
        Assert.All(module.Parameters, parameter => Assert.Equal(DType.Float32, parameter.DType));
        var y = row.Run(module, Array.ConvertAll(row.At, t => t.DType.IsFloat() ? t.As(DType.Float32) : t));
        Assert.Equal(DType.Float32, y.DType);
        Assert.True(y.AllClose(expected, 1e-3, 1e-4), $"{y}\n{expected}");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_state_brings_everything_back(string name, bool training)
    {
        var row = Find(name);
        var module = Make(row, training);
        row.Run(module, row.At);
        var other = row.Make(new Generator(12));
        other.LoadState(module.State());
        module.Eval();
        other.Eval();
        Assert.True(row.Run(module, row.At).SequenceEqual(row.Run(other, row.At)));
    }

    [Fact]
    public void Every_public_module_is_in_the_catalogue()
    {
        var seen = ModuleCatalogue.Rows.SelectMany(row => row.Make(new Generator(0)).NamedModules).Select(m => Definition(m.Value.GetType())).ToHashSet();
        var modules = typeof(ModuleBase).Assembly.GetTypes().Where(t => t.IsPublic && t.IsSubclassOf(typeof(ModuleBase)) && !t.IsAbstract);
        Assert.Empty(modules.Where(t => !seen.Contains(t)).Select(t => t.Name));
    }

    static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;
}
