using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Causes;
using ConcatService.Domain.Fixes.Plain;
using ConcatService.Domain.Fixes.Strategies;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// A repair that brings another error to light at a layer that had no shape before, such as a gate that is built for the same wrong width
/// as the layer in front of it: what mends that too belongs to the same fix.
/// </summary>
/// <param name="proof">Proves the whole patch in the end.</param>
/// <param name="json">The spec as sent.</param>
/// <param name="spend">Asks for one compilation more.</param>
internal sealed class FollowedFix(Proof proof, JsonElement json, Func<bool> spend)
{
    /// <summary>Longer chains are several faults, which are told one after the other.</summary>
    private const int MostRounds = 4;

    /// <summary>How many repairs are followed; the likeliest come first.</summary>
    private const int MostFollowed = 3;

    /// <summary>
    /// These repairs where one of them is whole by itself or none can be made so; otherwise those that can, with what makes them so.
    /// </summary>
    /// <param name="proven">The likeliest first.</param>
    public List<Proven> Whole(List<Proven> proven)
    {
        if (proven.Exists(IsWhole))
            return proven;
        var followed = proven
            .Where(fix => fix.Candidate.Kind is FixKind.Edit or FixKind.Adapter)
            .Take(MostFollowed)
            .Select(Extend)
            .OfType<Proven>()
            .ToList();
        return followed.Count > 0 ? followed : proven;
    }

    /// <summary>
    /// The same, but the likeliest keeps its place where two edits elsewhere make it whole: the width and the axes of a gate follow the map
    /// that it weighs.
    /// </summary>
    /// <param name="proven">The likeliest first.</param>
    public List<Proven> WholeInPlace(List<Proven> proven) =>
        proven is [{ Candidate.Kind: FixKind.Edit } first, ..]
        && !IsWhole(first)
        && proven.Exists(IsWhole)
        && !proven.Exists(fix => IsWhole(fix) && fix.Candidate.IsSecondEdit)
        && Extend(first) is { Candidate.Kind: FixKind.Edit } followed
        && followed.Candidate.Steps <= first.Candidate.Steps + 2
            ? [followed, .. proven.Skip(1)]
            : Whole(proven);

    private static bool IsWhole(Proven fix) => fix.NewErrors == 0 || fix.LimitsSizesAlone;

    private Proven? Extend(Proven first)
    {
        var candidate = first.Candidate;
        for (var round = 0; round < MostRounds && spend(); round++)
        {
            using var document = PatchedText(candidate.Patch);
            var after = Compilation.Of(document.RootElement);
            if (after.Report.Diagnostics.FirstOrDefault(found => found.Severity == Severity.Error && proof.IsNew(found)) is not { } next)
                break;
            if (Mending(after, next, document.RootElement, candidate.Kind) is not { } more)
                return null;
            candidate = Joined(candidate, more);
        }

        return candidate != first.Candidate && proof.Try(candidate) is { ComesAgain: false } whole && IsWhole(whole) ? whole : null;
    }

    private Candidate? Mending(Compilation after, Diagnostic next, JsonElement spec, FixKind kind) =>
        next.Mismatch is not { } mismatch ? AtLayer(after, next, spec)
        : mismatch.Layer.Inputs.Length <= Explanation.MostInputs ? AtMerge(new(after, next, spec), kind)
        : null;

    /// <summary>
    /// The likeliest, and of the kind of what it follows where one is: a network that is made for another width is edited throughout.
    /// </summary>
    private Candidate? AtMerge(MergeCase merge, FixKind kind)
    {
        if (CauseRule.Find(merge) is not { } cause)
            return null;
        var there = new Proof(merge);
        return FixStrategy
            .ProposeAll(merge, cause)
            .Where(candidate => candidate is { Kind: FixKind.Edit or FixKind.Adapter, IsPromise: false, IsForOneSize: false })
            .DistinctBy(candidate => candidate.Id)
            .TakeWhile(_ => spend())
            .Select(there.Try)
            .OfType<Proven>()
            .Where(fix => !fix.ComesAgain)
            .MinBy(fix => (fix.Candidate.Kind != kind, Cost.Of(fix, merge)))
            ?.Candidate;
    }

    private Candidate? AtLayer(Compilation after, Diagnostic next, JsonElement spec)
    {
        if (PlainCase.Of(new(after, spec), next) is not { } at)
            return null;
        var there = PlainFixes.ProofOf(at, spec);
        var tried = PlainFixes.Tried(at, at, there, spend);
        return (tried.Find(fix => fix.NewErrors == 0) ?? tried.FirstOrDefault())?.Candidate;
    }

    private static Candidate Joined(Candidate first, Candidate then) =>
        first with
        {
            Kind = first.Kind == FixKind.Adapter ? FixKind.Adapter : then.Kind,
            Title = $"{first.Title}, and {char.ToLowerInvariant(then.Title[0])}{then.Title[1..]}",
            Effect = first.Effect.Contains(then.Effect, StringComparison.Ordinal) ? first.Effect : $"{first.Effect} {then.Effect}",
            Loss = (Loss)Math.Max((int)first.Loss, (int)then.Loss),
            Patch = [.. first.Patch.Concat(then.Patch).Select(step => step!.DeepClone())],
            Steps = first.Steps + then.Steps,
        };

    private JsonDocument PatchedText(JsonArray patch)
    {
        var spec = JsonPatch.Read(json);
        JsonPatch.Apply(spec, patch);
        return JsonPatch.Write(spec);
    }
}
