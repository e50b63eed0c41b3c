using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>A padding that is missing, too much, or no longer what the window needs.</summary>
public sealed class PaddingMutation : Mutation
{
    public override string Class => "padding";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        foreach (var layer in original.WrittenLayers)
        {
            var fields = layer.In(original.Spec);
            if (Number(fields, "kernel_size") is not { } kernel)
                continue;
            if (layer.Type.StartsWith("conv_transpose", StringComparison.Ordinal))
            {
                if (Number(fields, "output_padding") is > 0)
                    yield return Edit(original, layer, "output_padding left out", written => written.Remove("output_padding"));
                if (Number(fields, "padding") is > 0)
                    yield return Edit(original, layer, "padding left out", written => written.Remove("padding"));
                continue;
            }

            if (kernel == 1 || (!IsConv(layer) && !IsPool(layer)))
                continue;
            var padding = Number(fields, "padding");
            if (padding is > 0 || (string?)(fields["padding"] as JsonValue)?.ToString() == "same")
                yield return Edit(original, layer, "padding left out", written => written.Remove("padding"));
            if (padding is null or 0 && fields["padding"] is null)
                yield return Edit(original, layer, $"padding {kernel / 2}", written => written["padding"] = kernel / 2);
            if (IsConv(layer) && padding is > 0)
                yield return Edit(original, layer, $"padding {padding + 1}", written => written["padding"] = padding + 1);
            if (IsConv(layer) && padding is > 0 && fields["dilation"] is null)
                yield return Edit(original, layer, "dilation 2", written => written["dilation"] = 2);
            if (IsConv(layer) && padding is > 0)
                yield return Edit(original, layer, $"kernel_size {kernel + 2}", written => written["kernel_size"] = kernel + 2);
        }
    }
}
