using System.Text.Json;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Jobs;

/// <summary>Bounds the gradient: all of it together by its norm, or each number by its size. Exactly one of the two.</summary>
public sealed record GradientClip
{
    /// <summary>The largest Euclidean norm of all gradients together; longer ones are scaled down.</summary>
    [Between(1e-10)]
    public double? Norm { get; init; }

    /// <summary>The largest size of a single number of a gradient.</summary>
    [Between(1e-10)]
    public double? Value { get; init; }

    internal static GradientClip? Read(JsonElement json, SpecPath path, Report report)
    {
        if (json.ValueKind == JsonValueKind.Null)
            return null;
        var clip = new GradientClip();
        var errors = report.Diagnostics.Count;
        if (json.ValueKind == JsonValueKind.Object)
            AttributeObject.Read(json, clip, path, "gradient_clip", report);
        if (report.Diagnostics.Count == errors && clip.Norm is null == clip.Value is null)
            report.Error(
                Codes.WrongType,
                path,
                $"'gradient_clip' is {SpecReader.Shown(json)}; expected null, {{ \"norm\": 1.0 }} or {{ \"value\": 0.5 }}."
            );
        return clip;
    }
}
