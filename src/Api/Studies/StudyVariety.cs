using System.Text.Json;
using ConcatService.Api.Errors;
using ConcatService.Domain.Data;
using ConcatService.Domain.Studies;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Studies;

/// <summary>The variants that a study compares, all of them valid; or why there is no study.</summary>
/// <param name="Baseline">The name of the variant that the others are compared with, which is the first.</param>
/// <param name="LeftOut">Of the default list.</param>
internal sealed record StudyVariety(
    IReadOnlyList<string> Merges,
    string Baseline,
    IReadOnlyList<StudyVariants.Made> Variants,
    IReadOnlyList<StudyDesign.Omitted> LeftOut,
    ProblemHttpResult? Refusal
)
{
    public static StudyVariety Of(StudyRequest request, JsonElement spec, DataSetInfo data)
    {
        var compiled = SampleSizes.Compile(spec, data);
        if (compiled.Verdict != "valid")
            return Refused(Problems.InvalidArchitecture(compiled));
        var all = StudyMerge.Of(compiled.Graph);
        if (Chosen(request, all) is not { } merges)
            return Refused(Problems.Invalid(WhichMerge(request, all)));

        var maker = new StudyVariants(request, spec, merges, data);
        var (wishes, baseline) = Wishes(request, maker);
        var made = wishes.ConvertAll(wish => (Wish: wish, Made: maker.Make(wish)));
        var isAsked = request.Variants is not null;
        if (made.Where(each => each.Made.Errors.Count > 0 && (isAsked || each.Wish.Name == baseline)).ToList() is { Count: > 0 } faulty)
            return Refused(Problems.Invalid([.. faulty.Select(each => Fault(request, each.Wish.Name, each.Made))]));
        var valid = made.Where(each => each.Made.Errors.Count == 0).Select(each => each.Made).ToList();
        if (request.MatchesParameters)
        {
            var parameters = valid.Single(each => each.Name == baseline).Totals!.Parameters;
            valid = valid.ConvertAll(each => each.Name == baseline ? each : maker.Match(each, parameters));
        }

        return new(
            [.. merges.Select(merge => merge.Name)],
            baseline,
            valid,
            [
                .. made.Where(each => each.Made.Errors.Count > 0)
                    .Select(each => new StudyDesign.Omitted(each.Wish.Name, each.Made.Errors[0])),
            ],
            null
        );
    }

    private static StudyVariety Refused(ProblemHttpResult refusal) => new([], "", [], [], refusal);

    /// <summary>None where no variant needs one; null where it is not clear which is meant.</summary>
    private static IReadOnlyList<StudyMerge>? Chosen(StudyRequest request, IReadOnlyList<StudyMerge> all)
    {
        if (request.Merges is { } names)
        {
            var found = all.Where(merge => names.Contains(merge.Name)).ToList();
            return found.Count == names.Count ? found : null;
        }

        var isNeeded =
            request.Variants is null
            || request.Variants.Any(wish => wish is { IsKnown: true, Name: not StudyVariants.AsSent })
            || request.Baseline is { } baseline && baseline != StudyVariants.AsSent && request.Variants.All(wish => wish.Name != baseline);
        return all.Count == 1 ? all : isNeeded ? null : [];
    }

    private static PointedError WhichMerge(StudyRequest request, IReadOnlyList<StudyMerge> all)
    {
        if (all.Count == 0)
            return new(
                "/merge",
                "no_merge",
                "The spec has no concat of two or more branches whose fusion could be compared. Give variants with a 'patch' or "
                    + "'settings'."
            );
        var names = string.Join(", ", all.Take(20).Select(merge => merge.Name)) + (all.Count > 20 ? $" and {all.Count - 20} more" : "");
        return request.Merges?.First(name => all.All(merge => merge.Name != name)) is { } asked
            ? new("/merge", "unknown_merge", $"There is no concat '{asked}'. There are {names}.")
            : new("/merge", "ambiguous_merge", $"The spec has {all.Count} concats: {names}. Say in 'merge' which are compared.");
    }

    /// <summary>The baseline first, also where it was not asked for.</summary>
    private static (List<StudyRequest.Wish> Wishes, string Baseline) Wishes(StudyRequest request, StudyVariants maker)
    {
        const string none = "none";
        var wishes = (request.Variants ?? [.. maker.Known.Where(name => name != StudyVariants.AsSent).Select(Known)]).ToList();
        var isOfMerges = wishes.Exists(wish => wish is { IsKnown: true, Name: not StudyVariants.AsSent });
        var baseline =
            request.Baseline
            ?? (wishes.Exists(wish => wish.Name == none) || (isOfMerges && !wishes.Exists(wish => wish.Name == StudyVariants.AsSent))
                ? none
                : StudyVariants.AsSent);
        var first = wishes.Find(wish => wish.Name == baseline) ?? Known(baseline);
        return ([first, .. wishes.Where(wish => wish.Name != baseline)], baseline);

        static StudyRequest.Wish Known(string name) => new(name, null, null);
    }

    private static PointedError Fault(StudyRequest request, string name, StudyVariants.Made made)
    {
        var place = request.Variants?.Index().Where(each => each.Item.Name == name).Select(each => (int?)each.Index).FirstOrDefault();
        var more = made.Errors.Count > 1 ? $" ({made.Errors.Count - 1} more)" : "";
        return new(
            place is { } index ? $"/variants/{index}" : "/baseline",
            "invalid_variant",
            $"The variant '{name}' cannot be trained: {made.Errors[0]}{more}"
        );
    }
}
