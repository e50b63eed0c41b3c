using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Inference.Grpc.Wire;
using Grpc.Core;
using static ConcatService.Api.Tests.Inference.Protocol.GrpcDoor;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>Triton's extensions over gRPC: configuration, statistics, the repository's index.</summary>
[Collection(nameof(ProtocolServer))]
public sealed class GrpcExtensionCases(ProtocolServer server) : IDisposable
{
    private readonly GrpcDoor _door = new(server);

    public static TheoryData<string> Types => [.. ElementType.All.Select(type => type.Name)];

    public void Dispose() => _door.Dispose();

    [Theory]
    [MemberData(nameof(Types))]
    public async Task A_configuration_names_type_and_sizes_behind_the_batch(string type)
    {
        server.Need(Model(type));
        var config = (
            await _door.CallAsync("ModelConfig", new ModelConfigRequest { Name = Model(type) }, ModelConfigResponse.Parser)
        ).Config;
        Assert.Equal((Model(type), "onnxruntime", "x", "y"), (config.Name, config.Backend, config.Input[0].Name, config.Output[0].Name));
        Assert.Equal($"Type{type}", config.Input[0].DataType.ToString(), ignoreCase: true);
        Assert.Equal([3], config.Output[0].Dims);
    }

    [Fact]
    public async Task A_configuration_says_on_what_a_model_runs()
    {
        server.Need("pair");
        var config = (await _door.CallAsync("ModelConfig", new ModelConfigRequest { Name = "pair" }, ModelConfigResponse.Parser)).Config;
        var rest = (await server.GetAsync("/v2/models/pair/config")).Json.GetProperty("instance_group")[0].GetProperty("kind").GetString();
        Assert.Equal(rest, config.InstanceGroup[0].Kind == ModelInstanceGroup.Types.Kind.Gpu ? "KIND_GPU" : "KIND_CPU");
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    public async Task Statistics_count_what_was_asked(string version)
    {
        server.Need("open");
        var request = new ModelStatisticsRequest { Name = "open", Version = version };
        var before = (await _door.CallAsync("ModelStatistics", request, ModelStatisticsResponse.Parser)).ModelStats.Single();
        await server.SendAsync(HttpMethod.Post, "/v2/models/open/infer", EchoRequests.RowBytes, ("Inference-Header-Content-Length", "0"));
        var after = (await _door.CallAsync("ModelStatistics", request, ModelStatisticsResponse.Parser)).ModelStats.Single();
        Assert.Equal(
            ("open", "1", before.InferenceCount + 1, before.InferenceStats.Success.Count + 1),
            (after.Name, after.Version, after.InferenceCount, after.InferenceStats.Success.Count)
        );
    }

    [Fact]
    public async Task Statistics_of_no_model_are_those_of_all()
    {
        server.Need("open");
        await _door.CallAsync("ModelReady", new ModelReadyRequest { Name = "open" }, ModelReadyResponse.Parser);
        Assert.Contains(
            (await _door.CallAsync("ModelStatistics", new ModelStatisticsRequest(), ModelStatisticsResponse.Parser)).ModelStats,
            model => model.Name == "open"
        );
    }

    [Fact]
    public async Task The_index_lists_what_can_be_asked()
    {
        server.Need("pair");
        var index = await _door.CallAsync("RepositoryIndex", new RepositoryIndexRequest(), RepositoryIndexResponse.Parser);
        Assert.Equal(
            ("1", "READY"),
            index.Models.Where(model => model.Name == "pair").Select(model => (model.Version, model.State)).Single()
        );
    }

    [Fact]
    public async Task What_is_not_there_has_no_configuration_and_no_statistics()
    {
        Assert.Equal(
            StatusCode.NotFound,
            await _door.StatusAsync("ModelConfig", new ModelConfigRequest { Name = "no-such-model" }, ModelConfigResponse.Parser)
        );
        Assert.Equal(
            StatusCode.NotFound,
            await _door.StatusAsync(
                "ModelStatistics",
                new ModelStatisticsRequest { Name = "no-such-model" },
                ModelStatisticsResponse.Parser
            )
        );
    }
}
