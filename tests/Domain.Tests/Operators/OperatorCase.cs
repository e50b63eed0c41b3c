using System.Reflection;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;
using Xunit;

namespace ConcatService.Domain.Tests.Operators;

/// <summary>An example of a primitive operator, planned by its own shape rule.</summary>
public sealed record OperatorCase(Example Example, Operator Operator)
{
    private static readonly Dictionary<string, OperatorCase> ByKey = OperatorCatalog
        .All.Select(type => type.Record)
        .Distinct()
        .SelectMany(record =>
                (IEnumerable<Example>)record.GetProperty("Examples", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!
            )
        .Select(example => new OperatorCase(example, example.Operator.Named() with { DataFormat = null }))
        .Where(each => !each.Operator.Expands)
        .ToDictionary(each => $"{each.Operator.Kind}: {each.Example.Name}");

    public static TheoryData<string> Keys => new(ByKey.Keys);

    public static IEnumerable<OperatorCase> All => ByKey.Values;

    public static OperatorCase Of(string key) => ByKey[key];

    /// <summary>The example with its inferred shapes.</summary>
    public PlannedLayer Plan() =>
        With(Operator) ?? throw new InvalidOperationException($"{Operator.Kind} refuses its example {Example.Name}.");

    /// <summary>The same inputs to another operator; null where it refuses them.</summary>
    public PlannedLayer? With(Operator op)
    {
        var inputs = op.Arity.Max == 0 ? [] : Example.Inputs.Select(Input).ToArray();
        var layer = new Layer("op", op, [.. inputs.Select((_, i) => new Wire($"x{i}"))], SpecPath.Root);
        var conditions = new Conditions([], new Dictionary<string, SymbolPromise>());
        var context = new ShapeContext(layer, inputs, Layout.ChannelsFirst, new Report(), conditions);
        var outputs = op.InferAll(context);
        return outputs is null || outputs.Any(output => output.Dims.Any(size => size.Known < 1)) ? null : new(layer, inputs, outputs);
    }

    /// <summary>Every attribute with the values of a small search that the operator accepts, and the layer as it then is.</summary>
    public IEnumerable<(string Attribute, JsonNode Value, PlannedLayer Planned)> Alternatives()
    {
        foreach (var entry in Attributes.Of(Operator.GetType()).Entries.Where(entry => entry.Name != "data_format"))
        {
            foreach (var value in Values)
            {
                if (Operator.With(entry.Name, value) is { Expands: false } edited && With(edited) is { } planned)
                    yield return (entry.Name, value, planned);
            }
        }
    }

    private static IEnumerable<JsonNode> Values =>
    [
        .. Enumerable.Range(-1, 14).Select(value => (JsonNode)value),
        0.5, 1.5, true, false, "same", "float32", "int64", "channels", "height", "width", "time",
        new JsonArray(1, 2), new JsonArray(0, 2, 1), new JsonArray(0, 1, 3, 2), new JsonArray(0, 2, 3, 1), new JsonArray(1, 2, 0, 3),
        new JsonArray(-1, 3), new JsonArray(3, -1),
    ];

    private Shape Input(long[] sizes, int i)
    {
        var dtype = i == 0 ? Example.DType : DType.Float32;
        Axis[] axes = Example.InputAxes is { } given && (i == 0 || (Example.SameAxes && given.Length == sizes.Length))
            ? [Axis.Batch, .. given]
            : Axes.Default(sizes.Length, Layout.ChannelsFirst, dtype);
        return new([Dim.Batch, .. sizes.Select(size => (Dim)size)], axes, dtype);
    }
}
