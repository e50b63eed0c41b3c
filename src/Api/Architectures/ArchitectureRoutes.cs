using ConcatService.Api.Access;
using ConcatService.Api.Database;
using ConcatService.Api.Docs;
using ConcatService.Api.Requests;

namespace ConcatService.Api.Architectures;

/// <summary>/v1/architectures: what a spec says, and specs that are kept.</summary>
internal static class ArchitectureRoutes
{
    public static void MapArchitectures(this IEndpointRouteBuilder app)
    {
        var architectures = app.MapGroup("/v1/architectures").WithTags("Architectures");
        architectures
            .MapPost("validate", ValidateArchitecture.Handle)
            .NeedsNoDatabase()
            .WithName("validate_architecture")
            .WithSummary("Validate a spec")
            .WithDescription(
                "Checks types, shapes and connections. Answers 200 with the report, whether the spec is valid or not: all errors "
                    + "at once, with their cause, and fixes as JSON Patch."
            )
            .TakesJson("ArchitectureSpec", Examples.Refused)
            .ReportsOnAnyText()
            .Writes("application/json", "Report")
            .ProducesProblem(400)
            .ProducesProblem(413);
        architectures
            .MapPost("repair", RepairArchitecture.Handle)
            .NeedsNoDatabase()
            .WithName("repair_architecture")
            .WithSummary("Repair a spec")
            .WithDescription(
                "Applies the first fix of each error where that is an edit or an adapter, until none is left. `allow=rewire`, "
                    + "`allow=drop` or `allow=rewire,drop` lets it also read other layers, or take layers away. Answers the new "
                    + "spec, what was applied, and the new report: what is left is in its `diagnostics`."
            )
            .TakesJson("ArchitectureSpec", Examples.Refused)
            .ReportsOnAnyText()
            .Writes("application/json", "RepairResult")
            .ProducesProblem(400)
            .ProducesProblem(413);
        architectures
            .MapPost("import", ImportArchitecture.Handle)
            .NeedsNoDatabase()
            .WithName("import_architecture")
            .WithSummary("Import a file of another tool")
            .WithDescription(
                "Reads an Ultralytics YAML, a Darknet cfg, a Keras JSON or .keras file, or an ONNX model, as the body or as the file of a "
                    + "form, and answers the spec that it stands for with its report: 200 whether the network is valid or not. `sources` "
                    + "has the line and column of each layer; a finding and its cause have them as `source`. `gaps` lists what could not "
                    + "be read, `assumptions` what the file leaves open. Nothing of a file is run: pickles, HDF5 and SavedModel are a 415 "
                    + "that says how to get a file that is read."
            )
            .Parameter("format", "`yolo`, `darknet`, `keras` or `onnx`. Default: `auto`, by the content.")
            .Parameter("scale", "For YAML with `scales`: the one to take, such as `s`. Default: the first.")
            .Parameter("input", "The input where the file leaves it open: `3x640x640` or `image:3xHxW`, without the batch.")
            .TakesFile()
            .Writes("application/json", "ImportResult")
            .ProducesProblem(400)
            .ProducesProblem(413)
            .ProducesProblem(415)
            .ProducesProblem(422);
        architectures
            .MapPost("pytorch", WritePyTorch.Handle)
            .NeedsNoDatabase()
            .WithName("write_pytorch")
            .WithSummary("Write a spec as PyTorch source")
            .WithDescription(
                "Answers a Python file with the network as an `nn.Module`: a class for each block, loops for repetitions, the shapes as "
                    + "comments. It needs torch alone, from 1.13 on. A spec with errors is refused with its report (422)."
            )
            .TakesJson("ArchitectureSpec", Examples.Valid)
            .ReportsOnAnyText()
            .Writes("text/x-python")
            .ProducesProblem(400)
            .ProducesProblem(413)
            .ProducesProblem(422);
        architectures
            .MapPost("graph.svg", DrawArchitecture.Handle)
            .NeedsNoDatabase()
            .WithName("draw_architecture")
            .WithSummary("Draw a spec as an SVG picture")
            .WithDescription("The shape is on every edge; what does not fit is red.")
            .TakesJson("ArchitectureSpec", Examples.Refused)
            .ReportsOnAnyText()
            .Writes("image/svg+xml")
            .ProducesProblem(400)
            .ProducesProblem(413);
        architectures
            .MapPost("", KeepArchitecture.Handle)
            .RequireScope(Scopes.JobsWrite)
            .WithName("keep_architecture")
            .WithSummary("Store a spec under its name")
            .WithDescription(
                "New content is a new version (201); known content returns the version it has (200). A spec with errors is "
                    + "refused with its report (422)."
            )
            .TakesJson("ArchitectureSpec", Examples.Valid)
            .ProducesProblem(422);
        architectures
            .MapGet("", ListArchitectures.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("list_architectures")
            .WithSummary("List stored specs, newest first");
        architectures
            .MapGet("{id:guid}/graph.svg", DrawArchitecture.HandleKept)
            .RequireScope(Scopes.JobsRead)
            .WithName("draw_kept_architecture")
            .WithSummary("Draw a stored spec as an SVG picture")
            .Writes("image/svg+xml")
            .ProducesProblem(404);
        architectures
            .MapGet("{id:guid}", GetArchitecture.Handle)
            .RequireScope(Scopes.JobsRead)
            .WithName("get_architecture")
            .WithSummary("Get a stored spec")
            .ProducesProblem(404);
    }
}
