using System.Globalization;
using ConcatService.Api.Jobs;
using ConcatService.Api.Memory;
using ConcatService.Api.Requests;
using ConcatService.Domain.Data;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Studies;

/// <summary>How long the training steps of a study take, from the speed of the team's newest finished training on the same data.</summary>
/// <param name="Seconds">Null where there was none.</param>
/// <param name="From">What the estimate is made of, for people.</param>
internal sealed record StudyEstimate(double? Seconds, string From)
{
    public static async Task<StudyEstimate> OfAsync(
        ConcatDb db,
        int team,
        (DataSetInfo Info, long Bytes, string Reference) data,
        IReadOnlyList<StudyVariants.Made> variants,
        int seeds,
        CompilerTurns turns,
        CancellationToken cancel
    )
    {
        var last = await db
            .Jobs.AsNoTracking()
            .Where(job =>
                job.TeamId == team && job.State == JobState.Succeeded && job.Dataset == data.Reference && job.SamplesPerSecond > 0
            )
            .OrderByDescending(job => job.Id)
            .Select(job => new { job.Spec, job.SamplesPerSecond })
            .FirstOrDefaultAsync(cancel);
        if (last is null)
            return new(null, $"No training on {data.Reference} has ended yet, so that its speed is not known.");
        long? macs;
        using (await turns.TakeAsync(cancel))
            macs = SampleSizes.Compile(JsonBody.Parse(last.Spec), data.Info).Plan is { } plan ? Totals.Of(plan).Macs : null;
        var workers = await WorkersAsync(db, Admission.QueueOf(variants[0].Settings), cancel);
        var samples = seeds * variants.Sum(variant => SamplesOf(variant, data.Info) * Slower(variant, macs));
        var seconds = samples / last.SamplesPerSecond!.Value / workers;
        return new(
            seconds,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{last.SamplesPerSecond:0} samples/s of the newest training on {data.Reference}, by multiply-accumulates, and {workers} "
                    + $"worker{(workers == 1 ? "" : "s")}; training steps alone."
            )
        );
    }

    private static double SamplesOf(StudyVariants.Made variant, DataSetInfo data) =>
        (double)data.TrainingSamples(variant.Settings.ValidationSplit) * variant.Settings.Epochs;

    private static double Slower(StudyVariants.Made variant, long? macs) =>
        macs is > 0 and var known && variant.Totals?.Macs is { } own ? (double)own / known : 1;

    private static async Task<int> WorkersAsync(ConcatDb db, string queue, CancellationToken cancel) =>
        Math.Max(
            1,
            await db
                .Workers.FromSql($"select * from workers where last_seen_at > now() - {JobLife.WorkerTimeout} and {queue} = any(queues)")
                .CountAsync(cancel)
        );
}
