using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Onnx;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Import.Weights;
using Xunit;

namespace ConcatService.Import.Tests.Onnx;

/// <summary>An ONNX model of one input, x, and one output, y, written node by node.</summary>
internal sealed class WrittenGraph(params Dim[] input)
{
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<OnnxTensor> _tensors = [];

    /// <summary>The value that is the model's output. Default: y.</summary>
    public string Output { get; set; } = "y";

    public void Weight(string name, params long[] sizes) => _tensors.Add(new(name, sizes, name, null));

    public void Numbers(string name, params long[] numbers) => _tensors.Add(new(name, [numbers.Length], null, numbers));

    public void Add(string type, string[] inputs, string output, params (string Name, object Value)[] attributes) =>
        _nodes.Add(new(type, output, inputs, [output], attributes));

    /// <summary>By parameter, the tensor of the file.</summary>
    public IReadOnlyDictionary<string, TensorSource> Keys() => WeightsFile.Read(new MemoryStream(Write())).Keys;

    /// <summary>The bytes of the model; weights are zeros where they are not given.</summary>
    public byte[] Write(Func<string, IReadOnlyList<long>, byte[]>? weights = null) =>
        OnnxWriter.Write(
            new([new("x", DType.Float32, input)], [new(Output, DType.Float32, [Dim.Batch])], _nodes, _tensors), weights);

    public Plan Read()
    {
        var network = Importer.Read(Write(), new());
        Assert.Empty(network.Gaps);
        using var spec = JsonDocument.Parse(network.Spec.ToJsonString());
        var compiled = Compiler.Compile(spec.RootElement.Clone());
        Assert.True(compiled.Plan is not null, string.Join('\n', compiled.Report.Diagnostics.Select(found => found.Message)));
        return compiled.Plan;
    }
}
