using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Asks for inputs of the nearest size that the network's strides divide.</summary>
internal sealed class ResizeInput : FixStrategy
{
    private const long MostFarther = 3;

    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.OddSizeRounding];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (InputSizes.Of(merge) is not { Count: > 0 } sizes)
            yield break;
        var nearest = sizes.ToDictionary(each => each.Key, each => Likeliest(each.Value, sizes.Values));
        var farther = sizes.ToDictionary(
            each => each.Key,
            each => nearest[each.Key] == each.Value.Below ? each.Value.Above : each.Value.Below
        );
        var isNear = sizes.All(each =>
            IsNear(each.Value.Size, nearest[each.Key])
            || IsAnothers(nearest[each.Key], sizes.Values)
            || each.Value.Size < each.Value.Below                                                // too small for the network
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
                Gain = wanted == nearest && isNear ? 3 : 0,
                AtTheCause = wanted == nearest && isNear,
            };
        }
    }

    // The size that another axis has already; otherwise the nearer one, but what more halvings divide where that is not much farther:
    // people take 48 and 64, seldom 44 and 60.
    private static long Likeliest((long Size, long Below, long Above) of, IReadOnlyCollection<(long Size, long Below, long Above)> all)
    {
        if (of.Below != of.Size && Anothers(of, all) is { } square)
            return square;
        var (down, up) = (of.Size - of.Below, of.Above - of.Size);
        var (near, far) = down <= up ? (of.Below, of.Above) : (of.Above, of.Below);
        return Math.Max(down, up) <= MostFarther * Math.Min(down, up)
            && (IsNear(of.Size, far) || !IsNear(of.Size, near))
            && long.TrailingZeroCount(far) > long.TrailingZeroCount(near)
            ? far
            : near;
    }

    private static long? Anothers((long Size, long Below, long Above) of, IReadOnlyCollection<(long Size, long Below, long Above)> all)
    {
        var fitting = all.Where(each => each.Size == each.Below).Select(each => (long?)each.Size).ToList();
        return fitting.Find(size => size == of.Below || size == of.Above) ?? fitting.Find(size => IsNear(of.Size, size!.Value));
    }

    private static bool IsAnothers(long size, IReadOnlyCollection<(long Size, long Below, long Above)> all) =>
        all.Any(each => each.Size == size && each.Below == size);

    private static bool IsNear(long size, long wanted) => Math.Abs(size - wanted) * 5 <= size;
}
