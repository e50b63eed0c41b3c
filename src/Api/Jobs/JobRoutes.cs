using ConcatService.Api.Access;
using ConcatService.Api.Docs;

namespace ConcatService.Api.Jobs;

/// <summary>/v1/jobs and /v1/workers: trainings, and who does them.</summary>
internal static class JobRoutes
{
    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        var jobs = app.MapGroup("/v1/jobs").WithTags("Jobs");
        jobs.MapPost("", CreateJob.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("create_job")
            .WithSummary("Train a network; with an Idempotency-Key the same call twice is one job")
            .TakesJson("JobRequest", CreateJob.Example)
            .Header(Idempotency.Header, "Up to 255 characters of your choice, remembered for 48 hours")
            .Produces<JobResource>(202)
            .ProducesProblem(400)
            .ProducesProblem(422);
        jobs.MapGet("", ListJobs.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("list_jobs")
            .WithSummary("Jobs, newest first")
            .Paged()
            .ProducesProblem(400);

        var job = jobs.MapGroup("{id:guid}").ProducesProblem(404);
        job.MapGet("", GetJob.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_job")
            .WithSummary("State, progress, attempts and result of a job");
        job.MapDelete("", DeleteJob.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("delete_job")
            .WithSummary("Forget a job that has ended, with its metrics, events and model version")
            .ProducesProblem(409);
        job.MapPost("cancel", CancelJob.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("cancel_job")
            .WithSummary("End a job; one that has ended stays as it is")
            .Produces<JobResource>(202);
        job.MapPost("pause", PauseJob.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("pause_job")
            .WithSummary("Write a checkpoint and let the worker go")
            .ProducesProblem(409);
        job.MapPost("resume", ResumeJob.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("resume_job")
            .WithSummary("Go on from the last checkpoint")
            .ProducesProblem(409);
        job.MapGet("checkpoints", JobCheckpoints.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("list_job_checkpoints")
            .WithSummary("What another attempt can go on from, newest first");
        job.MapPost("checkpoints/{step:long}/export", ExportCheckpoint.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("export_job_checkpoint")
            .WithSummary("Make a model version of a checkpoint, beside the job's own; asking twice is harmless")
            .Produces<ExportCheckpoint.Wish>(202);
        job.MapGet("checkpoints/{step:long}/export", ExportCheckpoint.Find)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_job_checkpoint_export")
            .WithSummary("What became of a checkpoint's export");
        job.MapGet("events", JobEvents.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("list_job_events")
            .WithSummary("What happened, newest first; with Accept: text/event-stream live, oldest first")
            .Paged();
        job.MapGet("metrics", JobMetrics.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_job_metrics")
            .WithSummary("Curves, all or by name, downsampled on request");
        job.MapGet("concats", JobConcats.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_job_concats")
            .WithSummary("What each branch of each concat brings and gets, and what is wrong with it");
        job.MapGet("plot.svg", JobPicture.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("draw_job")
            .WithSummary(
                "Loss and score as curves, and a signal of every branch as a heat map: gradient_rms, activation_rms or contribution_share"
            )
            .Writes("image/svg+xml")
            .ProducesProblem(400);

        app.MapGet("/v1/workers", ListWorkers.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithTags("Jobs")
            .WithName("list_workers")
            .WithSummary("Who listens to which queue, on what device");
    }
}
