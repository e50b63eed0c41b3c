using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Jobs;

/// <summary>Gradient clipping, by exactly one of <c>norm</c> and <c>value</c>.</summary>
public sealed record GradientClip
{
    /// <summary>Largest L2 norm of all gradients together, as for torch.nn.utils.clip_grad_norm_. Default: null.</summary>
    [Between(1e-10)]
    public double? Norm { get; init; }

    /// <summary>Largest absolute value of a gradient element, as for torch.nn.utils.clip_grad_value_. Default: null.</summary>
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
                $"'gradient_clip' is {JsonText.Shown(json)}; expected null, {{ \"norm\": 1.0 }} or {{ \"value\": 0.5 }}."
            );
        return clip;
    }
}
