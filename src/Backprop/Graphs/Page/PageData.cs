using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Backprop.Graphs;

/// <summary>What the page's script knows of a graph: numbers as texts, in JSON that holds nothing that is markup anywhere.</summary>
static class PageData
{
    /// <summary>The nodes of all drawings, the groups, and the drawings with their arrows.</summary>
    public static string Of(Graph whole, IReadOnlyCollection<PageState> states, DrawingOptions options)
    {
        using var memory = new MemoryStream();
        // The usual encoder writes <, >, & and both quotes as numbers, and all that is not ASCII.
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            Nodes(json, whole, states, options);
            Groups(json, whole);
            json.WriteStartArray("states");
            foreach (var state in states) State(json, state, options);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(memory.ToArray());
    }

    static void Nodes(Utf8JsonWriter json, Graph whole, IReadOnlyCollection<PageState> states, DrawingOptions options)
    {
        json.WriteStartObject("nodes");
        var last = Last(whole);
        foreach (var node in states.SelectMany(state => state.Graph.Nodes).DistinctBy(node => node.Id))
        {
            json.WriteStartObject(node.Id.ToString(CultureInfo.InvariantCulture));
            json.WriteString("kind", node.Kind.ToString());
            Text(json, "label", node.Label);
            if (node.Name is { } name) Text(json, "name", name);
            if (node.Operation.Length > 0) Text(json, "operation", node.Operation);
            if (node.Symbol.Length > 0) Text(json, "symbol", node.Symbol);
            if (node.Formula is { } formula) Text(json, "formula", formula);
            if (node.Attributes.Count > 0) Text(json, "attributes", string.Join(", ", node.Attributes.Select(pair => $"{pair.Key} = {pair.Value}")));
            if (node.Group.Length > 0) Text(json, "within", node.Group);
            // A group's box is done when its last member is.
            json.WriteNumber("order", node.Kind == GraphNodeKind.Group ? last[node.Name!] : node.Id);
            if (node.Kind == GraphNodeKind.Group)
            {
                json.WriteNumber("operations", node.OperationCount);
                json.WriteNumber("parameters", node.ParameterCount);
            }
            Value(json, "value", node.Value);
            if (options.Gradients && node.Gradient is { } gradient) Value(json, "gradient", gradient);
            // The folders above a file are nobody's business who sees the drawing.
            if (node.Source is { File: { } file } source)
                Text(json, "source", $"{file[(file.AsSpan().LastIndexOfAny('/', '\\') + 1)..]}:{source.Line.ToString(CultureInfo.InvariantCulture)}");
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    static Dictionary<string, int> Last(Graph whole)
    {
        var parents = whole.Groups.ToDictionary(group => group.Path, group => group.Parent);
        var last = new Dictionary<string, int>();
        foreach (var node in whole.Nodes)
            for (var path = node.Group; path.Length > 0; path = parents[path]) last[path] = node.Id;
        return last;
    }

    static void Groups(Utf8JsonWriter json, Graph whole)
    {
        var places = whole.Groups.Select((group, i) => (group.Path, i)).ToDictionary(pair => pair.Path, pair => pair.i);
        json.WriteStartArray("groups");
        foreach (var group in whole.Groups)
        {
            json.WriteStartObject();
            Text(json, "path", group.Path);
            Text(json, "title", group.Title);
            json.WriteNumber("parent", group.Parent.Length > 0 ? places[group.Parent] : -1);
            json.WriteNumber("depth", group.Depth);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void State(Utf8JsonWriter json, PageState state, DrawingOptions options)
    {
        json.WriteStartObject();
        json.WriteString("key", state.Key);
        json.WriteStartArray("nodes");
        foreach (var node in state.Graph.Nodes) json.WriteNumberValue(node.Id);
        json.WriteEndArray();
        json.WriteStartArray("edges");
        foreach (var edge in state.Graph.Edges) Edge(json, edge, options);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Edge(Utf8JsonWriter json, GraphEdge edge, DrawingOptions options)
    {
        json.WriteStartObject();
        json.WriteNumber("id", edge.Id);
        json.WriteNumber("from", edge.From);
        json.WriteNumber("to", edge.To);
        json.WriteNumber("origin", edge.Origin);
        json.WriteString("value", EdgeText.Value(edge));
        if (options.Gradients && edge.Gradient is { } gradient) Value(json, "gradient", gradient);
        if (options.Gradients && edge.LocalDerivative is { } local) json.WriteString("local", EdgeText.Number(local));
        json.WriteEndObject();
    }

    // What is said in a sentence, and what in a table.
    static void Value(Utf8JsonWriter json, string name, GraphValue value)
    {
        json.WriteStartObject(name);
        if (value.Number is { } number) json.WriteString("number", EdgeText.Number(number));
        json.WriteString("shape", value.Shape.ToString());
        json.WriteString("type", value.DType.Name());
        if (value.Number is null && value.Shape.Count > 0)
        {
            json.WriteString("mean", EdgeText.Number(value.Mean));
            json.WriteString("minimum", EdgeText.Number(value.Minimum));
            json.WriteString("maximum", EdgeText.Number(value.Maximum));
            json.WriteString("norm", EdgeText.Number(value.Norm));
            if (value.Anomalies > 0) json.WriteNumber("anomalies", value.Anomalies);
        }
        json.WriteEndObject();
    }

    static void Text(Utf8JsonWriter json, string name, string text) => json.WriteString(name, SafeText.OneLine(text));
}
