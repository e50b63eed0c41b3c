using System.Diagnostics;
using ConcatService.Api.Access;
using ConcatService.Api.Architectures;
using ConcatService.Api.DataSets;
using ConcatService.Api.Errors;
using ConcatService.Api.Memory;
using ConcatService.Api.Quotas;
using ConcatService.Api.Requests;
using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>POST /v1/jobs: checks the architecture and that it fits the data, then queues its training.</summary>
internal static class CreateJob
{
    private const string Route = "POST /v1/jobs";

    public const string Example = $$"""
        { "architecture": {{Examples.Valid}}, "dataset": "two-scale", "settings": { "epochs": 1 } }
        """;

    public static async Task<IResult> Handle(
        JsonBody body,
        HttpContext http,
        Caller caller,
        ConcatDb db,
        JobControl control,
        TimeProvider time,
        JsonAnswers answers,
        CompilerTurns turns,
        TeamQuotas quotas,
        StartingWeights starting,
        CancellationToken cancel
    )
    {
        var once = Idempotency.Of(http.Request, caller, Route, body.Root, db);
        if (once is not null && await once.ReplayAsync(http, cancel) is { } replay)
            return replay;

        var request = JobRequest.Read(body.Root);
        var data = await FindDataAsync(request, caller, db, cancel);
        if (request.Errors.Count > 0)
            return Problems.Invalid([.. request.Errors]);
        var spec = request.Architecture is null
            ? await KeptSpecAsync(request, caller, db, cancel)
            : request.Architecture.Value.GetRawText();
        if (spec is null)
            return Problems.Invalid(
                new PointedError("/architecture_id", "not_found", $"There is no architecture '{request.ArchitectureId}' here.")
            );

        Compilation compiled;
        var written = JsonBody.Parse(spec);
        using (await turns.TakeAsync(written, cancel))
            compiled = SampleSizes.Compile(written, data!.Value.Info);
        if (compiled.Plan is not { } plan || compiled.Verdict != "valid")
            return Problems.InvalidArchitecture(compiled);
        if (Misfits(plan, request, data.Value.Info) is { Length: > 0 } misfits)
            return Problems.Invalid(misfits);

        var admission = await Admission.OfAsync(plan, data.Value.Bytes, request.Settings, db, cancel);
        if (admission.Refusal is { } tooLarge)
            return tooLarge;

        var weights = await starting.FindAsync(plan, request.Settings, request.SaysNormalize, caller, cancel);
        var model = request.ModelName ?? JobRequest.ModelNameFrom(compiled.Spec.Name);
        await quotas.AdmitJobAsync(caller.TeamId, model, cancel);
        var job = NewJob(request, spec, compiled.Spec.Name, data.Value.Reference, admission.PredictedBytes, weights, caller, time);
        var shown = answers.Write((await db.ShowAsync([job], cancel))[0]);
        var location = $"/v1/jobs/{job.Id}";
        once?.Remember(StatusCodes.Status202Accepted, shown, location);
        try
        {
            await control.CreateAsync(job, cancel);
        }
        catch (DbUpdateException conflict) when (once is not null && conflict.IsUniqueViolation())
        {
            db.ChangeTracker.Clear();                           // the same call was a moment faster, on this server or another
            return (await once.ReplayAsync(http, cancel))!;
        }

        return JsonAnswers.Accepted(http, shown, location);
    }

    internal static Task<string?> KeptSpecAsync(JobRequest request, Caller caller, ConcatDb db, CancellationToken cancel) =>
        db
            .Architectures.Where(kept => kept.TeamId == caller.TeamId && kept.Id == request.ArchitectureId)
            .Select(kept => kept.Spec)
            .SingleOrDefaultAsync(cancel);

    /// <summary>
    /// The data set, its size in memory, and its name with the version that is the newest now: what is trained on does not change under a
    /// job. A fault of the request where there is none.
    /// </summary>
    internal static async Task<(DataSetInfo Info, long Bytes, string Reference)?> FindDataAsync(
        JobRequest request,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    )
    {
        if (request.Dataset is not { } name)
            return null;
        if (BuiltInDataSets.Find(name) is { } known)
            return (known, known.Bytes, name);
        if (await db.FindDataSetAsync(caller, name, cancel) is { } found)
            return (StoredDataSet.Parse(found.Content).Info, found.LengthBytes, new DataSetReference(found.Name, found.Version).ToString());
        request.Errors.Add(new("/dataset", "unknown_dataset", await db.UnknownDataSetAsync(caller, name, cancel)));
        return null;
    }

    /// <summary>Where network and data do not fit: places in the spec are places in the request's <c>architecture</c>.</summary>
    internal static PointedError[] Misfits(Plan plan, JobRequest request, DataSetInfo data)
    {
        var report = new Report();
        DataSetFit.Check(plan, data, request.Settings, report);
        var spec = request.ArchitectureId is null ? "/architecture" : "";
        return
        [
            .. JobRequest
                .Pointed(report)
                .Select(error =>
                    error.Pointer.StartsWith("/settings/", StringComparison.Ordinal) ? error : error with { Pointer = spec + error.Pointer }
                ),
        ];
    }

    /// <param name="queuedAt">When it became waiting, for jobs that are queued together in an order; null: when its row is written.</param>
    internal static Job NewJob(
        JobRequest request,
        string spec,
        string? name,
        string dataset,
        long? predictedBytes,
        WeightsPlan? weights,
        Caller caller,
        TimeProvider time,
        DateTimeOffset? queuedAt = null
    )
    {
        var now = time.GetUtcNow();
        var settings = request.Settings;
        return new()
        {
            Id = Guid.CreateVersion7(now),
            TeamId = caller.TeamId,
            Name = request.Name ?? Printable(name) ?? "unnamed",
            Tags = request.Tags,
            ArchitectureId = request.ArchitectureId,
            Spec = spec,
            Dataset = dataset,
            Settings = settings.ToJson(),
            PredictedMemoryBytes = predictedBytes,
            InitialWeights = weights?.ToJson(),
            InitialSha256 = weights?.Sha256,
            ModelName = request.ModelName ?? JobRequest.ModelNameFrom(name),
            Metadata = request.Metadata,
            Queue = Admission.QueueOf(settings),
            Traceparent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null,
            Epochs = (int)settings.Epochs,
            QueuedAt = queuedAt ?? default,                                             // the default is the database's clock
            CreatedAt = new(now.Ticks / 10 * 10, TimeSpan.Zero),                        // what PostgreSQL keeps: microseconds
        };
    }

    /// <summary>A spec's name is a label of any kind; what cannot be stored or printed is left out.</summary>
    private static string? Printable(string? name) =>
        name is null || string.Concat(name.Where(letter => !char.IsControl(letter))) is not { Length: > 0 } printable
            ? null
            : printable[..Math.Min(printable.Length, 200)];
}
