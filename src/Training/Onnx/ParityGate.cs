using ConcatService.Domain.Shapes;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace ConcatService.Training.Onnx;

/// <summary>
/// Proves that an exported model computes what was trained: ONNX Runtime against the module, both float32 and in evaluation mode.
/// </summary>
/// <remarks>
/// Differences are measured against the largest value of the same output: element by element, two correct programs differ by 1e-4 where
/// outputs are near 0.
/// </remarks>
public static class ParityGate
{
    /// <summary>Held-out samples to compare; all of them where there are fewer.</summary>
    public const int Samples = 256;

    /// <param name="inputs">One for each spec input, in the spec's order and layout: float32 or int64.</param>
    /// <param name="batchSize">Samples that either computes at once: what they need of memory grows with it.</param>
    public static Parity Compare(TorchModel model, byte[] onnx, long batchSize, params Tensor[] inputs)
    {
        using var session = OnnxSession.Open(onnx);
        return Compare(model, session, batchSize, inputs);
    }

    /// <summary>The same against a session that is open already.</summary>
    internal static Parity Compare(TorchModel model, InferenceSession session, long batchSize, Tensor[] inputs)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        model.Training = false;
        model.Precision = ScalarType.Float32;
        var parts = Enumerable
            .Range(0, (int)((inputs[0].shape[0] + batchSize - 1) / batchSize))
            .Select(part =>
                Array.ConvertAll(
                    inputs,
                    input => input.narrow(0, part * batchSize, Math.Min(batchSize, input.shape[0] - (part * batchSize)))
                )
            )
            .ToList();
        var trained = Joined(parts.Select(part => model.Forward(part)));
        var exported = Joined(parts.Select(part => Run(session, part)));
        var parity = new Parity((int)inputs[0].shape[0], 0, 0, 0);
        for (var i = 0; i < trained.Length; i++)
        {
            var (output, other) = (trained[i].cpu().to(ScalarType.Float32), exported[i]);
            var difference = (output - other).abs().max().item<float>();
            var peak = output.abs().max().item<float>();
            parity = parity with
            {
                MaxAbs = Math.Max(parity.MaxAbs, difference),
                MaxRelativeToPeak = Math.Max(parity.MaxRelativeToPeak, peak > 0 ? difference / peak : difference),
                ChangedClasses =
                    parity.ChangedClasses
                    + ChangedClasses(output, other, model.Plan.Shapes[model.Plan.Outputs[i].Wire], peak * Parity.Tolerance),
            };
        }

        return parity;
    }

    /// <summary>The best feature may change only where the two best scores are closer than the tolerance: there either is right.</summary>
    private static int ChangedClasses(Tensor trained, Tensor exported, Shape shape, double tolerance)
    {
        if (!shape.Has(Axis.Channels) || shape[Axis.Channels].Known is null or < 2)
            return 0;
        var axis = shape.Position(Axis.Channels);
        var (best, _) = trained.topk(2, dim: axis);
        var isClear = (best.select(axis, 0) - best.select(axis, 1)).gt(tolerance);
        return (int)trained.argmax(axis).ne(exported.argmax(axis)).logical_and(isClear).sum().item<long>();
    }

    /// <summary>For each output the parts of the batch in one.</summary>
    private static Tensor[] Joined(IEnumerable<Tensor[]> parts)
    {
        var all = parts.ToList();
        return [.. all[0].Select((_, output) => cat([.. all.Select(part => part[output])]))];
    }

    private static Tensor[] Run(InferenceSession session, Tensor[] inputs)
    {
        var values = Array.ConvertAll(inputs, Value);
        try
        {
            using var options = new RunOptions();
            using var outputs = session.Run(options, session.InputNames, values, session.OutputNames);
            return
            [
                .. outputs.Select(output => tensor(output.GetTensorDataAsSpan<float>().ToArray(), output.GetTensorTypeAndShape().Shape)),
            ];
        }
        finally
        {
            Array.ForEach(values, value => value.Dispose());
        }
    }

    private static OrtValue Value(Tensor input)
    {
        var values = input.cpu().contiguous();
        return values.dtype == ScalarType.Int64
            ? OrtValue.CreateTensorValueFromMemory(values.data<long>().ToArray(), values.shape)
            : OrtValue.CreateTensorValueFromMemory(values.data<float>().ToArray(), values.shape);
    }
}
