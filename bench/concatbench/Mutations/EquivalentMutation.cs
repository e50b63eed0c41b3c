using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>Edits that leave a network whole: the same window in other words, other widths, another name for the same axis.</summary>
public sealed class EquivalentMutation : Mutation
{
    public override string Class => "equivalent";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        foreach (var layer in original.WrittenLayers)
        {
            var fields = layer.In(original.Spec);
            if (
                IsConv(layer)
                && Number(fields, "kernel_size") is { } kernel
                && kernel % 2 == 1
                && Number(fields, "padding") == kernel / 2
                && Number(fields, "stride") is null or 1
            )
                yield return Edit(original, layer, "same in the place of a number", written => written["padding"] = "same");
            if (IsConv(layer) && (string?)(fields["padding"] as JsonValue)?.ToString() == "same" && Number(fields, "dilation") is null)
                yield return Edit(original, layer, "dilation under same", written => written["dilation"] = 2);
            if (layer.Type == "concat" && fields["axis"] is null)
                yield return Edit(original, layer, "channels by number", written => written["axis"] = IsChannelsLast(original) ? -1 : 1);
            if (IsPool(layer) && fields["stride"] is null && fields["kernel_size"] is { } same)
                yield return Edit(original, layer, "stride spelled out", written => written["stride"] = same.DeepClone());
            if (Number(fields, "out_channels") is { } width)
                yield return Edit(original, layer, "another width", written => written["out_channels"] = 2 * width);
        }

        // Twice the size divides by whatever the size did.
        var spec = (JsonObject)original.Spec.DeepClone();
        foreach (var (_, input) in (JsonObject)spec["inputs"]!)
        {
            var shape = (JsonArray)input!["shape"]!;
            for (var i = 0; i < shape.Count && shape.Count > 1; i++)
            {
                if (i != (IsChannelsLast(original) ? shape.Count - 1 : 0) && shape[i] is JsonValue size && size.TryGetValue(out long cells))
                    shape[i] = 2 * cells;
            }
        }

        yield return new(Class, "twice the size", original, spec, null);
    }
}
