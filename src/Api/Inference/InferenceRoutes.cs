using ConcatService.Api.Access;
using ConcatService.Api.Database;
using ConcatService.Api.Docs;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Inference.Grpc;
using ConcatService.Api.Inference.Prediction;
using ConcatService.Api.Inference.Rest;
using Grpc.AspNetCore.Server.Model;

namespace ConcatService.Api.Inference;

/// <summary>
/// /v2, the Open Inference Protocol (https://github.com/kserve/open-inference-protocol) with Triton's extensions for tensors as bytes,
/// statistics, configuration and the repository's index; and the convenience call. Where the protocol's documents disagree with each other,
/// its OpenAPI file is followed.
/// </summary>
internal static class InferenceRoutes
{
    private const string Tag = "Open Inference Protocol";

    public static void AddInference(this IServiceCollection services)
    {
        services.AddSingleton<ModelCache>();
        services.AddSingleton<ServedVersions>();
        services.AddSingleton<Inferences>();
        services.AddSingleton<GrpcInference>();
        services.AddSingleton<IServiceMethodProvider<GrpcInference>, GrpcMethods>();
        services.AddGrpc(grpc =>
        {
            (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (InferBody.MaxBytes, null);
            grpc.IgnoreUnknownServices = true;                      // its route for those would turn every 405 into a 404
        });
    }

    public static void MapInference(this IEndpointRouteBuilder app)
    {
        var server = app.MapGroup("/v2").WithTags(Tag).DisableRateLimiting();
        server
            .MapGet("health/live", ServerHealth.Live)
            .AllowAnonymous()
            .NeedsNoDatabase()
            .WithName("server_live")
            .WithSummary("Server liveness");
        server
            .MapGet("health/ready", ServerHealth.ReadyAsync)
            .AllowAnonymous()
            .NeedsNoDatabase()
            .WithName("server_ready")
            .WithSummary("Server readiness")
            .ProducesProblem(503);
        server
            .MapGet("", ServerHealth.Describe)
            .NeedsNoDatabase()
            .RequireScope(Scopes.Infer)
            .WithName("server_metadata")
            .WithSummary("Server name, version and extensions");
        server
            .MapPost("repository/index", RepositoryIndex.Handle)
            .RequireScope(Scopes.Infer)
            .WithName("repository_index")
            .WithSummary("List every model version that can be queried");
        server
            .MapGet("models/stats", ModelStatistics.HandleAll)
            .NeedsNoDatabase()
            .RequireScope(Scopes.Infer)
            .WithName("all_statistics")
            .WithSummary("Statistics of all models queried since this process started");
        app.MapGrpcService<GrpcInference>().RequireScope(Scopes.Infer).NeedsNoDatabase().DisableRateLimiting();
        MapModel(app.MapGroup("/v2/models/{name}"), "");
        MapModel(app.MapGroup("/v2/models/{name}/versions/{version}"), "_version");

        app.MapPost("/v1/models/{name}/predict", Predict.Handle)
            .NeedsNoDatabase()
            .DisableRateLimiting()
            .RequireScope(Scopes.Infer)
            .WithTags("Models")
            .WithName("predict")
            .WithSummary("Classify pictures or tensors")
            .WithDescription(
                "Takes a PNG or JPEG file as the body, or JSON instances. Answers class labels with probabilities. For models of other "
                    + "tasks, use /v2/models/{name}/infer."
            )
            .Parameter("version", "A number, `latest` or an alias. Default: the alias `production`, otherwise the newest.")
            .TakesJson("PredictRequest", Predict.Example)
            .TakesPicture()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(413);
    }

    private static void MapModel(RouteGroupBuilder model, string suffix)
    {
        model.WithTags(Tag).RequireScope(Scopes.Infer).NeedsNoDatabase().DisableRateLimiting().ProducesProblem(404);
        model.MapGet("", DescribeModel.Handle).WithName("model_metadata" + suffix).WithSummary("Input and output tensors of a model");
        model.MapGet("ready", DescribeModel.HandleReady).WithName("model_ready" + suffix).WithSummary("Model readiness");
        model
            .MapGet("config", DescribeModel.HandleConfig)
            .WithName("model_config" + suffix)
            .WithSummary("Model configuration in Triton's format");
        model
            .MapGet("stats", ModelStatistics.Handle)
            .WithName("model_statistics" + suffix)
            .WithSummary("Request counts and times since this process started");
        model
            .MapPost("infer", Infer.Handle)
            .WithName("infer" + suffix)
            .WithSummary("Run a model: tensors in, tensors out")
            .TakesJson("InferRequest", Infer.Example)
            .Header(InferBody.HeaderLength, "Length of the JSON, when tensors follow it as bytes; 0 when the body is the one tensor")
            .Writes("application/json", "InferResponse")
            .ProducesProblem(400)
            .ProducesProblem(413)
            .ProducesProblem(501)
            .ProducesProblem(503);
    }
}
