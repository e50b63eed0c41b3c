using Microsoft.ML.OnnxRuntime;

namespace ConcatService.Training.Onnx;

/// <summary>Sessions of ONNX Runtime for comparisons; one environment per process.</summary>
public static class OnnxSession
{
    private static readonly Lock Gate = new();

    public static string Version => typeof(InferenceSession).Assembly.GetName().Version!.ToString(3);

    /// <summary>
    /// A session over a model's bytes. Its threads wait asleep, so that a comparison takes nothing from whoever else computes here.
    /// </summary>
    public static InferenceSession Open(byte[] model)
    {
        lock (Gate)
        {
            if (!OrtEnv.IsCreated) // a second environment is refused, and a test host may have made the first
            {
                var creation = new EnvironmentCreationOptions
                {
                    logId = "concat-service",
                    logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING,
                };
                OrtEnv.CreateInstanceWithOptions(ref creation);
            }
        }

        using var options = new SessionOptions();
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return new InferenceSession(model, options);
    }
}
