using Microsoft.ML.OnnxRuntime;

namespace ConcatService.Api.Inference.Engine;

/// <summary>
/// ONNX Runtime, once per process: one pool of threads for all sessions, which waits without spinning, so that idle models cost nothing,
/// and one arena of memory, so that a model that leaves gives its memory to the next.
/// </summary>
internal static partial class OnnxRuntime
{
    /// <summary>
    /// Of one run. Half the processors: two are often the halves of one core, and waking a second thread costs a small model more than it
    /// brings.
    /// </summary>
    public static readonly int Threads = Math.Max(1, Environment.ProcessorCount / 2);

    private const string Cuda = "CUDAExecutionProvider";

    /// <summary>A model with one Identity of one number.</summary>
    private const string Smallest =
        "080812003A370A100A017812017922084964656E746974791201675A0F0A0178120"
        + "A0A08080112040A020801620F0A0179120A0A08080112040A02080142040A001011";

    private static readonly Lazy<bool> Started = new(Start);
    private static readonly Lazy<(bool IsUsable, string? Why)> Gpu = new(TryCuda);

    /// <summary>
    /// Whether sessions run on the first GPU: the build has the CUDA provider (<c>-p:OrtBackend=cuda</c>), and a session on it could be
    /// made.
    /// </summary>
    public static bool UsesCuda => Gpu.Value.IsUsable;

    /// <summary>Says where a GPU build computes; finds it out, which a first request would wait for otherwise.</summary>
    public static void TellWhereItRuns(ILogger log)
    {
        if (Gpu.Value.IsUsable)
            OnCuda(log);
        else if (Gpu.Value.Why is { } why)
            OnCpu(log, why);
    }

    /// <summary>A session on the shared pool. Costs 0.6 ms beyond reading the model; with threads of its own it would be 31.</summary>
    public static InferenceSession Load(byte[] model)
    {
        _ = Started.Value;
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions();
        options.DisablePerSessionThreads();
        options.AddSessionConfigEntry("session.use_env_allocators", "1");
        if (UsesCuda)
            AppendCuda(options);
        return new InferenceSession(model, options);
    }

    // Grows by what is asked for and not by doubling: an arena on the GPU is never given back.
    private static void AppendCuda(Microsoft.ML.OnnxRuntime.SessionOptions options)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(new() { ["arena_extend_strategy"] = "kSameAsRequested" });
        options.AppendExecutionProvider_CUDA(cuda);
    }

    // That the package is there says nothing of CUDA's own libraries, of a driver or of a device.
    private static (bool IsUsable, string? Why) TryCuda()
    {
        if (!Started.Value || !OrtEnv.Instance().GetAvailableProviders().Contains(Cuda))
            return (false, null);
        try
        {
            using var options = new Microsoft.ML.OnnxRuntime.SessionOptions();
            options.DisablePerSessionThreads();
            AppendCuda(options);
            using var session = new InferenceSession(Convert.FromHexString(Smallest), options);
            return (true, null);
        }
        catch (OnnxRuntimeException unusable)
        {
            return (false, unusable.Message);
        }
    }

    private static bool Start()
    {
        if (!OrtEnv.IsCreated)                                  // by another host in this process, as in tests: a second one is refused
        {
            using var threads = new OrtThreadingOptions
            {
                GlobalIntraOpNumThreads = Threads,
                GlobalInterOpNumThreads = 1,
                GlobalSpinControl = false,
            };
            var options = new EnvironmentCreationOptions
            {
                logId = "concat",
                logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
                threadOptions = threads,
            };
            OrtEnv.CreateInstanceWithOptions(ref options);
        }

        using var arena = new OrtArenaCfg(0, 1, -1, -1);        // no limit; extends by what is asked for; the library's chunk sizes
        OrtEnv.Instance().CreateAndRegisterAllocator(OrtMemoryInfo.DefaultInstance, arena);
        return true;
    }

    [LoggerMessage(2110, LogLevel.Information, "Models are computed on the GPU, by CUDA")]
    private static partial void OnCuda(ILogger log);

    [LoggerMessage(2111, LogLevel.Warning, "CUDA cannot be used here: this build for GPUs computes models on the CPU. {Why}")]
    private static partial void OnCpu(ILogger log, string why);
}
