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
        models.MapGet("{name}", GetModel.Handle).WithName("get_model").WithSummary("A model with its versions, newest first").ProducesProblem(404);
        models.MapGet("{name}/versions/{version:int}", GetModelVersion.Handle).WithName("get_model_version").WithSummary("The card of a version").ProducesProblem(404);
        models.MapGet("{name}/onnx", DownloadModel.HandleNewest).WithName("download_model").WithSummary("The newest version as an ONNX file").Writes("application/octet-stream").ProducesProblem(404);
        models.MapGet("{name}/versions/{version:int}/onnx", DownloadModel.Handle).WithName("download_model_version").WithSummary("A version as an ONNX file").Writes("application/octet-stream").ProducesProblem(404);
    }
}
