using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.OnnxExport;
using ConcatService.Training.Onnx;
using ConcatService.Training.Optimizers;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Training.Tests;

/// <summary>A decoder that starts from an encoder's states.</summary>
[Collection("libtorch")]
public sealed class RecurrentStateTests
{
    /// <summary>The decoder reads numbers of steps alone: what it writes came through the states.</summary>
    private const string Reversal = """
        { "inputs": { "source": { "shape": [3], "dtype": "int64" }, "steps": { "shape": [3], "dtype": "int64" } }, "layers": [
          { "name": "read",    "type": "embedding", "inputs": ["source"], "num_embeddings": 5, "embedding_dim": 16 },
          { "name": "encoder", "type": "lstm", "hidden_size": 48, "return_state": true },
          { "name": "turn",    "type": "embedding", "inputs": ["steps"], "num_embeddings": 3, "embedding_dim": 16 },
          { "name": "decoder", "type": "lstm", "hidden_size": 48, "initial_state": ["encoder:state", "encoder:cell"] },
          { "name": "written", "type": "linear", "out_features": 5 } ] }
        """;

    private const string Rows = """
        { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
          { "name": "rows",    "type": "reshape", "shape": [28, 28], "axes": ["time", "features"] },
          { "name": "encoder", "type": "gru", "hidden_size": 24, "bias": "single", "bidirectional": true, "return_state": true },
          { "name": "end",     "type": "slice", "inputs": ["rows"], "axis": "time", "start": 24 },
          { "name": "decoder", "type": "gru", "hidden_size": 48, "initial_state": "encoder:state", "return_sequences": false },
          { "name": "logits",  "type": "linear", "out_features": 10 } ] }
        """;

    [Fact]
    public void It_trains_and_exports_as_a_job()
    {
        var outcome = TestTraining.Train("""{ "epochs": 2, "batch_size": 64, "threads": 2 }""", Rows);
        var finished = Assert.IsType<Outcome.Finished>(outcome);
        Assert.InRange(finished.Result.TestAccuracy!.Value, 0.15, 1); // chance is 0.1
        Assert.InRange(finished.Result.Parity.MaxRelativeToPeak, 0, Parity.Tolerance);
    }

    [Fact]
    public void It_learns_to_write_backward_what_the_encoder_read()
    {
        manual_seed(5);
        using var outer = NewDisposeScope();
        using var model = new TorchModel(Compiler.Compile(Encoding.UTF8.GetBytes(Reversal)).Plan!);
        Initializers.Fill(model, Initialization.Auto);
        using var optimizer = Optimizer.For(AdamSettings.Adam(), model);
        var steps = arange(3, dtype: ScalarType.Int64).expand(64, 3);
        var right = 0.0;
        for (var step = 0; step < 300; step++)
        {
            using var scope = NewDisposeScope();
            var source = randint(0, 5, [64, 3], dtype: ScalarType.Int64);
            var target = source.flip(1);
            var written = model.Forward(source, steps)[0];                                       // [N, 3, 5]
            optimizer.ZeroGradient();
            functional.cross_entropy(written.reshape(-1, 5), target.reshape(-1)).backward();
            optimizer.Step(0.01);
            right = written.argmax(-1).eq(target).to(ScalarType.Float32).mean().item<float>();
        }

        Assert.InRange(right, 0.9, 1);                                                           // chance is 0.2
        AssertExports(model, randint(0, 5, [4, 3], dtype: ScalarType.Int64), steps.narrow(0, 0, 4).contiguous());
    }

    private static void AssertExports(TorchModel model, params Tensor[] inputs)
    {
        var bytes = OnnxBytes.Write(
            OnnxGraphBuilder.Build(model.Plan, new Dictionary<string, Normalization>()),
            model.Parameters.ToDictionary(each => each.Key, each => each.Tensor),
            new Dictionary<string, string>()
        );
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(bytes, options);
        using var run = new RunOptions();
        var given = Array.ConvertAll(inputs, x => OrtValue.CreateTensorValueFromMemory(x.data<long>().ToArray(), x.shape));
        using var outputs = session.Run(run, [.. session.InputNames], given, [.. session.OutputNames]);
        var expected = model.Forward(inputs)[0];
        Assert.True(tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray()).reshape(expected.shape).allclose(expected, 1e-4, 1e-5));
        Array.ForEach(given, value => value.Dispose());
    }
}
