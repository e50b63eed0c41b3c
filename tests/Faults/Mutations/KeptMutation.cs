using System.Text.Json.Nodes;
using ConcatService.Faults.Subjects;

namespace ConcatService.Faults.Mutations;

/// <summary>Edits that leave a network whole: the same window in other words, other widths, another name for the same axis.</summary>
public sealed class KeptMutation : Mutation
{
    public override string Class => "kept";

    public override IEnumerable<Mutant> Of(Subject subject)
    {
        foreach (var site in subject.Sites)
        {
            var layer = site.In(subject.Spec);
            if (
                IsConv(site)
                && Number(layer, "kernel_size") is { } kernel
                && kernel % 2 == 1
                && Number(layer, "padding") == kernel / 2
                && Number(layer, "stride") is null or 1
            )
                yield return Edit(subject, site, "same in the place of a number", written => written["padding"] = "same");
            if (IsConv(site) && (string?)(layer["padding"] as JsonValue)?.ToString() == "same" && Number(layer, "dilation") is null)
                yield return Edit(subject, site, "dilation under same", written => written["dilation"] = 2);
            if (site.Type == "concat" && layer["axis"] is null)
                yield return Edit(subject, site, "the channels by number", written => written["axis"] = IsChannelsLast(subject) ? -1 : 1);
            if (IsPool(site) && layer["stride"] is null && layer["kernel_size"] is { } same)
                yield return Edit(subject, site, "stride spelled out", written => written["stride"] = same.DeepClone());
            if (Number(layer, "out_channels") is { } width)
                yield return Edit(subject, site, "another width", written => written["out_channels"] = 2 * width);
        }

        // Twice the size divides by whatever the size did.
        var spec = (JsonObject)subject.Spec.DeepClone();
        foreach (var (_, input) in (JsonObject)spec["inputs"]!)
        {
            var shape = (JsonArray)input!["shape"]!;
            for (var i = 0; i < shape.Count && shape.Count > 1; i++)
            {
                if (i != (IsChannelsLast(subject) ? shape.Count - 1 : 0) && shape[i] is JsonValue size && size.TryGetValue(out long cells))
                    shape[i] = 2 * cells;
            }
        }

        yield return new(Class, "twice the size", subject, spec, null);
    }
}
