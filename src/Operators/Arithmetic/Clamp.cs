using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Keeps every number between two limits; what is outside becomes the limit and passes no gradient.</summary>
/// <remarks>Shapes: any, unchanged. Parameters and MACs: none. Sources: torch.clamp, torch.nn.Hardtanh; ONNX Clip-13.</remarks>
[Kind("clamp")]
public sealed record Clamp : Operator
{
    /// <summary>The lower limit. Default: none; one of the two limits is needed.</summary>
    public double? Min { get; init; }

    /// <summary>The upper limit, not below <see cref="Min"/>. Default: none; one of the two limits is needed.</summary>
    public double? Max { get; init; }

    public override Footprint Footprint => Footprint.Inputs with { Format = NumberFormat.AsGiven };

    public override Effect Effect => Effect.Activates;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Nonlinearity Nonlinearity => new(null);

    public override Shape? Infer(ShapeContext context)
    {
        if (Min is null && Max is null)
            return context.Error(Codes.MissingField, "clamp takes min, max or both. Give one of them, or take the layer away.");
        if (Min is { } min && Max is { } max && min > max)
            return context.Error(
                Codes.OutOfRange,
                $"min is {min} and max {max}: every number would become max. Give min the smaller one."
            );
        return context.RequireFloat() ? context.Input : null;
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        List<string> operands = [onnx.Input, Min is { } min ? onnx.Scalar(min) : ""];
        if (Max is { } max)
            operands.Add(onnx.Scalar(max));
        onnx.Add("Clip", operands);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("both limits", new Clamp { Min = -0.5, Max = 0.75 }, [3, 5, 4]),
        new("from below", new Clamp { Min = 0 }, [3, 6]),
        new("from above", new Clamp { Max = 0.5 }, [7]),
    ];
}
