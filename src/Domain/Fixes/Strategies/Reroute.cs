using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Takes an input from another layer, one that has the right size already.</summary>
internal sealed class Reroute : FixStrategy
{
    private const int MostOffers = 3;

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        foreach (var tap in merge.Taps.Take(MostOffers))
        {
            var (name, wrong) = (merge.NameOf(tap.Layer.Name), tap.Wrong.Name);
            var patch = new PatchWriter(merge);
            if (patch.Reroute(tap.Wrong.Index, name))
                yield return new($"reroute-{Slug(wrong)}-{Slug(name)}", $"Take {name} instead of {wrong}", $"{name} is {tap.Layer.Output.Sizes} already; what {wrong} computes no longer reaches the merge.", Loss.Rewired, patch.Patch) { AtTheCause = cause.Kind == "wrong_input" && tap == merge.Taps[0] };
        }
    }
}
