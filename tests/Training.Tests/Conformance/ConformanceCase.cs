using System.Reflection;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Conformance;

/// <summary>An operator's example as a spec of one layer, <c>op</c>, fed by <c>x0</c>, <c>x1</c>, …, in one of the layouts.</summary>
public sealed record ConformanceCase(Example Example, Layout Layout)
{
    public static IReadOnlyList<Example> Examples { get; } =
    [
        .. OperatorCatalog
            .All.Select(type => type.Record)
            .Distinct()
            .SelectMany(record =>
                (IEnumerable<Example>)record.GetProperty("Examples", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!
            )
            .Select(example => example with { Operator = example.Operator.Named() }),
    ];

    private static readonly Dictionary<string, ConformanceCase> ByKey = Examples
        .SelectMany(example => example.ChannelsFirstOnly
            ? [new ConformanceCase(example, Layout.ChannelsFirst)]
            : new[] { new ConformanceCase(example, Layout.ChannelsFirst), new ConformanceCase(example, Layout.ChannelsLast) })
        .ToDictionary(each => each.Key);

    /// <summary>Every example, in both layouts unless it is about one.</summary>
    public static TheoryData<string> Keys => new(ByKey.Keys);

    /// <summary>Those with something to train: a gradient can be asked of no other.</summary>
    public static TheoryData<string> WithTrainableParameters =>
        Where(each => each.Plan().Layers.Any(layer => layer.Parameters.Any(parameter => parameter.Trainable)));

    /// <summary>
    /// Those that torch.nn has a module for. A composite is several layers and no one module; torch.nn knows no channels-last order.
    /// </summary>
    public static TheoryData<string> WithReferenceModule =>
        Where(each => each.Layout == Layout.ChannelsFirst && each.Plan().Layers is [var layer] && ReferenceModules.Of(layer) is not null);

    /// <summary>
    /// The channels-last half of those that compute the same in both layouts. What flatten, reshape and parameter give depends on the order
    /// in which the spec writes its dimensions, as it should.
    /// </summary>
    public static TheoryData<string> ChannelsLastTwins =>
        Where(each => each.Layout == Layout.ChannelsLast && each.Example.Operator.Kind is not ("flatten" or "reshape" or "parameter"));

    public string Key =>
        $"{Example.Operator.Kind}: {Example.Name} ({(Layout == Layout.ChannelsFirst ? "channels first" : "channels last")})";

    public static ConformanceCase Of(string key) => ByKey[key];

    private static TheoryData<string> Where(Func<ConformanceCase, bool> applies) =>
        new(ByKey.Where(each => applies(each.Value)).Select(each => each.Key));

    /// <summary>The spec that a user would send.</summary>
    public byte[] Spec()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("layout", Layout == Layout.ChannelsFirst ? "channels_first" : "channels_last");
            writer.WriteStartObject("inputs");
            for (var i = 0; i < Example.Inputs.Length; i++)
                WriteInput(writer, i);
            writer.WriteEndObject();
            writer.WriteStartArray("layers");
            writer.WriteStartObject();
            writer.WriteString("name", "op");
            writer.WriteString("type", Example.Operator.Kind);
            writer.WriteStartArray("inputs");
            for (var i = 0; i < InputCount; i++)
                writer.WriteStringValue($"x{i}");
            writer.WriteEndArray();
            Attributes.Of(Example.Operator.GetType()).Write(writer, Example.Operator);
            writer.WriteEndObject();
            writer.WriteEndArray();
            WriteOutputs(writer);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    public Plan Plan()
    {
        var compiled = Compiler.Compile(Spec());
        Assert.True(compiled.Plan is not null, string.Join('\n', compiled.Report.Diagnostics.Select(each => each.Message)));
        Assert.DoesNotContain(compiled.Report.Diagnostics, each => each.Code == Codes.ExportUnsupported);
        return compiled.Plan!;
    }

    /// <summary>Random inputs in channels-first order, the same for both layouts.</summary>
    public Tensor[] Inputs(long batch) =>
    [
        .. Example.Inputs.Select((sizes, i) => Example.DType == DType.Int64 && i == 0
            ? randint(0, Example.MaxValue + 1, [batch, .. sizes], dtype: ScalarType.Int64)
            : Example.ArePositive ? rand([batch, .. sizes]) + 0.1
            : randn([batch, .. sizes])),
    ];

    /// <summary>A tensor in channels-first order as this layout writes it.</summary>
    public Tensor Written(Tensor channelsFirst, int input) =>
        Layout == Layout.ChannelsFirst || HasOwnAxes(input) || channelsFirst.dim() < 3
            ? channelsFirst
            : channelsFirst.movedim([1], [-1]).contiguous();

    /// <summary>Whether the layer reads the inputs; what has none of its own is only given a batch by them.</summary>
    public bool ReadsInputs => Example.Operator.Arity.Max > 0;

    private int InputCount => ReadsInputs ? Example.Inputs.Length - Example.Operator.NamedInputs : 0;

    private bool HasOwnAxes(int input) =>
        AxesOf(input) is not null || (Example.DType == DType.Int64 && input == 0);

    private Axis[]? AxesOf(int input) =>
        input == 0 || (Example.SameAxes && Example.InputAxes?.Length == Example.Inputs[input].Length) ? Example.InputAxes : null;

    private void WriteInput(Utf8JsonWriter writer, int i)
    {
        writer.WriteStartObject($"x{i}");
        writer.WriteStartArray("shape");
        var sizes = Example.Inputs[i];
        foreach (var size in Layout == Layout.ChannelsFirst || HasOwnAxes(i) || sizes.Length < 2 ? sizes : [.. sizes[1..], sizes[0]])
            writer.WriteNumberValue(size);
        writer.WriteEndArray();
        if (i == 0 && Example.DType == DType.Int64)
            writer.WriteString("dtype", "int64");
        if (AxesOf(i) is { } axes)
        {
            writer.WriteStartArray("axes");
            foreach (var axis in axes)
                writer.WriteStringValue(axis.Name());
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private void WriteOutputs(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("outputs");
        if (Example.Outputs == 1)
            writer.WriteStringValue("op");
        for (var i = 0; Example.Outputs > 1 && i < Example.Outputs; i++)
            writer.WriteStringValue($"op:{i}");
        writer.WriteEndArray();
    }
}
