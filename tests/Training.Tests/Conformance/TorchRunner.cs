using System.Diagnostics;
using System.Text.Json;
using ConcatService.Domain.Planning;
using ConcatService.Export;
using ConcatService.Export.Python;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Conformance;

/// <summary>One Python process with PyTorch, which runs generated source after generated source.</summary>
public sealed class TorchRunner : IDisposable
{
    private readonly Lock _gate = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("concat-torch-");
    private Process? _process;

    /// <summary>
    /// Asserts that the network's source has the plan's parameters and gives, with the model's weights, what is expected, within a share of
    /// its peak.
    /// </summary>
    public void AssertGives(TorchModel model, string? name, Tensor[] inputs, Tensor[] expected, double relativeToPeak)
    {
        var python = TorchPython.Required();
        var source = PythonSource.Write(model.Plan, name);
        File.WriteAllText(PathOf("net.py"), source.Text);
        Write("weights.safetensors", Weights(source, model));
        Write(
            "data.safetensors",
            [.. inputs.Select((each, i) => Of($"in.{i}", each)), .. expected.Select((each, i) => Of($"out.{i}", each))]
        );
        using var answer = JsonDocument.Parse(Ask(python, source.ClassName));
        Assert.False(answer.RootElement.TryGetProperty("error", out var error), $"{error}\n{source.Text}");
        Assert.Equal(Totals.Of(model.Plan).Parameters, answer.RootElement.GetProperty("parameters").GetInt64());
        foreach (var output in answer.RootElement.GetProperty("outputs").EnumerateArray())
        {
            var (difference, peak) = (output[0].GetDouble(), output[1].GetDouble());
            Assert.True(difference <= relativeToPeak * peak, $"differs by {difference:g3} at a peak of {peak:g3}\n{source.Text}");
        }
    }

    public void Dispose()
    {
        _process?.StandardInput.Close();
        _process?.WaitForExit();
        _process?.Dispose();
        _folder.Delete(recursive: true);
    }

    private static List<SafeTensor> Weights(PythonSource source, TorchModel model) =>
    [
        .. model.Parameters.Where(each => source.Keys.ContainsKey(each.Key))
            .SelectMany(each => source.Keys[each.Key].Select(name => Of(name, each.Tensor, source.ShapeOf(name, each.Tensor.shape)))),
        .. source.BatchCounters.Select(name => SafeTensor.Of(name, "I64", [], new byte[8])),
    ];

    private static SafeTensor Of(string name, Tensor tensor, IReadOnlyList<long>? dims = null)
    {
        var type = tensor.dtype == ScalarType.Int64 ? "I64" : "F32";
        return SafeTensor.Of(name, type, dims ?? tensor.shape, tensor.detach().cpu().contiguous().bytes.ToArray());
    }

    private string Ask(string python, string name)
    {
        lock (_gate)
        {
            _process ??= Process.Start(
                new ProcessStartInfo(python, [Path.Combine(Repository.Root, "tests/Training.Tests/Conformance/torch_runner.py")])
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                }
            )!;
            _process.StandardInput.WriteLine($"{_folder.FullName}\t{name}");
            _process.StandardInput.Flush();
            return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("Python ended.");
        }
    }

    private void Write(string name, IReadOnlyList<SafeTensor> tensors)
    {
        using var stream = File.Create(PathOf(name));
        Safetensors.Write(stream, tensors);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
