using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>Turns the attribute of a layer before that took axes away, or kept ones that are not wanted.</summary>
internal sealed class KeepAxes : PlainStrategy
{
    protected override IEnumerable<Offer> Propose(PlainCase found)
    {
        if (found.Wanted.Axes is not { } wanted || wanted.Count == found.Input.Rank)
            yield break;
        var keeps = found.Input.Rank > wanted.Count;
        var layer = found
            .Before()
            .TakeWhile(before => before.Output.Rank == found.Input.Rank)
            .FirstOrDefault(before => before.Operator.RankSwitch is { } each && each.Keeps == keeps);
        if (layer?.Operator.RankSwitch is not { } rank || found.Attributes(layer.Layer) is not { } path)
            yield break;
        var name = found.NameOf(layer.Name);
        yield return new(
            Places.KeptAxes,
            new(
                $"{rank.Id}-{Words.Slug(name)}",
                FixKind.Edit,
                $"Let {name} {rank.Switched}",
                $"{name} {rank.Effect}",
                Loss.None,
                found.Patch().Set(path, rank.Attribute, !rank.Keeps).Patch
            )
        );
    }
}
