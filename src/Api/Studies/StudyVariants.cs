using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Api.Errors;
using ConcatService.Api.Jobs;
using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Studies;

namespace ConcatService.Api.Studies;

/// <summary>Makes, compiles and checks the variants of a study.</summary>
internal sealed class StudyVariants(StudyRequest request, JsonElement spec, IReadOnlyList<StudyMerge> merges, DataSetInfo data)
{
    /// <summary>The name of the spec as it was sent.</summary>
    public const string AsSent = "as_sent";

    private readonly JsonNode _spec = Domain.Fixes.JsonPatch.Read(spec);

    /// <param name="Spec">With the patch.</param>
    /// <param name="Errors">Empty where the variant can be trained.</param>
    public sealed record Made(
        string Name,
        JsonArray Patch,
        JsonArray? SettingsPatch,
        JsonElement Spec,
        TrainingSettings Settings,
        Plan? Plan,
        IReadOnlyList<string> Errors
    )
    {
        public Totals? Totals { get; } = Plan is null ? null : Totals.Of(Plan);

        public bool IsMatched { get; init; }
    }

    /// <summary>Every known name with these merges.</summary>
    public IReadOnlyList<string> Known => [AsSent, .. merges.Count > 0 ? StudyPatch.Defaults(merges) : []];

    public Made Make(StudyRequest.Wish wish)
    {
        try
        {
            var patch = wish.Patch ?? (wish.IsKnown ? PatchOf(wish.Name) : []);
            var patched = StudyPatch.Apply(spec, patch);
            var settings = wish.SettingsPatch is { } own ? StudyPatch.Apply(request.Settings, own) : request.Settings;
            return Check(wish, patch, patched, settings);
        }
        catch (StudyException refused)
        {
            return new(wish.Name, [], null, spec, request.Job.Settings, null, [refused.Message]);
        }
    }

    /// <summary>
    /// The same variant with the <c>out_channels</c> at which the network's parameters come nearest to the baseline's; as it is where its
    /// fusion has no such width.
    /// </summary>
    public Made Match(Made variant, long parameters)
    {
        if (variant.Name is not ("conv1x1" or "gmu") || variant.Totals is null)
            return variant;
        var (low, high) = (1L, 4096L);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = Wide(middle).Totals?.Parameters <= parameters ? (middle, high) : (low, middle);
        }

        var found = new[] { low, high }
            .Select(Wide)
            .Where(made => made.Errors.Count == 0)
            .MinBy(made => Math.Abs(made.Totals!.Parameters - parameters));
        return found is null ? variant : found with { IsMatched = true };

        Made Wide(long width) =>
            Make(
                new(
                    variant.Name,
                    StudyPatch.Fuse(_spec, merges, new JsonObject { ["type"] = variant.Name, ["out_channels"] = width }),
                    null
                )
            );
    }

    private JsonArray PatchOf(string name)
    {
        if (name == AsSent)
            return [];
        if (merges.Count > 0 && name.StartsWith(StudyPatch.Only, StringComparison.Ordinal))
            return StudyPatch.Keep(spec, merges, name) ?? throw Unknown(name);
        return merges.Count > 0 && (StudyPatch.Fusions.Contains(name) || name is "eca" or "cbam")
            ? StudyPatch.Fuse(_spec, merges, name)
            : throw Unknown(name);
    }

    private StudyException Unknown(string name) =>
        new($"'{name}' is no known variant. Known are {string.Join(", ", Known)}; any other needs a 'patch' or 'settings'.");

    private Made Check(StudyRequest.Wish wish, JsonArray patch, JsonElement patched, JsonElement settings)
    {
        var report = new Report();
        var read = TrainingSettings.Read(settings, report);
        var compiled = SampleSizes.Compile(patched, data);
        List<string> errors =
        [
            .. JobRequest.Pointed(report).Select(Said),
            .. compiled
                .Report.Diagnostics.Where(found => found.Severity is Severity.Error or Severity.Condition)
                .Select(found => $"{found.Code.Name} at {found.Path}: {found.Message}"),
        ];
        if (errors.Count == 0 && compiled.Plan is { } plan)
            errors.AddRange(CreateJob.Misfits(plan, request.Job with { Settings = read }, data).Select(Said));
        return new(wish.Name, patch, wish.SettingsPatch, patched, read, compiled.Plan, errors);
    }

    private static string Said(PointedError error) => $"{error.Code} at {error.Pointer}: {error.Detail}";
}
