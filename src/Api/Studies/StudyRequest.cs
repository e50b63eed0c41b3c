using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Api.Errors;
using ConcatService.Api.Jobs;
using ConcatService.Api.Requests;

namespace ConcatService.Api.Studies;

/// <summary>What <c>POST /v1/studies</c> was asked for. Usable only when <see cref="Job"/> has no errors.</summary>
/// <param name="Job">Spec, data set, settings and name: as of a job.</param>
/// <param name="Settings">The settings as they were sent.</param>
/// <param name="Merges">Null: the only one.</param>
/// <param name="Variants">Null: the default list.</param>
/// <param name="Baseline">Null: <c>none</c>, or the spec as it was sent.</param>
internal sealed record StudyRequest(
    JobRequest Job,
    JsonElement Settings,
    IReadOnlyList<string>? Merges,
    IReadOnlyList<StudyRequest.Wish>? Variants,
    int Seeds,
    string? Baseline,
    bool MatchesParameters
)
{
    public const int DefaultSeeds = 5, MostSeeds = 50, MostVariants = 40, MostJobs = 500;

    /// <summary>Of the request, and of a kept spec.</summary>
    public const int MostBytes = 2_000_000;

    /// <summary>Of the specs of all jobs together.</summary>
    public const long MostSpecBytes = 100_000_000;

    /// <summary>What <see cref="Domain.Jobs.TrainingSettings.Seed"/> may be: 2^53 - 1.</summary>
    private const long MostSeed = 9_007_199_254_740_991;

    private const int MaxName = 64;

    /// <summary>A variant: a known name alone, or a name with patches.</summary>
    public sealed record Wish(string Name, JsonArray? Patch, JsonArray? SettingsPatch)
    {
        public bool IsKnown => Patch is null && SettingsPatch is null;
    }

    public static StudyRequest Read(JsonElement json)
    {
        var job = JobRequest.Read(json);
        var fields = new Fields(json);
        var request = new StudyRequest(
            job,
            fields.Any("settings") is { ValueKind: JsonValueKind.Object } given ? given : JsonElement.Parse("{}"),
            ReadMerges(fields),
            ReadVariants(fields),
            ReadSeeds(fields),
            fields.Text("baseline", MaxName),
            ReadMatch(fields)
        );
        if (job.Settings.Seed > MostSeed - request.Seeds)
            job.Errors.Add(
                new("/settings/seed", "out_of_range", $"The last seed of the study would be over {MostSeed}. Take a lower one.")
            );
        job.Errors.AddRange(fields.Errors.Where(error => !job.Errors.Contains(error)));
        return request;
    }

    private static List<string>? ReadMerges(Fields fields)
    {
        if (fields.Any("merge") is not { } given)
            return null;
        var names = given.ValueKind == JsonValueKind.Array ? given.EnumerateArray().ToList() : [given];
        if (names.Count > 0 && names.TrueForAll(name => name.ValueKind == JsonValueKind.String))
            return [.. names.Select(name => name.GetString()!).Distinct()];
        fields.Fault("merge", "wrong_type", "'merge' must be the name of a concat, or a list of names.");
        return null;
    }

    private static int ReadSeeds(Fields fields)
    {
        if (fields.Any("seeds") is not { } given)
            return DefaultSeeds;
        if (given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var seeds) && seeds is >= 2 and <= MostSeeds)
            return seeds;
        fields.Fault("seeds", "out_of_range", $"'seeds' must be a whole number from 2 to {MostSeeds}.");
        return DefaultSeeds;
    }

    private static bool ReadMatch(Fields fields)
    {
        if (fields.Any("match_parameters") is not { } given)
            return false;
        if (given.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return given.GetBoolean();
        fields.Fault("match_parameters", "wrong_type", "'match_parameters' must be true or false.");
        return false;
    }

    private static List<Wish>? ReadVariants(Fields fields)
    {
        if (fields.Any("variants") is not { } given)
            return null;
        if (given.ValueKind != JsonValueKind.Array || given.GetArrayLength() is < 1 or > MostVariants)
        {
            fields.Fault("variants", "out_of_range", $"'variants' must be a list of 1 to {MostVariants} variants.");
            return null;
        }

        var wishes = new List<Wish>();
        foreach (var (place, each) in given.EnumerateArray().Index())
        {
            if (ReadVariant(each, $"/variants/{place}", fields.Errors) is not { } wish)
                continue;
            if (wishes.Exists(other => other.Name == wish.Name))
                fields.Errors.Add(new($"/variants/{place}", "duplicate_name", $"There are two variants '{wish.Name}'."));
            else
                wishes.Add(wish);
        }

        return wishes;
    }

    private static Wish? ReadVariant(JsonElement json, string pointer, List<PointedError> errors)
    {
        if (json.ValueKind == JsonValueKind.String && IsName(json.GetString()!))
            return new(json.GetString()!, null, null);
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new(pointer, "wrong_type", "A variant is a known name, or { \"name\", \"patch\" or \"settings\" }."));
            return null;
        }

        var before = errors.Count;
        foreach (var field in json.EnumerateObject().Where(field => field.Name is not ("name" or "patch" or "settings")))
            errors.Add(
                new(
                    Pointers.Append(pointer, field.Name),
                    Problems.UnknownField,
                    $"There is no field '{field.Name}' in a variant. The fields are name, patch, settings."
                )
            );
        var name = json.TryGetProperty("name", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
        if (!IsName(name))
            errors.Add(new($"{pointer}/name", "out_of_range", $"'name' must have 1 to {MaxName} printable characters."));
        var (patch, settings) = (ReadPatch(json, "patch", pointer, errors), ReadPatch(json, "settings", pointer, errors));
        if (patch is null && settings is null && errors.Count == before)
            errors.Add(
                new(pointer, "missing_field", "Give the variant a 'patch' for the spec, 'settings' as a patch for the settings, or both.")
            );
        return errors.Count == before ? new(name, patch, settings) : null;
    }

    private static JsonArray? ReadPatch(JsonElement json, string field, string pointer, List<PointedError> errors)
    {
        if (!json.TryGetProperty(field, out var given) || given.ValueKind == JsonValueKind.Null)
            return null;
        if (given.ValueKind == JsonValueKind.Array)
            return (JsonArray)Domain.Fixes.JsonPatch.Read(given);
        errors.Add(new($"{pointer}/{field}", "wrong_type", $"'{field}' must be a JSON Patch: a list of operations."));
        return null;
    }

    private static bool IsName(string name) => name.Length is >= 1 and <= MaxName && !name.Any(char.IsControl);
}
