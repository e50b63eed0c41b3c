using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>Adds proven fixes to the errors at layers of one branch, and where a number of features comes from.</summary>
internal static class PlainFixes
{
    private const int MostOffers = 4, MostTried = 12;

    private static readonly Code[] Answered =
    [
        Codes.LayerRank,
        Codes.LayerAxes,
        Codes.LayerDType,
        Codes.NotDivisible,
        Codes.SizeBelowOne,
        Codes.LayerShape,
        Codes.DeclaredWidth,
    ];

    /// <summary>The findings whose own sentence does not say what to do.</summary>
    private static readonly Code[] WithoutAdvice = [Codes.NotDivisible, Codes.DeclaredWidth];

    public static bool IsAnswered(Diagnostic found) =>
        found is { Severity: Severity.Error, Layer: not null, Fixes: [] } && (Answered.Contains(found.Code) || found.Evidence is Wanted);

    public static void Add(Compilation compiled, JsonElement json, Effort effort)
    {
        var answered = compiled.Report.Diagnostics.Where(IsAnswered).ToList();
        if (answered.Count == 0)
            return;
        var network = new PlainNetwork(compiled, json);
        var cost = Effort.Of(compiled, json);
        var cases = answered.Select(found => PlainCase.Of(network, found)).OfType<PlainCase>().ToList();
        var alike = cases.ToLookup(at => at.Fault);
        foreach (var at in cases)
        {
            var fixes = effort.Spend(0) ? Proven(at, at.Among([.. alike[at.Fault]]), json, () => effort.Spend(cost)) : [];
            compiled.Report.Replace(at.Diagnostic, Explained(at.Diagnostic, at, fixes));
        }
    }

    private static List<Fix> Proven(PlainCase at, PlainCase among, JsonElement json, Func<bool> spend)
    {
        var proof = ProofOf(at, json);
        var (followed, tried) = (new FollowedFix(proof, json, spend), Tried(at, among, proof, spend));
        var proven = at.Diagnostic.Code == Codes.DeclaredWidth ? followed.WholeInPlace(tried) : followed.Whole(tried);

        // What comes to light behind every repair alike was wrong by itself; what comes behind one of them alone, that one made.
        var isOwn = proven.Count > 1 && proven.TrueForAll(fix => fix.NewErrors == proven[0].NewErrors);
        return
        [
            .. proven
                .Select(fix => fix.NewErrors == 0 || fix.LimitsSizesAlone || isOwn ? fix.Fix : null)
                .OfType<Fix>()
                .Take(MostOffers),
        ];
    }

    /// <summary>Compiles what is patched, until the finding is gone.</summary>
    internal static Proof ProofOf(PlainCase at, JsonElement json) =>
        new(at.Compiled, json, after => after.Planned.Shapes.GetValueOrDefault(new Wire(at.Diagnostic.Layer!)));

    /// <summary>What removes the finding, the likeliest first.</summary>
    internal static List<Proven> Tried(PlainCase at, PlainCase among, Proof proof, Func<bool> spend)
    {
        var proven = new List<Proven>();
        foreach (var (candidate, alone) in Candidates(at, among))
        {
            if (candidate.IsSecondEdit && proven.Exists(fix => fix.NewErrors == 0))
                continue;
            if (!spend())
                break;
            var fix = WidthsBehind.Try(candidate, proof, spend);
            if (alone is not null && fix is not { NewErrors: 0 } && spend())
                fix = WidthsBehind.Try(alone, proof, spend) ?? fix;
            if (fix is not null)
                proven.Add(fix);
        }

        return proven;
    }

    /// <summary>What mends the layer together with those beside it, each with what mends it alone; null where that is the same.</summary>
    private static IEnumerable<(Candidate Candidate, Candidate? Alone)> Candidates(PlainCase at, PlainCase among)
    {
        var own = among.HasCompany ? PlainStrategy.ProposeAll(at).DistinctBy(candidate => candidate.Id).ToDictionary(each => each.Id) : [];
        return PlainStrategy
            .ProposeAll(among)
            .DistinctBy(candidate => candidate.Id)
            .Take(MostTried)
            .Select(candidate =>
                (
                    candidate,
                    own.GetValueOrDefault(candidate.Id) is { } alone && alone.Patch.Count < candidate.Patch.Count ? alone : null
                )
            );
    }

    private static Diagnostic Explained(Diagnostic found, PlainCase at, List<Fix> fixes)
    {
        var parts = found.Code == Codes.NotDivisible || found.Code == Codes.DeclaredWidth ? WidthParts.Of(at) : null;
        var told = parts is { Told: { Length: > 0 } sum } ? $" {sum}." : "";
        var remedy = WithoutAdvice.Contains(found.Code) && fixes.Count > 0 ? $" {Explanation.Remedy(fixes)}" : "";
        var cause = found.Code == Codes.DeclaredWidth ? Declared(found, at, parts) : found.Cause;
        return found with { Message = $"{found.Message}{told}{remedy}", Cause = cause, Fixes = fixes };
    }

    private static Cause? Declared(Diagnostic found, PlainCase at, WidthParts? parts)
    {
        if (at.Layer.Operator.Declared is not { } declared || parts is null)
            return found.Cause;
        var told =
            parts.Told.Length > 0 ? $"{parts.Told}."
            : parts.Parts[0].Decider is { } decider ? $"{decider.Operator.Width!.Name} of {at.NameOf(decider.Name)} gives {parts.Features}."
            : $"{at.InputName} has {parts.Features}.";
        return new(
            CauseKinds.DeclaredWidth,
            found.Layer,
            found.Path,
            $"{at.NameOf(at.Layer.Name)} declares {declared.Attribute} {declared.Features}, and {parts.Features} arrive. {told}"
        );
    }
}
