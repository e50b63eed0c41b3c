using ConcatService.Api.Access;
using ConcatService.Api.Docs;

namespace ConcatService.Api.Retention;

/// <summary>/v1/retention: how long what a team has is kept.</summary>
internal static class RetentionRoutes
{
    public static void MapRetention(this IEndpointRouteBuilder app)
    {
        var retention = app.MapGroup("/v1/retention").WithTags("Retention").RequireScope(Scopes.Admin);
        retention.MapGet("", GetRetention.Handle).WithName("get_retention").WithSummary("Get how long what the team has is kept");
        retention
            .MapPut("", PutRetention.Handle)
            .WithName("put_retention")
            .WithSummary("Choose how long what the team has is kept")
            .WithDescription(
                "All that the team chooses for itself: a kind that is left out is kept as the instance keeps it. What is older is deleted "
                    + "within the next hours, for good. What an alias, a model version or a job that has not ended needs always stays."
            )
            .TakesJson("RetentionRequest", PutRetention.Example)
            .ProducesProblem(422);
        retention
            .MapPost("preview", PreviewRetention.Handle)
            .WithName("preview_retention")
            .WithSummary("Count what would be deleted now")
            .WithDescription("With the settings in force, `{}`, or with others, as PUT takes them. Nothing is deleted.")
            .TakesJson("RetentionRequest", PreviewRetention.Example)
            .ProducesProblem(422);
    }
}
