using ConcatService.Api.Access;
using ConcatService.Api.Docs;

namespace ConcatService.Api.Models;

/// <summary>/v1/models: the registry.</summary>
internal static class ModelRoutes
{
    public static void MapModels(this IEndpointRouteBuilder app)
    {
        var models = app.MapGroup("/v1/models").WithTags("Models").RequireScope(Scopes.ModelsRead);
        models.MapGet("", ListModels.Handle).WithName("list_models").WithSummary("Models, newest first").Paged();
        models
            .MapGet("{name}", GetModel.Handle)
            .WithName("get_model")
            .WithSummary("A model with its versions, newest first")
            .ProducesProblem(404);
        models
            .MapGet("{name}/versions/{version:int}", GetModelVersion.Handle)
            .WithName("get_model_version")
            .WithSummary("The card of a version")
            .ProducesProblem(404);
        models
            .MapGet("{name}/versions/{version:int}/bundle", DownloadBundle.Handle)
            .WithName("download_bundle")
            .WithSummary("A version as a model repository for Triton, zipped")
            .Writes("application/zip")
            .ProducesProblem(404);
        models
            .MapGet("{name}/onnx", DownloadModel.HandleNewest)
            .WithName("download_model")
            .WithSummary("The newest version as an ONNX file")
            .Writes("application/octet-stream")
            .ProducesProblem(404);
        models
            .MapGet("{name}/versions/{version:int}/onnx", DownloadModel.Handle)
            .WithName("download_model_version")
            .WithSummary("A version as an ONNX file")
            .Writes("application/octet-stream")
            .ProducesProblem(404);

        app.MapGet("/models/{name}", ModelPage.Handle).RequireScope(Scopes.ModelsRead).ExcludeFromDescription();

        var aliases = app.MapGroup("/v1/models/{name}/aliases/{alias}").WithTags("Models").RequireScope(Scopes.Admin).ProducesProblem(404);
        aliases
            .MapPut("", Aliases.Move)
            .WithName("move_alias")
            .WithSummary("Name a version, or move the name to another one")
            .TakesJson("MoveAlias", Aliases.Example)
            .ProducesProblem(400)
            .ProducesProblem(422);
        aliases
            .MapPost("back", Aliases.MoveBack)
            .WithName("move_alias_back")
            .WithSummary("Back to the version before")
            .ProducesProblem(409);
        aliases.MapDelete("", Aliases.Delete).WithName("delete_alias").WithSummary("Take the name away");
    }
}
