using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Operators;
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
        var answer = Run(model, name, inputs, expected);
        Assert.False(answer.Error is not null, $"{answer.Error}\n{answer.Source}");
        Assert.Equal(Totals.Of(model.Plan).Parameters, answer.Parameters);
        Assert.All(
            answer.Outputs,
            output =>
                Assert.True(
                    output.Difference <= relativeToPeak * output.Peak,
                    $"differs by {output.Difference:g3} at a peak of {output.Peak:g3}\n{answer.Source}"
                )
        );
    }

    /// <summary>What came of the network's source with the model's weights.</summary>
    /// <param name="Outputs">How far each is from what is expected, and the largest number that is; null for what is no number.</param>
    /// <param name="Parameters">As torch counts them.</param>
    public sealed record Answer(string Source, string? Error, long Parameters, (double? Difference, double? Peak)[] Outputs)
    {
        /// <summary>What the client reads of the source; null where it was not asked, or fails.</summary>
        public JsonObject? ReadBack { get; init; }

        /// <summary>What the client cannot read of it.</summary>
        public IReadOnlyList<string> Gaps { get; init; } = [];
    }

    /// <summary>Runs the network's source in PyTorch.</summary>
    /// <param name="readsBack">Whether the client reads the source, too. Default: false.</param>
    public Answer Run(TorchModel model, string? name, Tensor[] inputs, Tensor[] expected, bool readsBack = false)
    {
        var python = TorchPython.Required();
        var source = PythonSource.Write(model.Plan, name);
        File.WriteAllText(PathOf("net.py"), source.Text);
        Write("weights.safetensors", Weights(source, model));
        Write(
            "data.safetensors",
            [.. inputs.Select((each, i) => Of($"in.{i}", each)), .. expected.Select((each, i) => Of($"out.{i}", each))]
        );
        if (readsBack && !File.Exists(PathOf("types.json")))
            File.WriteAllText(PathOf("types.json"), JsonSerializer.Serialize(Types()));
        using var answer = JsonDocument.Parse(Ask(python, source.ClassName));
        return answer.RootElement.TryGetProperty("error", out var error)
            ? new(source.Text, error.GetString(), 0, [])
            : new(
                source.Text,
                null,
                answer.RootElement.GetProperty("parameters").GetInt64(),
                [.. answer.RootElement.GetProperty("outputs").EnumerateArray().Select(each => (Number(each[0]), Number(each[1])))]
            )
            {
                ReadBack = answer.RootElement.TryGetProperty("spec", out var spec) ? JsonObject.Create(spec.Clone()) : null,
                Gaps = answer.RootElement.TryGetProperty("gaps", out var gaps)
                    ? [.. gaps.EnumerateArray().Select(gap => gap.GetString()!)]
                    : [],
            };

        static double? Number(JsonElement number) => number.ValueKind == JsonValueKind.Null ? null : number.GetDouble();
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

    /// <summary>Layer types and their attributes, as <c>Client.types</c> asks the service for them.</summary>
    private static IEnumerable<string> Types() =>
        OperatorCatalog.All.SelectMany(type => type.Attributes.Names.Select(name => $"{type.Kind}.{name}").Prepend(type.Kind));

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
