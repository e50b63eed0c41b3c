using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Onnx;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using Xunit;

namespace ConcatService.Import.Tests.Onnx;

/// <summary>Nodes in the order in which PyTorch's exporter writes them, with the batch in other places than the first.</summary>
public sealed class OnnxTorchTests
{
    /// <summary>nn.MultiheadAttention in PyTorch 1.13: [time, N, features], then [N·heads, time, width].</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Attention_with_the_heads_in_the_batch_is_read(bool isOpen)
    {
        var graph = new Graph(isOpen ? Dim.Batch : 1, 7, 12);
        graph.Add("Transpose", ["x"], "sequence", ("perm", new long[] { 1, 0, 2 }));
        foreach (var part in new[] { "q", "k", "v" })
        {
            graph.Weight($"{part}.weight", 12, 12);
            graph.Add("MatMul", ["sequence", $"{part}.weight"], $"{part}.product");
            graph.Weight($"{part}.bias", 12);
            graph.Add("Add", [$"{part}.bias", $"{part}.product"], part);
            graph.Numbers($"{part}.shape", 7, isOpen ? -1 : 3, 4);
            graph.Add("Reshape", [part, $"{part}.shape"], $"{part}.split");
            long[] order = part == "k" ? [1, 2, 0] : [1, 0, 2];
            graph.Add("Transpose", [$"{part}.split"], $"{part}.heads", ("perm", order));
        }

        graph.Add("MatMul", ["q.heads", "k.heads"], "scores");
        graph.Add("Softmax", ["scores"], "weights", ("axis", -1L));
        graph.Add("MatMul", ["weights", "v.heads"], "mixed");
        graph.Add("Transpose", ["mixed"], "turned", ("perm", new long[] { 1, 0, 2 }));
        graph.Numbers("rows", isOpen ? -1 : 7, 12);
        graph.Add("Reshape", ["turned", "rows"], "flat");
        graph.Weight("out.weight", 12, 12);
        graph.Weight("out.bias", 12);
        graph.Add("Gemm", ["flat", "out.weight", "out.bias"], "projected", ("transB", 1L));
        graph.Numbers("back", 7, isOpen ? -1 : 1, 12);
        graph.Add("Reshape", ["projected", "back"], "last");
        graph.Add("Transpose", ["last"], "y", ("perm", new long[] { 1, 0, 2 }));

        var plan = graph.Read();

        Assert.Equal(4 * ((12 * 12) + 12), Totals.Of(plan).Parameters);
        Assert.Equal([7, 12], plan.Shapes[plan.Outputs[0].Wire].Dims.Skip(1).Select(size => size.Known));
    }

    [Fact]
    public void An_lstm_of_both_directions_is_read_with_its_steps_first()
    {
        var graph = new Graph(Dim.Batch, 7, 8);
        graph.Add("Transpose", ["x"], "sequence", ("perm", new long[] { 1, 0, 2 }));
        graph.Weight("w", 2, 64, 8);
        graph.Weight("r", 2, 64, 16);
        graph.Weight("b", 2, 128);
        graph.Add("LSTM", ["sequence", "w", "r", "b"], "states", ("hidden_size", 16L), ("direction", "bidirectional"));
        graph.Add("Transpose", ["states"], "turned", ("perm", new long[] { 0, 2, 1, 3 }));
        graph.Numbers("joined", 0, 0, -1);
        graph.Add("Reshape", ["turned", "joined"], "steps");
        graph.Add("Transpose", ["steps"], "y", ("perm", new long[] { 1, 0, 2 }));

        var plan = graph.Read();

        Assert.Equal(2 * ((64 * 8) + (64 * 16) + 128), Totals.Of(plan).Parameters);
        Assert.Equal(7 * 32, plan.Shapes[plan.Outputs[0].Wire].ElementsPerSample);
    }

    [Fact]
    public void Two_nodes_of_one_tensor_share_their_weights()
    {
        var graph = new Graph(Dim.Batch, 3, 8, 8);
        graph.Weight("w", 3, 3, 3, 3);
        graph.Add("Conv", ["x", "w"], "once", ("pads", new long[] { 1, 1, 1, 1 }));
        graph.Add("Conv", ["once", "w"], "y", ("pads", new long[] { 1, 1, 1, 1 }));

        Assert.Equal(81, Totals.Of(graph.Read()).Parameters);
    }

    private sealed class Graph(params Dim[] input)
    {
        private readonly List<OnnxNode> _nodes = [];
        private readonly List<OnnxTensor> _tensors = [];

        public void Weight(string name, params long[] sizes) => _tensors.Add(new(name, sizes, name, null));

        public void Numbers(string name, params long[] numbers) => _tensors.Add(new(name, [numbers.Length], null, numbers));

        public void Add(string type, string[] inputs, string output, params (string Name, object Value)[] attributes) =>
            _nodes.Add(new(type, output, inputs, [output], attributes));

        public Plan Read()
        {
            OnnxGraph graph = new([new("x", DType.Float32, input)], [new("y", DType.Float32, [Dim.Batch])], _nodes, _tensors);
            var network = Importer.Read(OnnxWriter.Write(graph), new());
            Assert.Empty(network.Gaps);
            using var spec = JsonDocument.Parse(network.Spec.ToJsonString());
            var compiled = Compiler.Compile(spec.RootElement.Clone());
            Assert.True(compiled.Plan is not null, string.Join('\n', compiled.Report.Diagnostics.Select(found => found.Message)));
            return compiled.Plan;
        }
    }
}
