using ConcatService.Api.Access;
using ConcatService.Api.Docs;

namespace ConcatService.Api.Inference;

/// <summary>
/// /v2, the Open Inference Protocol (https://github.com/kserve/open-inference-protocol), over JSON, and the convenience call. Versions are strings
/// of digits; a request without one gets the newest. Where the protocol's documents disagree with each other, its OpenAPI file is followed.
/// </summary>
internal static class InferenceRoutes
{
    private const string Tag = "Open Inference Protocol";

    public static void MapInference(this IEndpointRouteBuilder app)
    {
        var server = app.MapGroup("/v2").WithTags(Tag);
        server.MapGet("health/live", ServerHealth.Live).AllowAnonymous().WithName("server_live").WithSummary("Whether the server answers");
        server.MapGet("health/ready", ServerHealth.ReadyAsync).AllowAnonymous().WithName("server_ready").WithSummary("Whether the server can infer").ProducesProblem(503);
        server.MapGet("", ServerHealth.Describe).RequireScope(Scopes.Infer).WithName("server_metadata").WithSummary("Name, version, extensions");
        MapModel(app.MapGroup("/v2/models/{name}"), "");
        MapModel(app.MapGroup("/v2/models/{name}/versions/{version:int}"), "_version");

        app.MapPost("/v1/models/{name}/predict", Predict.Handle).RequireScope(Scopes.Infer).WithTags("Models").WithName("predict")
            .WithSummary("A picture (PNG, JPEG) or rows in, labels with probabilities out").TakesJson("PredictRequest", Predict.Example).TakesPicture()
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(413);
    }

    private static void MapModel(RouteGroupBuilder model, string suffix)
    {
        model.WithTags(Tag).RequireScope(Scopes.Infer).ProducesProblem(404);
        model.MapGet("", DescribeModel.Handle).WithName("model_metadata" + suffix).WithSummary("The tensors that a model takes and gives");
        model.MapGet("ready", DescribeModel.HandleReady).WithName("model_ready" + suffix).WithSummary("Whether a model can be asked");
        model.MapPost("infer", Infer.Handle).WithName("infer" + suffix).WithSummary("Tensors in, tensors out").TakesJson("InferRequest", Infer.Example)
            .Writes("application/json", "InferResponse").ProducesProblem(400);
    }
}
