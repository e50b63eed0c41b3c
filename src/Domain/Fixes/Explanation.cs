using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Causes;
using ConcatService.Domain.Fixes.Plain;
using ConcatService.Domain.Fixes.Strategies;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Fixes;

/// <summary>Adds the cause and the proven fixes to every mismatch that a compilation found.</summary>
public static class Explanation
{
    /// <summary>
    /// In wider merges no layer is looked for to blame; the concats of a DenseNet-264 that is written flat have up to 65 inputs.
    /// </summary>
    internal const int MostInputs = 100;

    internal static void Add(Compilation compiled, JsonElement json, Effort effort)
    {
        var cost = Effort.Of(compiled, json);
        var promise = compiled.Report.HasConditions ? Promises.For(compiled, json) : null;
        foreach (
            var found in compiled
                .Report.Diagnostics.Where(each => each.Mismatch is not null || each.Severity == Severity.Condition)
                .ToList()
        )
        {
            if (found.Mismatch?.At is not null || found.Mismatch is null)
            {
                AddOverSymbols(compiled, found, json, found.Severity == Severity.Condition ? promise : null, effort, cost);
                continue;
            }

            var inputs = found.Mismatch!.Layer.Inputs.Length;
            if (inputs > MostInputs || !effort.Spend(inputs * cost / 20))
                continue;
            var merge = new MergeCase(compiled, found, json);
            var cause = CauseRule.Find(merge);
            if (cause is null)
                continue;
            bool Spend() => effort.Spend(cost + (inputs * inputs / 10));
            var proof = new Proof(merge);
            var throughout = new ChainedFix(proof, json, cause, Spend);
            var fixes = Rank(
                    proof,
                    merge,
                    FixStrategy.ProposeAll(merge, cause).TakeWhile(_ => Spend()),
                    fix => fix.NewErrors == 0 ? null : WidthsBehind.Extend(fix, proof, Spend) ?? throughout.Extend(fix),
                    new FollowedFix(proof, json, Spend)
                )
                .ToList();
            compiled.Report.Replace(found, found with { Message = Sentence(found, cause, fixes), Cause = cause, Fixes = fixes });
        }

        DropMismatchedInputs.Add(compiled, json);
    }

    private static void AddOverSymbols(
        Compilation compiled,
        Diagnostic found,
        JsonElement json,
        Candidate? promise,
        Effort effort,
        long cost
    )
    {
        var inputs = found.Mismatch?.Layer.Inputs.Length ?? 1;
        if (inputs > MostInputs || !effort.Spend(inputs * cost))
            return;
        if (found.Mismatch is null)
        {
            // A condition of one layer alone: it is gone when no layer of this name asks for it.
            var gone = new Proof(
                compiled,
                json,
                after =>
                    after.Report.Diagnostics.Any(each =>
                        each.Severity == Severity.Condition && each.Code == found.Code && each.Layer == found.Layer
                    )
                        ? null
                        : after.Planned.Shapes.GetValueOrDefault(new Wire(found.Layer!)),
                found.Layer
            );
            compiled.Report.Replace(found, found with { Fixes = [.. Rank(gone, null, promise is null ? [] : [promise])] });
            return;
        }

        var at = new ConcreteSizes(compiled, found, json);
        var merge = found.Mismatch!.Decision?.Answer == Answer.Unknown ? null : at.Case();
        var cause = merge is null ? null : CauseRule.Find(merge);
        var candidates =
            merge is null || cause is null
                ? []
                : FixStrategy
                    .ProposeAll(merge, cause)
                    .Where(candidate => !candidate.IsForOneSize)
                    .TakeWhile(_ => effort.Spend(cost + (inputs * inputs / 10)));
        var proof = at.Proof();
        var throughout =
            cause is null || found.Severity != Severity.Condition
                ? null
                : new OpenLevels(proof, json, cause, () => effort.Spend(cost + (inputs * inputs / 10)));
        var fixes = Rank(
                proof,
                merge,
                [
                    .. candidates,
                    .. Promises.OneSymbol(compiled, found.Mismatch!),
                    .. promise is null ? Array.Empty<Candidate>() : [promise],
                ],
                throughout is null ? null : throughout.Extend
            )
            .Select(fix => merge is null ? fix : at.Tell(fix, merge))
            .ToList();
        var told = cause is null ? ConcreteSizes.Undecided : at.Tell(cause);
        compiled.Report.Replace(found, found with { Message = Sentence(found, cause ?? told, fixes), Cause = told, Fixes = fixes });
    }

    /// <param name="extend">Carries a repair on to the mismatches that it brings to light, or leaves; null where each is found for
    /// itself.</param>
    /// <param name="followed">Mends what every repair brings to light; null where that is told for itself.</param>
    private static IEnumerable<Fix> Rank(
        Proof proof,
        MergeCase? merge,
        IEnumerable<Candidate> candidates,
        Func<Proven, Proven?>? extend = null,
        FollowedFix? followed = null
    )
    {
        var proven = candidates.DistinctBy(candidate => candidate.Id).Select(proof.Try).OfType<Proven>().ToList();
        if (extend is not null)
            proven = [.. proven.Select(fix => fix.Candidate.Loss == Loss.Rewired ? fix : extend(fix) ?? fix)];
        proven.RemoveAll(fix => fix.ComesAgain);
        if (followed is not null && proven.TrueForAll(fix => fix.NewErrors > 0))
            proven = followed.Whole([.. proven.OrderBy(fix => Cost.Of(fix, merge))]);
        if (proven.Any(fix => fix.NewErrors == 0))
            proven.RemoveAll(fix => fix.NewErrors > 0);
        else
            proven.RemoveAll(fix => fix.Candidate.Loss == Loss.Grown); // Nobody makes a network larger for half a repair.
        return proven.OrderBy(fix => Cost.Of(fix, merge)).Select(fix => fix.Fix);
    }

    // Where, what, the numbers (the finding's own sentence); then the place to look at, and what to do.
    private static string Sentence(Diagnostic found, Cause cause, List<Fix> fixes) =>
        $"{found.Message} {cause.Explanation} {Remedy(fixes)}".TrimEnd();

    /// <summary>What to do, in a sentence: the two best fixes. Empty without any.</summary>
    internal static string Remedy(IReadOnlyList<Fix> fixes) => fixes.Count switch
    {
        0 => "",
        1 => $"{fixes[0].Title}.",
        _ => $"{fixes[0].Title}, or {char.ToLowerInvariant(fixes[1].Title[0])}{fixes[1].Title[1..]}.",
    };
}
