using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Jobs;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Studies;

namespace ConcatService.Api.Studies;

/// <summary>The rows of a study that is about to be kept: itself, its jobs and what joins them.</summary>
internal sealed class StudyMaker(
    StudyRequest request,
    string spec,
    string dataset,
    StudyVariety variety,
    Caller caller,
    TimeProvider time
)
{
    private readonly DateTimeOffset _now = new(time.GetUtcNow().Ticks / 10 * 10, TimeSpan.Zero);
    private readonly Guid _id = Guid.CreateVersion7(time.GetUtcNow());
    private readonly List<(string Variant, Func<long, DateTimeOffset, Job> Make)> _variants = [];
    private List<(string Variant, long Seed, Job Job)>? _made;

    /// <summary>The tag of every job of the study.</summary>
    public static string TagOf(Guid study) => $"study:{study}";

    public string Name => request.Job.Name ?? $"{(NameOfSpec() is { Length: > 0 } own ? own : "network")} study";

    /// <summary>One for all: callers of the network's own model do not get what a study made.</summary>
    public string ModelName => $"study-{_id.ToString("N")[^12..]}";

    public IReadOnlyList<Job> Jobs => [.. Made.Select(each => each.Job)];

    public IReadOnlyList<StudyJob> Links =>
        [
            .. Made.Select(each => new StudyJob
            {
                StudyId = _id,
                Variant = each.Variant,
                Seed = each.Seed,
                TeamId = caller.TeamId,
                JobId = each.Job.Id,
            }),
        ];

    public List<StudyRow> Waiting =>
        Made.ConvertAll(each => new StudyRow(each.Variant, each.Seed, each.Job.Id, JobState.Queued.Name(), null, null, null));

    /// <summary>All seeds of a variant.</summary>
    public void Add(StudyVariants.Made variant, long? predictedBytes, WeightsPlan? weights)
    {
        var text = variant.Patch.Count == 0 ? spec : variant.Spec.GetRawText();
        _variants.Add(
            (
                variant.Name,
                (seed, queuedAt) =>
                    CreateJob.NewJob(
                        Asked(variant, seed), text, null, dataset, predictedBytes, weights, caller, time, queuedAt)
            )
        );
    }

    public Study Row(JsonElement design) =>
        new()
        {
            Id = _id,
            TeamId = caller.TeamId,
            Name = Name,
            Spec = spec,
            Dataset = dataset,
            Settings = request.Job.Settings.ToJson(),
            Design = design,
            Baseline = variety.Baseline,
            Seeds = request.Seeds,
            ModelName = ModelName,
            CreatedAt = _now,
        };

    /// <summary>Seed by seed, all variants of each: a microsecond apart, so that they begin in this order.</summary>
    private List<(string Variant, long Seed, Job Job)> Made =>
        _made ??= [
            .. Enumerable.Range(0, request.Seeds)
                .SelectMany(turn => _variants.Select((variant, i) => (variant, turn, Place: (turn * _variants.Count) + i)))
                .Select(each => (each.variant, Seed: request.Job.Settings.Seed + each.turn, QueuedAt: _now.AddMicroseconds(each.Place)))
                .Select(each => (each.variant.Variant, each.Seed, each.variant.Make(each.Seed, each.QueuedAt))),
        ];

    private JobRequest Asked(StudyVariants.Made variant, long seed) =>
        request.Job with
        {
            Settings = variant.Settings with { Seed = seed },
            Name = Shortened($"{Name}: {variant.Name}, seed {seed}", 200),
            Tags = ["study", TagOf(_id)],
            ModelName = ModelName,
            Metadata = JsonSerializer.SerializeToElement(new { study = _id, variant = variant.Name, seed }),
        };

    private string NameOfSpec()
    {
        using var document = JsonDocument.Parse(spec, new JsonDocumentOptions { MaxDepth = Requests.JsonBody.MaxDepth });
        var name =
            document.RootElement.TryGetProperty("name", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : "";
        return Shortened(string.Concat(name!.Where(letter => !char.IsControl(letter))), 150);
    }

    private static string Shortened(string text, int most) => text.Length <= most ? text : text[..most];
}
