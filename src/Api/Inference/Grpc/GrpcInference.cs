using System.Diagnostics;
using ConcatService.Api.Access;
using ConcatService.Api.Database;
using ConcatService.Api.Health;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Inference.Grpc.Wire;
using ConcatService.Api.Inference.Rest;
using ConcatService.Persistence;
using Grpc.Core;

namespace ConcatService.Api.Inference.Grpc;

/// <summary>
/// The Open Inference Protocol over gRPC. Keys come as with HTTP: <c>authorization: Bearer …</c> in the metadata. A deadline, or a caller
/// who leaves, ends the computation.
/// </summary>
internal sealed class GrpcInference(
    ServedVersions versions,
    Inferences inferences,
    Readiness readiness,
    IServiceScopeFactory scopes,
    DatabaseWatch watch
)
{
    public async Task<ServerReadyResponse> ServerReadyAsync(CancellationToken cancel) =>
        new() { Ready = await readiness.ReasonAgainstAsync(cancel) is null };

    public static ServerMetadataResponse ServerMetadata() =>
        new() { Name = ServerHealth.Server.Name, Version = ServerHealth.Server.Version, Extensions = { ServerHealth.Server.Extensions } };

    public async Task<ModelReadyResponse> ModelReadyAsync(ModelReadyRequest request, ServerCallContext call)
    {
        await FindAsync(request.Name, request.Version, call);
        return new() { Ready = true };
    }

    public async Task<ModelMetadataResponse> ModelMetadataAsync(ModelMetadataRequest request, ServerCallContext call)
    {
        var found = await FindAsync(request.Name, request.Version, call);
        var all = await versions.AllAsync(found.Row.TeamId, request.Name, call.CancellationToken);
        return new()
        {
            Name = found.Model,
            Versions = { all.Select(each => each.Version) },
            Platform = "onnx_onnxv1",
            Inputs = { found.Signature.Inputs.Select(Describe) },
            Outputs = { found.Signature.Outputs.Select(Describe) },
        };
    }

    public async Task<ModelInferResponse> ModelInferAsync(ModelInferRequest request, ServerCallContext call)
    {
        var began = Stopwatch.GetTimestamp();
        var found = await FindAsync(request.ModelName, request.ModelVersion, call);
        var asked = GrpcTensors.Read(request, found.Signature);
        using var result = await inferences.RunAsync(found, asked, began, GrpcTensors.Timeout(request), call.CancellationToken);
        var response = new ModelInferResponse { ModelName = found.Model, ModelVersion = found.Version, Id = request.Id };
        GrpcTensors.Write(response, result, isRaw: request.RawInputContents.Count > 0);
        return response;
    }

    public async Task<ModelConfigResponse> ModelConfigAsync(ModelConfigRequest request, ServerCallContext call)
    {
        var found = await FindAsync(request.Name, request.Version, call);
        return new() { Config = GrpcDescriptions.Message(Rest.ModelConfig.Of(found.Model, found.Signature)) };
    }

    /// <summary>Of one version, with none named of all of a model, with no model named of all that were asked.</summary>
    public async Task<ModelStatisticsResponse> ModelStatisticsAsync(ModelStatisticsRequest request, ServerCallContext call)
    {
        var caller = await Caller.BindAsync(call.GetHttpContext());
        var asked = request.Name == ""
            ? Rest.ModelStatistics.HandleAll(caller, versions)
                : await Rest.ModelStatistics.Handle(
                    request.Name,
                    request.Version == "" ? null : request.Version,
                    caller,
                    versions,
                    call.CancellationToken
                );
        return new() { ModelStats = { asked.ModelStats.Select(GrpcDescriptions.Message) } };
    }

    public async Task<RepositoryIndexResponse> RepositoryIndexAsync(ServerCallContext call)
    {
        var caller = await Caller.BindAsync(call.GetHttpContext());
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        var entries = await watch.AnswerAsync(cancel => Rest.RepositoryIndex.Handle(caller, db, cancel), call.CancellationToken);
        return new()
        {
            Models =
            {
                entries.Select(entry => new RepositoryIndexResponse.Types.ModelIndex
                {
                    Name = entry.Name,
                    Version = entry.Version,
                    State = entry.State,
                    Reason = entry.Reason,
                }),
            },
        };
    }

    private async ValueTask<ServedVersion> FindAsync(string name, string version, ServerCallContext call)
    {
        var caller = await Caller.BindAsync(call.GetHttpContext());
        return await versions.FindAsync(caller.TeamId, name, version, call.CancellationToken);
    }

    private static ModelMetadataResponse.Types.TensorMetadata Describe(TensorInfo tensor) =>
        new()
        {
            Name = tensor.Name,
            Datatype = tensor.Datatype,
            Shape = { tensor.Shape },
        };
}
