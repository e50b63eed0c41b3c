using ConcatService.Api.Access;
using ConcatService.Api.Docs;
using ConcatService.Api.Jobs;

namespace ConcatService.Api.Studies;

/// <summary>/v1/studies: variants of a network compared over several seeds.</summary>
internal static class StudyRoutes
{
    public static void MapStudies(this IEndpointRouteBuilder app)
    {
        var studies = app.MapGroup("/v1/studies").WithTags("Studies");
        studies
            .MapPost("", CreateStudy.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("create_study")
            .WithSummary("Compare variants of a network")
            .WithDescription(
                "By default the ways to fuse a concat and each of its branches alone; or any JSON Patches on the spec or the settings. "
                    + "Each variant is validated, then trained as a job once per seed. The answer says what the study can show before it "
                    + "starts."
            )
            .TakesJson("StudyRequest", CreateStudy.Example)
            .Header(Idempotency.Header, "Up to 255 characters of your choice, remembered for 48 hours")
            .Produces<StudyResource>(202)
            .ProducesProblem(400)
            .ProducesProblem(422);
        studies
            .MapGet("", ListStudies.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("list_studies")
            .WithSummary("List studies, newest first");

        var study = studies.MapGroup("{id:guid}").ProducesProblem(404);
        study
            .MapGet("", GetStudy.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_study")
            .WithSummary("Get a study: progress, and each variant's value for each seed");
        study
            .MapGet("report", StudyReport.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_study_report")
            .WithSummary("Compare the variants of a study with its baseline")
            .WithDescription("Paired differences with intervals, tests and a sentence each, by the seeds that have ended so far.");
        study
            .MapGet("plot.svg", StudyReport.Draw)
            .RequireScope(Scopes.JobsRead)
            .WithName("draw_study")
            .WithSummary("Draw the differences of a study as an SVG picture")
            .Writes("image/svg+xml");
        study
            .MapPost("cancel", CancelStudy.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("cancel_study")
            .WithSummary("Cancel a study")
            .WithDescription("Its jobs that have not ended are cancelled. A study that has ended stays as it is.")
            .Produces<StudyResource>(202);
        study
            .MapDelete("", DeleteStudy.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("delete_study")
            .WithSummary("Delete a study that has ended")
            .WithDescription("Its jobs stay, with their metrics and model versions.")
            .ProducesProblem(409);
    }
}
