using ConcatService.Api.Access;
using ConcatService.Api.Docs;

namespace ConcatService.Api.Architectures;

/// <summary>/v1/architectures: what a spec says, and specs that are kept.</summary>
internal static class ArchitectureRoutes
{
    public static void MapArchitectures(this IEndpointRouteBuilder app)
    {
        var architectures = app.MapGroup("/v1/architectures").WithTags("Architectures");
        architectures
            .MapPost("validate", ValidateArchitecture.Handle)
            .WithName("validate_architecture")
            .WithSummary("Do the shapes meet? The report: 200 whether valid or not")
            .TakesJson("Architecture", Examples.Refused)
            .Writes("application/json", "Report")
            .ProducesProblem(400)
            .ProducesProblem(413);
        architectures
            .MapPost("repair", RepairArchitecture.Handle)
            .WithName("repair_architecture")
            .WithSummary("The first fix of every fault, applied; what was done, and the report afterwards")
            .TakesJson("Architecture", Examples.Refused)
            .Writes("application/json", "RepairResult")
            .ProducesProblem(400)
            .ProducesProblem(413);
        architectures
            .MapPost("graph.svg", DrawArchitecture.Handle)
            .WithName("draw_architecture")
            .WithSummary("The network as a picture: the shape on every edge, what does not fit in red")
            .TakesJson("Architecture", Examples.Refused)
            .Writes("image/svg+xml")
            .ProducesProblem(400)
            .ProducesProblem(413);
        architectures
            .MapPost("", KeepArchitecture.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("keep_architecture")
            .WithSummary("Keep a spec under its name; the same content again is the same version")
            .TakesJson("Architecture", Examples.Valid)
            .ProducesProblem(422);
        architectures
            .MapGet("", ListArchitectures.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("list_architectures")
            .WithSummary("Kept specs, newest first")
            .Paged();
        architectures
            .MapGet("{id:guid}/graph.svg", DrawArchitecture.HandleKept)
            .RequireScope(Scopes.JobsRead)
            .WithName("draw_kept_architecture")
            .WithSummary("A kept spec as a picture")
            .Writes("image/svg+xml")
            .ProducesProblem(404);
        architectures
            .MapGet("{id:guid}", GetArchitecture.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_architecture")
            .WithSummary("A kept spec")
            .ProducesProblem(404);
    }
}
