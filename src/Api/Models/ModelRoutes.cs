using ConcatService.Api.Access;
using ConcatService.Api.Docs;

namespace ConcatService.Api.Models;

/// <summary>/v1/models: the registry.</summary>
internal static class ModelRoutes
{
    private const string Deleted =
        "What an alias names cannot be deleted: 409. It is no longer served at once here, and within 2 seconds by other processes. The job "
        + "that made it stays.";

    public static void MapModels(this IEndpointRouteBuilder app)
    {
        var models = app.MapGroup("/v1/models").WithTags("Models").RequireScope(Scopes.ModelsRead);
        models.MapGet("", ListModels.Handle).WithName("list_models").WithSummary("List models, newest first");
        models
            .MapGet("{name}", GetModel.Handle)
            .WithName("get_model")
            .WithSummary("Get a model and its versions, newest first")
            .ProducesProblem(404);
        models
            .MapGet("{name}/versions/{version:int}", GetModelVersion.Handle)
            .WithName("get_model_version")
            .WithSummary("Get a model version: tensors, metrics and parity of its export")
            .ProducesProblem(404);
        models
            .MapGet("{name}/versions/{version:int}/coherence", GetCoherence.Handle)
            .WithName("get_model_coherence")
            .WithSummary("Get what each branch of a version is worth, and whether they belong together")
            .WithDescription(
                "By what the job measured at its last evaluation before the version: what is lost without each branch, with a 95 % "
                    + "interval, its likeness to the targets and to the other branches, and its share. Nothing is trained."
            )
            .ProducesProblem(404);
        models
            .MapGet("{name}/versions/{version:int}/bundle", DownloadBundle.Handle)
            .WithName("download_bundle")
            .WithSummary("Download a version as a Triton model repository (zip)")
            .Writes("application/zip")
            .ProducesProblem(404);
        models
            .MapGet("{name}/versions/{version:int}/pytorch", DownloadPyTorch.Handle)
            .WithName("download_pytorch")
            .WithSummary("Download a version as PyTorch source with its weights (zip)")
            .WithDescription(
                "`net.py` with the network, `weights.safetensors` with its state_dict, `samples.safetensors` with inputs and the answers "
                    + "to them, `check.py`, which runs the network on them and prints the largest difference, and `train.py`, which trains "
                    + "it by several processes or GPUs with torchrun. Needs torch alone."
            )
            .Writes("application/zip")
            .ProducesProblem(404)
            .ProducesProblem(409);
        models
            .MapGet("{name}/onnx", DownloadModel.HandleNewest)
            .WithName("download_model")
            .WithSummary("Download the newest version as ONNX")
            .Writes("application/octet-stream")
            .ProducesProblem(404);
        models
            .MapGet("{name}/versions/{version:int}/onnx", DownloadModel.Handle)
            .WithName("download_model_version")
            .WithSummary("Download a version as ONNX")
            .Writes("application/octet-stream")
            .ProducesProblem(404);

        var deleted = app.MapGroup("/v1/models/{name}")
            .WithTags("Models")
            .RequireScope(Scopes.JobsWrite)
            .ProducesProblem(404)
            .ProducesProblem(409);
        deleted
            .MapDelete("", DeleteModel.Handle)
            .WithName("delete_model")
            .WithSummary("Delete a model with all its versions")
            .WithDescription($"{Deleted} The name is free again.");
        deleted
            .MapDelete("versions/{version:int}", DeleteModel.HandleVersion)
            .WithName("delete_model_version")
            .WithSummary("Delete a version of a model")
            .WithDescription($"{Deleted} No other version of the model gets its number. With its last version the model is gone.");

        var aliases = app.MapGroup("/v1/models/{name}/aliases/{alias}").WithTags("Models").RequireScope(Scopes.Admin).ProducesProblem(404);
        aliases
            .MapPut("", Aliases.Move)
            .WithName("move_alias")
            .WithSummary("Point an alias at a version")
            .WithDescription("Creates the alias, or moves it. Requests under way finish on the version that they began with.")
            .TakesJson("MoveAlias", Aliases.Example)
            .ProducesProblem(400)
            .ProducesProblem(422);
        aliases
            .MapPost("back", Aliases.MoveBack)
            .WithName("move_alias_back")
            .WithSummary("Point an alias back at its previous version")
            .ProducesProblem(409);
        aliases.MapDelete("", Aliases.Delete).WithName("delete_alias").WithSummary("Delete an alias");
    }
}
