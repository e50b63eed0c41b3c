using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>Converts the numbers to the type that the layer works on.</summary>
internal sealed class CastInput : PlainStrategy
{
    protected override IEnumerable<Offer> Propose(PlainCase found)
    {
        if (found.Wanted.DType is not { } wanted || wanted == found.Input.DType)
            yield break;
        var name = wanted.ToString().ToLowerInvariant();
        (string, JsonObject) cast = ("cast", new() { ["type"] = "cast", ["dtype"] = name });
        var effect =
            wanted == DType.Float32
                ? "Whole numbers above 16,777,216 are rounded." // 2^24
                : "What is behind the point is cut off, and no gradient passes.";
        var title = $"Cast {found.InputName} to {name}";
        if (found.Inserted(cast) is { } patch)
            yield return new(Places.Reread, new($"cast-{name}", FixKind.Adapter, title, effect, Loss.None, patch));
        // A list of whole numbers counts as steps; as real numbers they are features.
        if (
            found.Input.Rank == 2
            && !found.Input.Has(Axis.Channels)
            && Sizes(found.Input.Dims.Skip(1)) is { } sizes
            && found.Inserted(cast, ("reshape", new() { ["type"] = "reshape", ["shape"] = sizes })) is { } relabeled
        )
            yield return new(
                Places.Reread + 0.1,
                new($"cast-{name}-features", FixKind.Adapter, $"{title}, as features", effect, Loss.None, relabeled)
            );
    }
}
