using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace ConcatService.Training.Onnx;

/// <summary>
/// Proves that a network computes what the ONNX file does that it was imported from. The file was read whole before, every node of it by a
/// closed table; it is run here, in the trainer's process, and never served.
/// </summary>
public static class FileParity
{
    /// <param name="file">The bytes of the file.</param>
    /// <param name="inputs">As <see cref="ParityGate.Compare(TorchModel, byte[], long, Tensor[])"/> takes them.</param>
    /// <exception cref="WeightsException">The file cannot be run on these inputs.</exception>
    public static Parity Compare(TorchModel model, byte[] file, long batchSize, Tensor[] inputs)
    {
        try
        {
            using var session = OnnxSession.Open(file);
            if (session.InputNames.Count != inputs.Length || session.OutputNames.Count != model.Plan.Outputs.Count)
                throw new WeightsException(
                    "file_refused",
                    $"The uploaded file has {session.InputNames.Count} inputs and {session.OutputNames.Count} outputs, and the network "
                        + $"{inputs.Length} and {model.Plan.Outputs.Count}."
                );
            var (batch, samples) = (batchSize, inputs);
            if (session.InputMetadata[session.InputNames[0]].Dimensions is [> 0 and var fixedBatch, ..])
            {
                var whole = inputs[0].shape[0] / fixedBatch * fixedBatch;
                if (whole == 0)
                    throw new WeightsException(
                        "file_refused",
                        $"The uploaded file takes {fixedBatch} samples at once, and there are fewer."
                    );
                (batch, samples) = (fixedBatch, Array.ConvertAll(inputs, input => input.narrow(0, 0, whole)));
            }

            return ParityGate.Compare(model, session, batch, samples);
        }
        catch (System.Runtime.InteropServices.ExternalException differs)
        {
            throw new WeightsException("file_refused", $"The uploaded file answers in other shapes than the network: {differs.Message}");
        }
        catch (OnnxRuntimeException refused)
        {
            throw new WeightsException("file_refused", $"ONNX Runtime refuses the uploaded file: {refused.Message}");
        }
    }
}
