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
        var graph = new WrittenGraph(isOpen ? Dim.Batch : 1, 7, 12);
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
        var keys = graph.Keys();
        Assert.Equal(8, keys.Count);
        Assert.Equal(new("k.weight", Transpose: true), keys["k.product.weight"]);
        Assert.Equal(new("k.bias"), keys["k.product.bias"]);
        Assert.Equal(new("out.weight"), keys["projected.weight"]);
    }

    /// <summary>Without folding, a linear layer's weight is turned by the graph.</summary>
    [Fact]
    public void A_weight_that_the_graph_turns_is_known_as_the_tensor_that_it_was()
    {
        var graph = new WrittenGraph(Dim.Batch, 12);
        graph.Weight("head.weight", 5, 12);
        graph.Add("Transpose", ["head.weight"], "turned", ("perm", new long[] { 1, 0 }));
        graph.Add("MatMul", ["x", "turned"], "y");

        Assert.Equal(60, Totals.Of(graph.Read()).Parameters);
        Assert.Equal(new("head.weight"), graph.Keys()["y.weight"]);
    }

    /// <summary>Without folding, the gates of an LSTM are cut out of PyTorch's tensors and joined in ONNX's order.</summary>
    [Fact]
    public void An_lstm_whose_gates_the_graph_puts_in_order_is_read()
    {
        var graph = new WrittenGraph(Dim.Batch, 7, 8);
        graph.Add("Transpose", ["x"], "sequence", ("perm", new long[] { 1, 0, 2 }));
        foreach (var (name, sizes) in new[] { ("w", new long[] { 64, 8 }), ("r", [64, 16]), ("bw", [64]), ("br", [64]) })
        {
            graph.Weight($"{name}.torch", sizes);
            foreach (var (gate, from, to) in new[] { ("i", 0L, 16L), ("o", 48L, 64L), ("fc", 16L, 48L) })
            {
                graph.Numbers($"{name}.{gate}.from", from);
                graph.Numbers($"{name}.{gate}.to", to);
                graph.Add("Slice", [$"{name}.torch", $"{name}.{gate}.from", $"{name}.{gate}.to"], $"{name}.{gate}");
            }

            graph.Add("Concat", [$"{name}.i", $"{name}.o", $"{name}.fc"], name, ("axis", 0L));
        }

        graph.Add("Concat", ["bw", "br"], "b", ("axis", 0L));
        graph.Numbers("front", 0);
        foreach (var name in new[] { "w", "r", "b" })
            graph.Add("Unsqueeze", [name, "front"], $"{name}.one");
        graph.Add("LSTM", ["sequence", "w.one", "r.one", "b.one"], "states", ("hidden_size", 16L));
        graph.Numbers("second", 1);
        graph.Add("Squeeze", ["states", "second"], "steps");
        graph.Add("Transpose", ["steps"], "y", ("perm", new long[] { 1, 0, 2 }));

        Assert.Equal((64 * 8) + (64 * 16) + 128, Totals.Of(graph.Read()).Parameters);
        Assert.Empty(graph.Keys());                                                     // they would need cutting, too
    }

    [Fact]
    public void An_lstm_of_both_directions_is_read_with_its_steps_first()
    {
        var graph = new WrittenGraph(Dim.Batch, 7, 8);
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
        var graph = new WrittenGraph(Dim.Batch, 3, 8, 8);
        graph.Weight("w", 3, 3, 3, 3);
        graph.Add("Conv", ["x", "w"], "once", ("pads", new long[] { 1, 1, 1, 1 }));
        graph.Add("Conv", ["once", "w"], "y", ("pads", new long[] { 1, 1, 1, 1 }));

        Assert.Equal(81, Totals.Of(graph.Read()).Parameters);
    }
}
