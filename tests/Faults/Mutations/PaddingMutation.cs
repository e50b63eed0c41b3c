using System.Text.Json.Nodes;
using ConcatService.Faults.Subjects;

namespace ConcatService.Faults.Mutations;

/// <summary>A padding that is missing, too much, or no longer what the window needs.</summary>
public sealed class PaddingMutation : Mutation
{
    public override string Class => "padding";

    public override IEnumerable<Mutant> Of(Subject subject)
    {
        foreach (var site in subject.Sites)
        {
            var layer = site.In(subject.Spec);
            if (Number(layer, "kernel_size") is not { } kernel)
                continue;
            if (site.Type.StartsWith("conv_transpose", StringComparison.Ordinal))
            {
                if (Number(layer, "output_padding") is > 0)
                    yield return Edit(subject, site, "output_padding left out", written => written.Remove("output_padding"));
                if (Number(layer, "padding") is > 0)
                    yield return Edit(subject, site, "padding left out", written => written.Remove("padding"));
                continue;
            }

            if (kernel == 1 || (!IsConv(site) && !IsPool(site)))
                continue;
            var padding = Number(layer, "padding");
            if (padding is > 0 || (string?)(layer["padding"] as JsonValue)?.ToString() == "same")
                yield return Edit(subject, site, "padding left out", written => written.Remove("padding"));
            if (padding is null or 0 && layer["padding"] is null)
                yield return Edit(subject, site, $"padding {kernel / 2}", written => written["padding"] = kernel / 2);
            if (IsConv(site) && padding is > 0)
                yield return Edit(subject, site, $"padding {padding + 1}", written => written["padding"] = padding + 1);
            if (IsConv(site) && padding is > 0 && layer["dilation"] is null)
                yield return Edit(subject, site, "dilation 2", written => written["dilation"] = 2);
            if (IsConv(site) && padding is > 0)
                yield return Edit(subject, site, $"kernel_size {kernel + 2}", written => written["kernel_size"] = kernel + 2);
        }
    }
}
