using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>A stride or scale that is too large, too small, or left out.</summary>
public sealed class StrideMutation : Mutation
{
    public override string Class => "stride";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        foreach (var layer in original.WrittenLayers)
        {
            var fields = layer.In(original.Spec);
            var stride = Number(fields, "stride");
            if (IsConv(layer) && (stride is not null || fields["stride"] is null))
                yield return Set(original, layer, "stride", stride is > 1 ? 1 : original.WrittenLayers.Count % 5 == 0 ? 3 : 2);
            if (IsConv(layer) && stride == 2)
                yield return Set(original, layer, "stride", 4);
            if (layer.Type.StartsWith("conv_transpose", StringComparison.Ordinal) && stride is > 1)
                yield return Set(original, layer, "stride", 2 * stride.Value);
            if (layer.Type == "upsample" && Number(fields, "scale_factor") is { } factor)
                yield return Set(original, layer, "scale_factor", 2 * factor);
            if (!IsPool(layer) || Number(fields, "kernel_size") is not { } kernel)
                continue;
            if (stride is not null && stride != kernel)
                yield return Edit(original, layer, $"stride {stride} left out", written => written.Remove("stride"));
            if (stride != 1)
                yield return Set(original, layer, "stride", 1);
            yield return Set(original, layer, "stride", 2 * (stride ?? kernel));
        }
    }

    private Mutant Set(OriginalNetwork original, WrittenLayer layer, string attribute, long value) =>
        Edit(original, layer, $"{attribute} {value}", fields => fields[attribute] = value);
}
