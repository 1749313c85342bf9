using Backprop.Modules;
using Backprop.Randomness;

namespace Backprop.Tests.Reference;

static partial class ReferenceOperations
{
    static void AddRecurrent(ReferenceTable t)
    {
        t.AddMany("rnn", c =>
        {
            var nonlinearity = Enum.Parse<RnnNonlinearity>(c.String("nonlinearity"), ignoreCase: true);
            var rnn = With(c, new Rnn(c["x"].Shape[-1], c.Int("hidden_size"), new Generator(0), c.Int("num_layers"), nonlinearity, c.Bool("bias"),
                c.Bool("batch_first"), bidirectional: c.Bool("bidirectional"), dtype: c["x"].DType));
            var (outputs, hidden) = rnn.Forward(c["x"], Optional(c, "h0"));
            return [outputs, hidden];
        });
        t.AddMany("gru", c =>
        {
            var gru = With(c, new Gru(c["x"].Shape[-1], c.Int("hidden_size"), new Generator(0), c.Int("num_layers"), c.Bool("bias"),
                c.Bool("batch_first"), bidirectional: c.Bool("bidirectional"), dtype: c["x"].DType));
            var (outputs, hidden) = gru.Forward(c["x"], Optional(c, "h0"));
            return [outputs, hidden];
        });
        t.AddMany("lstm", c =>
        {
            var lstm = With(c, new Lstm(c["x"].Shape[-1], c.Int("hidden_size"), new Generator(0), c.Int("num_layers"), c.Bool("bias"),
                c.Bool("batch_first"), bidirectional: c.Bool("bidirectional"), dtype: c["x"].DType));
            var (outputs, (hidden, cell)) = lstm.Forward(c["x"], c.Has("h0") ? new(c["h0"], c["c0"]) : null);
            return [outputs, hidden, cell];
        });
    }

    // The case's operands themselves become the parameters, so that they get the gradients; the names must be the module's own.
    static M With<M>(ReferenceCase c, M module) where M : RecurrentModule
    {
        var names = c.InputNames.Where(name => name.StartsWith("weight", StringComparison.Ordinal) || name.StartsWith("bias", StringComparison.Ordinal));
        var own = module.NamedParameters.Select(p => p.Key).ToArray();
        if (!own.Order().SequenceEqual(names.Order())) throw new InvalidDataException($"{c.Id}: the parameters are {string.Join(", ", own)}.");
        for (var i = 0; i < module.Weights.Length; i++)
        {
            var s = module.Weights[i].Suffix;
            module.Weights[i] = new(s, c[$"weight_ih{s}"], c[$"weight_hh{s}"], Optional(c, $"bias_ih{s}"), Optional(c, $"bias_hh{s}"));
        }
        return module;
    }
}
