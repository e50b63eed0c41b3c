using ConcatService.Api.Inference.Grpc.Wire;
using Wired = ConcatService.Api.Inference.Grpc.Wire;

namespace ConcatService.Api.Inference.Grpc;

/// <summary>Triton's configuration and statistics as messages: what the REST calls of these names say.</summary>
internal static class GrpcDescriptions
{
    public static Wired.ModelConfig Message(Rest.ModelConfig config) => new()
    {
        Name = config.Name,
        Platform = config.Platform,
        Backend = config.Backend,
        MaxBatchSize = config.MaxBatchSize,
        Input =
            {
                config.Input.Select(input => new ModelInput
                {
                    Name = input.Name,
                    DataType = Type(input.DataType),
                    Dims = { input.Dims },
                }),
            },
        Output =
            {
                config.Output.Select(output => new ModelOutput
                {
                    Name = output.Name,
                    DataType = Type(output.DataType),
                    Dims = { output.Dims },
                }),
            },
        InstanceGroup =
        {
            config.InstanceGroup.Select(group => new ModelInstanceGroup
            {
                Name = group.Name,
                Count = group.Count,
                Kind = group.Kind == "KIND_GPU" ? ModelInstanceGroup.Types.Kind.Gpu : ModelInstanceGroup.Types.Kind.Cpu,
            }),
        },
    };

    public static Wired.ModelStatistics Message(Rest.ModelStatistics.Model model) => new()
    {
        Name = model.Name,
        Version = model.Version,
        LastInference = (ulong)model.LastInference,
        InferenceCount = (ulong)model.InferenceCount,
        ExecutionCount = (ulong)model.ExecutionCount,
        InferenceStats = new()
        {
            Success = Message(model.InferenceStats.Success),
            Fail = Message(model.InferenceStats.Fail),
            Queue = Message(model.InferenceStats.Queue),
            ComputeInput = Message(model.InferenceStats.ComputeInput),
            ComputeInfer = Message(model.InferenceStats.ComputeInfer),
            ComputeOutput = Message(model.InferenceStats.ComputeOutput),
            CacheHit = Message(model.InferenceStats.CacheHit),
            CacheMiss = Message(model.InferenceStats.CacheMiss),
        },
        BatchStats =
        {
            model.BatchStats.Select(batch => new InferBatchStatistics
            {
                BatchSize = (ulong)batch.BatchSize,
                ComputeInput = Message(batch.ComputeInput),
                ComputeInfer = Message(batch.ComputeInfer),
                ComputeOutput = Message(batch.ComputeOutput),
            }),
        },
    };

    private static StatisticDuration Message(Rest.ModelStatistics.Duration duration) =>
        new() { Count = (ulong)duration.Count, Ns = (ulong)duration.Ns };

    /// <summary>From <c>TYPE_FP32</c>; the generated name is <c>TypeFp32</c>.</summary>
    private static DataType Type(string name) => Enum.Parse<DataType>(name.Replace("_", ""), ignoreCase: true);
}
