using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// A repair for sizes that are open, in a network whose other merges fit for some sizes only and are repaired in the same way: a decoder
/// that doubles at every level. It goes on there, until every admissible size fits.
/// </summary>
/// <param name="proof">Proves the whole patch in the end.</param>
/// <param name="json">The spec as sent.</param>
/// <param name="spend">Asks for one compilation more.</param>
internal sealed class OpenLevels(Proof proof, JsonElement json, Cause cause, Func<bool> spend)
{
    /// <summary>Deeper networks are not repaired level by level.</summary>
    private const int MostLevels = 16;

    /// <summary>The repair at every level; null where it holds for every size already, and where it does not end so.</summary>
    public Proven? Extend(Proven first)
    {
        if (first.Conditions == 0 || first.NewErrors > 0 || first.Candidate is { By: null } or { Kind: FixKind.Drop })
            return null;
        var patch = (JsonArray)first.Candidate.Patch.DeepClone();
        var at = new List<string>();
        for (var level = 0; level < MostLevels && spend(); level++)
        {
            using var document = Patched(patch);
            var after = Compilation.Of(document.RootElement);
            if (after.Report.HasErrors)
                return null;
            if (after.Report.Diagnostics.FirstOrDefault(found => found.Severity == Severity.Condition) is not { } next)
                return proof.Try(
                    first.Candidate with
                    {
                        Patch = patch,
                        Title = $"{first.Candidate.Title}, and likewise at {string.Join(", ", at)}",
                    }
                );
            if (Next(after, next, document.RootElement, first.Candidate) is not { } more)
                return null;
            foreach (var operation in more)
                patch.Add(operation!.DeepClone());
            at.Add(next.Layer!);
        }

        return null;
    }

    // The same strategy's proposal of the same kind, the first that removes this condition.
    private JsonArray? Next(Compilation after, Diagnostic next, JsonElement patched, Candidate first)
    {
        if (next.Mismatch is not { At: not null, Layer.Inputs.Length: <= Explanation.MostInputs })
            return null;
        var sizes = new ConcreteSizes(after, next, patched);
        if (sizes.Case() is not { } merge)
            return null;
        var there = sizes.Proof();
        foreach (var candidate in first.By!.ProposeFor(merge, cause).Where(candidate => ChainedFix.Way(candidate) == ChainedFix.Way(first)))
        {
            if (spend() && there.Try(candidate) is { NewErrors: 0 })
                return candidate.Patch;
        }

        return null;
    }

    private JsonDocument Patched(JsonArray patch)
    {
        var spec = JsonPatch.Read(json);
        JsonPatch.Apply(spec, patch);
        return JsonPatch.Write(spec);
    }
}
