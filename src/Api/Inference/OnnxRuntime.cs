using Microsoft.ML.OnnxRuntime;

namespace ConcatService.Api.Inference;

/// <summary>ONNX Runtime, once per process: one pool of threads for all sessions, which waits without spinning, so that idle models cost nothing.</summary>
internal static class OnnxRuntime
{
    private static readonly Lazy<bool> Started = new(Start);

    /// <summary>A session on the shared pool. Costs 0.6 ms beyond reading the model; with threads of its own it would be 31.</summary>
    public static InferenceSession Load(byte[] model)
    {
        _ = Started.Value;
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions();
        options.DisablePerSessionThreads();
        return new InferenceSession(model, options);
    }

    private static bool Start()
    {
        if (OrtEnv.IsCreated)                                   // by another host in this process, as in tests: a second one is refused
            return true;
        using var threads = new OrtThreadingOptions { GlobalIntraOpNumThreads = Environment.ProcessorCount, GlobalInterOpNumThreads = 1, GlobalSpinControl = false };
        var options = new EnvironmentCreationOptions { logId = "concat", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, threadOptions = threads };
        OrtEnv.CreateInstanceWithOptions(ref options);
        return true;
    }
}
