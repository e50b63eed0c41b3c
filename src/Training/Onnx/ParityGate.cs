using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace ConcatService.Training.Onnx;

/// <summary>Proves that an exported model computes what was trained: ONNX Runtime against the module, both float32 and in evaluation mode.</summary>
/// <remarks>Differences are measured against the largest output: element by element, two correct programs differ by 1e-4 where outputs are near 0.</remarks>
public static class ParityGate
{
    /// <summary>Held-out samples to compare; all of them where there are fewer.</summary>
    public const int Samples = 256;

    /// <param name="images">float32 in the spec's layout.</param>
    public static Parity Compare(TorchModel model, byte[] onnx, Tensor images)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        model.Training = false;
        model.Precision = ScalarType.Float32;
        var trained = model.Forward(images)[0].cpu().contiguous();                      // [N, classes]
        var exported = tensor(Run(onnx, images), trained.shape);
        var difference = (trained - exported).abs().max().item<float>();
        var peak = trained.abs().max().item<float>();
        return new((int)images.shape[0], difference, peak > 0 ? difference / peak : difference, ChangedClasses(trained, exported, peak * Parity.Tolerance));
    }

    /// <summary>A class may change only where the two best scores are closer than the tolerance: there either is right.</summary>
    private static int ChangedClasses(Tensor trained, Tensor exported, double tolerance)
    {
        if (trained.shape[1] < 2)
            return 0;
        var (best, _) = trained.topk(2, dim: 1);
        var isClear = (best.select(1, 0) - best.select(1, 1)).gt(tolerance);
        return (int)trained.argmax(1).ne(exported.argmax(1)).logical_and(isClear).sum().item<long>();
    }

    private static float[] Run(byte[] onnx, Tensor images)
    {
        using var session = OnnxRuntime.Open(onnx);
        var values = images.cpu().contiguous().data<float>().ToArray();
        using var input = OrtValue.CreateTensorValueFromMemory(values, images.shape);
        using var options = new RunOptions();
        using var outputs = session.Run(options, session.InputNames, [input], session.OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
