using ConcatService.Domain.Diagnostics;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Takes an input from another layer, one that has the right size already.</summary>
internal sealed class Reroute : FixStrategy
{
    private const int MostOffers = 3;

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        var offered = merge.SourceCandidates.Where(tap => !tap.LeavesUnread).Take(MostOffers).ToList();
        foreach (var tap in offered)
        {
            var name = merge.NameOf(tap.Layer.Name);
            var wrong = tap.Via is { } lateral ? merge.NameOf(lateral.Inputs[0].Source) : tap.Wrong.Name;
            var patch = new PatchWriter(merge.Compiled, tap.Via ?? merge.Merge);
            if (!patch.Reroute(tap.Via is null ? tap.Wrong.Index : 0, name))
                continue;
            var effect = tap.IsUnread
                ? $"{name} is {tap.Layer.Output.Sizes} already and nothing reads it yet; what else reads {wrong} still does."
                : $"{name} is {tap.Layer.Output.Sizes} already; what {wrong} computes no longer reaches the merge.";
            yield return new(
                $"reroute-{Slug(wrong)}-{Slug(name)}",
                FixKind.Rewire,
                tap.Via is { } reader
                    ? $"Let {merge.NameOf(reader.Name)} read {name} instead of {wrong}"
                    : $"Take {name} instead of {wrong}",
                effect,
                tap.IsUnread ? Loss.None : Loss.Rewired,
                patch.Patch
            )
            {
                AtTheCause = tap == offered[0] && (tap.IsUnread || cause.Kind == CauseKinds.WrongInput),
            };
        }
    }
}
