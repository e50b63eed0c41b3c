using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// A repair that brings the same mismatch to light at the next merge, as in a U-Net whose levels all round, goes on there in the same way
/// until none is left.
/// </summary>
/// <param name="proof">Proves the whole patch in the end.</param>
/// <param name="json">The spec as sent.</param>
/// <param name="spend">Asks for one compilation more.</param>
internal sealed class ChainedFix(Proof proof, JsonElement json, Cause cause, Func<bool> spend)
{
    /// <summary>Deeper networks are not repaired level by level.</summary>
    private const int MostLevels = 16;

    /// <summary>The repair at every level; null where it does not end well.</summary>
    public Proven? Extend(Proven first)
    {
        var patch = (JsonArray)first.Candidate.Patch.DeepClone();
        var at = new List<string>();
        for (var level = 0; level < MostLevels && spend(); level++)
        {
            using var document = Patched(patch);
            var after = Compilation.Of(document.RootElement);
            if (after.Report.Diagnostics.FirstOrDefault(found => found.Severity == Severity.Error && proof.IsNew(found)) is not { } next)
                return proof.Try(
                    first.Candidate with
                    {
                        Patch = patch,
                        Title = $"{first.Candidate.Title}, and likewise at {string.Join(", ", at)}",
                    }
                );
            if (
                next.Mismatch is not { Layer.Inputs.Length: <= Explanation.MostInputs }
                || Next(new(after, next, document.RootElement), first.Candidate) is not { } more
            )
                return null;
            foreach (var operation in more)
                patch.Add(operation!.DeepClone());
            at.Add(next.Layer!);
        }

        return null;
    }

    // The same strategy's proposal of the same kind, the first that removes this finding.
    private JsonArray? Next(MergeCase merge, Candidate first)
    {
        var there = new Proof(merge);
        foreach (var candidate in first.By!.ProposeFor(merge, cause).Where(candidate => Way(candidate) == Way(first)))
        {
            if (spend() && there.Try(candidate) is not null)
                return candidate.Patch;
        }

        return null;
    }

    internal static string Way(Candidate candidate) => candidate.Id[..candidate.Id.IndexOf('-', StringComparison.Ordinal)];

    private JsonDocument Patched(JsonArray patch)
    {
        var spec = JsonPatch.Read(json);
        JsonPatch.Apply(spec, patch);
        return JsonPatch.Write(spec);
    }
}
