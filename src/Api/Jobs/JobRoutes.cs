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
            .WithSummary("Start a training")
            .WithDescription(
                "Validates the spec against the data set and queues a job. Repeating the request with the same Idempotency-Key "
                    + "returns the same job."
            )
            .TakesJson("JobRequest", CreateJob.Example)
            .Header(Idempotency.Header, "Up to 255 characters of your choice, remembered for 48 hours")
            .Produces<JobResource>(202)
            .ProducesProblem(400)
            .ProducesProblem(422);
        jobs.MapGet("", ListJobs.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("list_jobs")
            .WithSummary("List jobs, newest first")
            .Parameter("state", "Only jobs in this state.")
            .Parameter("name", "Only jobs of this name.")
            .Parameter("tag", "Only jobs with this tag; repeated, with all of them.")
            .ProducesProblem(400);

        var job = jobs.MapGroup("{id:guid}").ProducesProblem(404);
        job.MapGet("", GetJob.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_job")
            .WithSummary("Get a job: state, progress, attempts and result");
        job.MapDelete("", DeleteJob.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("delete_job")
            .WithSummary("Delete a job that has ended")
            .WithDescription("Its metrics, events, checkpoints and model version are deleted with it.")
            .ProducesProblem(409);
        job.MapPost("cancel", CancelJob.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("cancel_job")
            .WithSummary("Cancel a job")
            .WithDescription("A job that has ended stays as it is.")
            .Produces<JobResource>(202);
        job.MapPost("pause", PauseJob.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("pause_job")
            .WithSummary("Pause a job")
            .WithDescription("The worker writes a checkpoint and is then free for other jobs.")
            .ProducesProblem(409);
        job.MapPost("resume", ResumeJob.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("resume_job")
            .WithSummary("Resume a paused job")
            .WithDescription("The training continues from the last checkpoint.")
            .ProducesProblem(409);
        job.MapPost("repair", RepairJob.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("repair_job")
            .WithSummary("Look for a repair of a job")
            .WithDescription(
                "Queues a job of the kind `repair`: it races at most six changes by the causes of this job's findings, one of them "
                    + "\"change nothing\", from the newest checkpoint before the first finding, and judges them on the validation split. "
                    + "Its `result.repair` tells what each change was worth, and has the body to train with the one that is proven, if one "
                    + "is. Nothing is applied. 409 where nothing is known to be wrong, 422 where the fault is in the data. A second call "
                    + "while the repair has not ended answers with the same job."
            )
            .Produces<JobResource>(202)
            .ProducesProblem(409)
            .ProducesProblem(422);
        job.MapGet("architecture", JobArchitecture.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_job_architecture")
            .WithSummary("Get the spec that a job trains")
            .WithDescription("Exactly as it was sent, whatever became of a stored spec since.")
            .Writes("application/json", "ArchitectureSpec");
        job.MapGet("graph.svg", JobArchitecture.Draw)
            .RequireScope(Scopes.JobsRead)
            .WithName("draw_job_architecture")
            .WithSummary("Draw the network that a job trains as an SVG picture")
            .Writes("image/svg+xml");
        job.MapGet("checkpoints", JobCheckpoints.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("list_job_checkpoints")
            .WithSummary("List the checkpoints of a job, newest first");
        job.MapPost("checkpoints/{step:long}/export", ExportCheckpoint.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("export_job_checkpoint")
            .WithSummary("Export a checkpoint as a model version")
            .WithDescription("In addition to the version that the job makes at its end. Repeating the request is harmless.")
            .Produces<ExportCheckpoint.Wish>(202);
        job.MapGet("checkpoints/{step:long}/export", ExportCheckpoint.Find)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_job_checkpoint_export")
            .WithSummary("Get the state of a checkpoint's export");
        job.MapGet("events", JobEvents.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("list_job_events")
            .WithSummary("List the events of a job, or stream them")
            .WithDescription("Newest first. With `Accept: text/event-stream`, past and coming events are streamed, oldest first.");
        job.MapGet("metrics", JobMetrics.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_job_metrics")
            .WithSummary("Get training curves")
            .Parameter("name", "Names of metrics, repeated or separated by commas. Default: all.")
            .Parameter("max_points", "Most points of a curve, from 2 to 100000; peaks are kept. Default: every point.");
        job.MapGet("concats", JobConcats.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_job_concats")
            .WithSummary("Get the signals and verdicts of each concat branch")
            .WithDescription("From the newest sample, while the job runs and after.");
        job.MapGet("plot.svg", JobPicture.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("draw_job")
            .WithSummary("Draw the training as an SVG picture")
            .WithDescription("Loss and score as curves, and one signal of every concat branch as a heat map.")
            .Parameter("heat", "The signal: gradient_rms, activation_rms or contribution_share. Default: gradient_rms.")
            .Writes("image/svg+xml")
            .ProducesProblem(400);

        app.MapGet("/v1/workers", ListWorkers.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithTags("Jobs")
            .WithName("list_workers")
            .WithSummary("List workers with their devices and queues");
    }
}
