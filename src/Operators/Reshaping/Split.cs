using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>Splits an axis into parts, which are named <c>NAME:0</c>, <c>NAME:1</c>, ….</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, C1, H, W]</c>, <c>[N, C2, H, W]</c>, …. Parameters and MACs: none. Sources: torch.split; ONNX
/// Split-13.
/// </remarks>
[Kind("split")]
public sealed record Split : Operator
{
    /// <summary>Number of equal parts, or a list with the size of each part.</summary>
    [Between(1)]
    public required Integers Sections { get; init; }

    /// <summary>The axis; not the batch. Default: channels.</summary>
    public AxisName Axis { get; init; } = Domain.Shapes.Axis.Channels;

    public override bool HasPorts => true;

    public override Footprint Footprint => Footprint.View;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        new("sections", EditEffect.Features | EditEffect.Sizes, SectionsFor),
        new("axis", EditEffect.Features | EditEffect.Sizes, AxesFor),
    ];

    public override Shape[]? InferAll(ShapeContext context)
    {
        if (AxesOf.Position(context, Axis) is not { } position)
            return null;
        var input = context.Input;
        var (size, axis) = (input.Dims[position], input.Axes[position].Name());
        if (!Sections.IsOne)
        {
            var sum = Sections.ToArray().Aggregate(0L, Saturating.Add);
            return context.Require(
                Codes.LayerShape,
                Summing(size, sum),
                $"sections {Sections} sum to {sum} and {axis} is {size}. Make them sum to {size}.",
                Requirement.Equal(size, sum)
            )
                ? [.. Sections.ToArray().Select(part => input.With(position, part))] // [N, C, H, W] -> [N, C1, H, W], [N, C2, H, W]
                : null;
        }

        if (Sections[0] > MaxParts)
        {
            context.Error(Codes.NotDivisible, $"sections is {Sections[0]}; at most {MaxParts} parts are accepted.");
            return null;
        }

        return context.Require(
            Codes.NotDivisible,
            size.Known is { } known && known % Sections[0] != 0
                ? new Wanted { Values = [Unequal(known), .. Divisors.Of("sections", Sections[0], known, "part")] }
                : null,
            $"sections is {Sections[0]}, and {axis}, {size}, must be a multiple of it. List the sizes for unequal parts.",
            Requirement.Multiple(size, Sections[0])
        )
            ? [.. Enumerable.Repeat(input.With(position, size.FloorDivide(Sections[0])), (int)Sections[0])]
            : null;
    }

    /// <summary>As many parts as asked for, the first ones larger by one.</summary>
    private OtherValue Unequal(long size)
    {
        var (each, more) = (size / Sections[0], size % Sections[0]);
        var parts = Enumerable.Range(0, (int)Sections[0]).Select(part => (JsonNode)(each + (part < more ? 1 : 0)));
        return new("sections", new JsonArray([.. parts]), "The parts are not all of one size.");
    }

    /// <summary>One of the sections larger or smaller, the last one first.</summary>
    private Wanted? Summing(Dim size, long sum)
    {
        if (size.Known is not { } known || known == sum)
            return null;
        var parts = Sections.ToArray();
        return new()
        {
            Values =
            [
                .. Enumerable
                    .Range(0, parts.Length)
                    .Reverse()
                    .Where(at => parts[at] + known - sum >= 1)
                    .Select(at => new OtherValue(
                        "sections",
                        new JsonArray([.. parts.Select((part, i) => (JsonNode)(i == at ? part + known - sum : part))]),
                        $"Part {at} has {parts[at] + known - sum} and not {parts[at]}."
                    )),
            ],
        };
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var index = AxesOf.Index(onnx.Layer.Input, Axis);
        string[] inputs = Sections.IsOne ? [onnx.Input] : [onnx.Input, onnx.Constant(Sections.ToArray())];
        onnx.AddAll("Split", inputs, ("axis", (long)index));
    }

    /// <summary>The sections whose first part has the wanted size: equal ones, or two.</summary>
    private IEnumerable<JsonNode> SectionsFor(PlannedLayer layer, Shape wanted)
    {
        if (
            Axis.PositionIn(layer.Input) is not { } position
            || wanted.Rank != layer.Input.Rank
            || layer.Input.Dims[position].Known is not { } size
            || wanted.Dims[position].Known is not { } first
            || first < 1
        )
            yield break;
        if (size % first == 0)
            yield return size / first;
        if (first < size)
            yield return new JsonArray(first, size - first);
    }

    /// <summary>The axes whose first part has the wanted size.</summary>
    private IEnumerable<JsonNode> AxesFor(PlannedLayer layer, Shape wanted) =>
        Enumerable
            .Range(1, layer.Input.Rank - 1)
            .Where(position =>
                wanted.Rank == layer.Input.Rank && layer.Input.Dims[position].Known is { } size && Parts(size)[0] == wanted.Dims[position]
            )
            .Select(position => (JsonNode)layer.Input.Axes[position].Name());

    internal long[] Parts(long size) => Sections.IsOne ? [.. Enumerable.Repeat(size / Sections[0], (int)Sections[0])] : Sections.ToArray();

    private const long MaxParts = 1024;

    public static IEnumerable<Example> Examples =>
    [
        new("equal parts", new Split { Sections = 3 }, [6, 5, 4]) { Outputs = 3 },
        new("listed parts", new Split { Sections = new long[] { 1, 4 } }, [5, 4, 3]) { Outputs = 2 },
        new("height", new Split { Sections = 2, Axis = Domain.Shapes.Axis.Height }, [3, 6, 4]) { Outputs = 2 },
        new("features", new Split { Sections = 2 }, [8]) { Outputs = 2 },
    ];
}
