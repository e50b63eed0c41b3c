using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>A size that some layer cannot divide: another input, or what used to take care of odd sizes gone.</summary>
public sealed class OddSizeMutation : Mutation
{
    private static readonly long[] Changes = [1, -1, 2, -2, 3, 4, -4, 5, 6, 8, -8, 12];

    public override string Class => "odd";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        foreach (var layer in original.WrittenLayers)
        {
            var fields = layer.In(original.Spec);
            if (fields["ceil_mode"] is not null)
                yield return Edit(original, layer, "ceil_mode left out", written => written.Remove("ceil_mode"));
            if (layer.Type == "upsample" && fields["size"] is JsonObject)
            {
                yield return Edit(original, layer, "scale_factor in the place of size", written =>
                {
                    written.Remove("size");
                    written["scale_factor"] = 2;
                });
            }
        }

        if (original.HasSymbols)
            yield break;
        var isLast = IsChannelsLast(original);
        foreach (var change in Changes)
        {
            for (var which = 0; which < 3; which++)
            {
                var (axes, by) = (which, change);
                yield return new(
                    Class,
                    $"input {(which == 0 ? "" : which == 1 ? "height " : "width ")}{change:+0;-0}",
                    original,
                    Changed(original, isLast, axes, by),
                    null
                )
                {
                    Nearer = Enumerable
                        .Range(1, (int)Math.Abs(by) - 1)
                        .Select(less => Changed(original, isLast, axes, less * Math.Sign(by))),
                };
            }
        }
    }

    private static JsonObject Changed(OriginalNetwork original, bool isLast, int which, long change)
    {
        var spec = (JsonObject)original.Spec.DeepClone();
        foreach (var (_, input) in (JsonObject)spec["inputs"]!)
            Change((JsonArray)input!["shape"]!, isLast, which, change);
        return spec;
    }

    /// <param name="which">0 for every spatial size, 1 for the first, 2 for the last.</param>
    private static void Change(JsonArray shape, bool isLast, int which, long change)
    {
        var from = isLast ? 0 : 1;
        var count = shape.Count - 1;
        for (var i = 0; i < count; i++)
        {
            if (which == 0 || i == (which == 1 ? 0 : count - 1))
                shape[from + i] = Math.Max(1, (long)shape[from + i]! + change);
        }
    }
}
