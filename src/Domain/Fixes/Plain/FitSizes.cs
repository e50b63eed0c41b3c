using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using static ConcatService.Domain.Fixes.LayerTypes;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>Pads or crops a map to sizes that the layer can divide.</summary>
internal sealed class FitSizes : PlainStrategy
{
    protected override IEnumerable<Offer> Propose(PlainCase found)
    {
        if (found.Wanted.SizesMultipleOf is not { } divisor)
            yield break;
        var sizes = found.Input.SpatialAxes.Select(axis => found.Input[axis].Known).OfType<long>().ToList();
        if (sizes.Count == 0 || sizes.Count < found.Input.SpatialAxes.Count())
            yield break;
        var below = sizes.ConvertAll(size => size / divisor * divisor);
        var above = sizes.ConvertAll(size => (size + divisor - 1) / divisor * divisor);
        if (found.Inserted(("pad", Sized(Twin("pad", found.Input), above))) is { } padded)
            yield return new(
                Places.Reread + 0.1,
                new($"pad-{string.Join('x', above)}", FixKind.Adapter, $"Pad {found.InputName} to {string.Join('x', above)}",
                    "The border is filled with zeros.", Loss.MadeUp, padded)
            );
        if (below.TrueForAll(size => size > 0) && found.Inserted(("crop", Sized("center_crop", below))) is { } cropped)
            yield return new(
                Places.Reread + 0.2,
                new($"crop-{string.Join('x', below)}", FixKind.Adapter, $"Crop {found.InputName} to {string.Join('x', below)}",
                    "The border is cut off.", Loss.Dropped, cropped)
            );
    }

    private static JsonObject Sized(string type, List<long> sizes) =>
        new() { ["type"] = type, ["size"] = new JsonArray([.. sizes.Select(size => (JsonNode)size)]) };
}
