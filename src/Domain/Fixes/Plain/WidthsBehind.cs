using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>
/// A repair after which another number of features arrives at layers behind that declare the old one: their declarations follow in the same
/// patch.
/// </summary>
internal static class WidthsBehind
{
    private const int MostRounds = 3;

    /// <summary>The candidate as it is or with the declarations that it makes wrong, proven; null where neither is a repair.</summary>
    public static Proven? Try(Candidate candidate, Proof proof, Func<bool> spend)
    {
        var proven = proof.Try(candidate);
        return proven is null or { NewErrors: 0 } ? proven : Extend(proven, proof, spend) ?? proven;
    }

    /// <summary>A repair that brings errors to light, with the declarations that it makes wrong; null where that is not it.</summary>
    public static Proven? Extend(Proven proven, Proof proof, Func<bool> spend)
    {
        if (!proven.MakesDeclarationsWrong || !spend())
            return null;
        var corrected = Corrected(proven.Candidate, proof, spend);
        return corrected == proven.Candidate ? null : proof.Try(corrected);
    }

    /// <summary>The candidate with the declarations that it makes wrong; itself where it makes none wrong, or something else.</summary>
    private static Candidate Corrected(Candidate candidate, Proof proof, Func<bool> spend)
    {
        var corrected = candidate;
        for (var round = 0; round < MostRounds; round++)
        {
            if (proof.Patched(corrected.Patch) is not var (after, _))
                return candidate;
            var wrong = after.Report.Diagnostics.Where(found => found.Severity == Severity.Error && proof.IsNew(found)).ToList();
            if (wrong.Count == 0)
                return corrected;
            if (!wrong.TrueForAll(IsDeclared) || !spend())
                return candidate;
            corrected = With(corrected, wrong);
        }

        return candidate;
    }

    private static bool IsDeclared(Diagnostic found) =>
        found.Code == Codes.DeclaredWidth && found.Evidence is Wanted { Values: [_, ..] } && found.Layer?.Contains('/') == false;

    private static Candidate With(Candidate candidate, List<Diagnostic> wrong)
    {
        var patch = (JsonArray)candidate.Patch.DeepClone();
        var also = new List<string>();
        foreach (var found in wrong)
        {
            var value = ((Wanted)found.Evidence!).Values[0];
            also.Add($"{found.Layer} {value.Attribute} {value.Value}");
            patch.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["op"] = "add",
                        ["path"] = found.Path[value.Attribute].ToString(),
                        ["value"] = value.Value.DeepClone(),
                    }
            );
        }

        return candidate with { Title = $"{candidate.Title}, and give {string.Join(" and ", also)}", Patch = patch };
    }
}
