using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Asks for inputs of the nearest size that the network's strides divide.</summary>
internal sealed class ResizeInput : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.OddSizeRounding];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (InputSizes.Of(merge) is not { Count: > 0 } sizes)
            yield break;
        var nearest = sizes.ToDictionary(
            each => each.Key,
            each => each.Value.Size - each.Value.Below <= each.Value.Above - each.Value.Size ? each.Value.Below : each.Value.Above
        );
        var farther = sizes.ToDictionary(
            each => each.Key,
            each => nearest[each.Key] == each.Value.Below ? each.Value.Above : each.Value.Below
        );
        foreach (var wanted in new[] { nearest, farther })
        {
            if (wanted.All(each => each.Value == sizes[each.Key].Size))
                continue;
            var patch = new JsonArray();
            foreach (var input in merge.Compiled.Graph.Inputs)
            {
                foreach (var axis in input.Shape.SpatialAxes.Where(axis => input.Shape[axis] != wanted[axis]))
                    patch.Add(
                        (JsonNode)
                            new JsonObject
                            {
                                ["op"] = "replace",
                                ["path"] = input.Path["shape"][input.Shape.Position(axis) - 1].ToString(),
                                ["value"] = wanted[axis],
                            }
                    );
            }

            var size = string.Join('x', wanted.OrderBy(each => each.Key).Select(each => each.Value));
            var names = string.Join(
                ", ",
                merge.Compiled.Graph.Inputs.Where(input => input.Shape.SpatialAxes.Any()).Select(input => input.Name)
            );
            yield return new(
                $"resize-input-{size}",
                FixKind.Edit,
                $"Feed {names} as {size}",
                $"The network stays as it is, and every stride divides its size; samples have to be resized, cropped or padded to {size} "
                    + $"beforehand.",
                Loss.Resampled,
                patch
            )
            {
                IsForOneSize = true,
                // Where little is changed, the size of the data is what everybody else's network of this kind asks for.
                Gain = wanted == nearest && sizes.All(each => IsNear(each.Value.Size, wanted[each.Key])) ? 3 : 0,
                AtTheCause = wanted == nearest && sizes.All(each => IsNear(each.Value.Size, wanted[each.Key])),
            };
        }
    }

    private static bool IsNear(long size, long wanted) => Math.Abs(size - wanted) * 10 <= size;
}
