using Microsoft.ML.OnnxRuntime;

namespace ConcatService.Api.Inference.Engine;

/// <summary>
/// ONNX Runtime, once per process: one pool of threads for all sessions, which waits without spinning, so that idle models cost nothing,
/// and one arena of memory, so that a model that leaves gives its memory to the next.
/// </summary>
internal static class OnnxRuntime
{
    /// <summary>
    /// Of one run. Half the processors: two are often the halves of one core, and waking a second thread costs a small model more than it
    /// brings.
    /// </summary>
    public static readonly int Threads = Math.Max(1, Environment.ProcessorCount / 2);

    private const string Cuda = "CUDAExecutionProvider";
    private static readonly Lazy<bool> Started = new(Start);

    /// <summary>Whether the build has the CUDA provider (<c>-p:OrtBackend=cuda</c>); then sessions run on the first GPU.</summary>
    public static bool HasCuda => Started.Value && OrtEnv.Instance().GetAvailableProviders().Contains(Cuda);

    /// <summary>A session on the shared pool. Costs 0.6 ms beyond reading the model; with threads of its own it would be 31.</summary>
    public static InferenceSession Load(byte[] model)
    {
        _ = Started.Value;
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions();
        options.DisablePerSessionThreads();
        options.AddSessionConfigEntry("session.use_env_allocators", "1");
        if (HasCuda)
        {
            // Grows by what is asked for and not by doubling: an arena on the GPU is never given back.
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new() { ["arena_extend_strategy"] = "kSameAsRequested" });
            options.AppendExecutionProvider_CUDA(cuda);
        }

        return new InferenceSession(model, options);
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
}
