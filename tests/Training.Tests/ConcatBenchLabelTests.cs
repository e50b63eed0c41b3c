using System.Text.Json.Nodes;
using ConcatService.ConcatBench;
using ConcatService.ConcatBench.Mutations;
using ConcatService.ConcatBench.Networks;
using Xunit;

namespace ConcatService.Training.Tests;

/// <summary>The labels that ConcatBench gives to faults written by hand.</summary>
public sealed class ConcatBenchLabelTests
{
    private const string Residual = """
        { "inputs": { "x": { "shape": [16, 32, 32] } }, "layers": [
          { "name": "a1", "type": "conv2d", "inputs": ["x"], "out_channels": 32, "kernel_size": 3, "padding": 1, "stride": 2 },
          { "name": "a2", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": 1 },
          { "name": "skip", "type": "conv2d", "inputs": ["x"], "out_channels": 32, "kernel_size": 1, "stride": 2 },
          { "name": "sum", "type": "add", "inputs": ["a2", "skip"] },
          { "name": "out", "type": "relu" } ] }
        """;

    private const string Texts = """
        { "inputs": { "text": { "shape": [40], "dtype": "int64" }, "question": { "shape": [9], "dtype": "int64" } }, "layers": [
          { "name": "t", "type": "embedding", "inputs": ["text"], "num_embeddings": 100, "embedding_dim": 8 },
          { "name": "q", "type": "embedding", "inputs": ["question"], "num_embeddings": 100, "embedding_dim": 8 },
          { "name": "rt", "type": "lstm", "inputs": ["t"], "hidden_size": 16 },
          { "name": "rq", "type": "lstm", "inputs": ["q"], "hidden_size": 16 },
          { "name": "both", "type": "concat", "inputs": ["rt", "rq"], "axis": "time" },
          { "name": "last", "type": "lstm", "hidden_size": 16, "return_sequences": false } ] }
        """;

    [Fact]
    public void A_width_off_by_one_at_an_addition_is_a_width_difference() =>
        Expect(new WidthMutation(), Residual, "out_channels 33 at /layers/1", "width_difference", "sum", "/layers/1");

    [Fact]
    public void LSTM_outputs_of_two_widths_along_time_are_a_width_difference() =>
        Expect(new SequenceMutation(), Texts, "hidden_size 17 at /layers/3", "width_difference", "both", "/layers/3");

    [Fact]
    public void A_last_state_beside_a_sequence_is_a_rank_difference() =>
        Expect(new SequenceMutation(), Texts, "return_sequences False at /layers/2", "rank_difference", "both", "/layers/2");

    [Fact]
    public void A_stride_at_an_addition_is_a_stride_difference() =>
        Expect(new ElementwiseMutation(), Residual, "stride 3 at /layers/1", "stride_difference", "sum", "/layers/1");

    [Fact]
    public void A_strided_block_without_its_projection_has_several_differences() =>
        Assert.Equal("several_differences", Labeled(new SeveralMutation(), Residual, "without projection skip").Cause);

    [Fact]
    public void A_gate_in_the_other_layout_is_a_mixed_layout()
    {
        var label = Labeled(new GateMutation(), Residual, "reshape in the other layout at /layers/9");
        Assert.Equal(("mixed_layout", "sum.gated"), (label.Cause, label.Merge));
        Assert.Equal(["/layers/9"], label.Blamed);
    }

    [Fact]
    public void A_gate_without_its_axes_is_a_rank_difference() =>
        Expect(new GateMutation(), Residual, "keep_dims left out at /layers/4", "rank_difference", "sum.gated", "/layers/4");

    [Fact]
    public void A_forgotten_branch_in_a_declared_width_is_found_at_the_layer_that_declares_it() =>
        Expect(
            new DeclaredMutation(),
            """
            { "inputs": { "x": { "shape": [3, 16, 16] } }, "layers": [
              { "name": "a", "type": "conv2d", "inputs": ["x"], "out_channels": 16, "kernel_size": 1 },
              { "name": "b", "type": "conv2d", "inputs": ["x"], "out_channels": 24, "kernel_size": 1 },
              { "name": "both", "type": "concat", "inputs": ["a", "b"] },
              { "name": "next", "type": "conv2d", "out_channels": 8, "kernel_size": 1 } ] }
            """,
            "in_channels 24 at /layers/3",
            "declared_width",
            "next",
            "/layers/3"
        );

    [Fact]
    public void One_of_three_layers_of_a_role_with_another_stride_is_to_blame() =>
        Expect(
            new SiblingMutation(),
            """
            { "inputs": { "x": { "shape": [3, 64, 64] } }, "layers": [
              { "name": "down1", "type": "conv2d", "inputs": ["x"], "out_channels": 8, "kernel_size": 3, "padding": 1, "stride": 2 },
              { "name": "down2", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1, "stride": 2 },
              { "name": "down3", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": 1, "stride": 2 },
              { "name": "up", "type": "upsample", "scale_factor": 2 },
              { "name": "join", "type": "concat", "inputs": ["up", "down2"] } ] }
            """,
            "stride 1 at /layers/2",
            "stride_difference",
            "join",
            "/layers/2"
        );

    [Fact]
    public void A_label_of_whole_numbers_beside_features_is_a_dtype_difference() =>
        Assert.Equal(
            ("dtype_difference", null),
            Labeled(
                new DTypeMutation(),
                """
                { "inputs": { "z": { "shape": [64] }, "label": { "shape": [10] } }, "layers": [
                  { "name": "both", "type": "concat", "inputs": ["z", "label"] } ] }
                """,
                "label as int64 of steps"
            ) is var label
                ? (label.Cause, label.Blamed[0])
                : default
        );

    [Fact]
    public void One_longer_sequence_is_no_layers_doing()
    {
        var label = Labeled(
            new SequenceMutation(),
            """
            { "layout": "channels_last", "inputs": { "a": { "shape": [60, 2] }, "b": { "shape": [60, 3] }, "c": { "shape": [60, 1] } },
              "layers": [ { "name": "all", "type": "concat", "inputs": ["a", "b", "c"] } ] }
            """,
            "length of b +1"
        );
        Assert.Equal("one_branch_differs", label.Cause);
        Assert.Equal([null], label.Blamed);
    }

    [Fact]
    public void Two_networks_side_by_side_keep_the_labels_of_both()
    {
        var (a, b) = (
            Case(new WidthMutation(), Residual, "out_channels 33 at /layers/1"),
            Case(new ElementwiseMutation(), Residual, "stride 3 at /layers/1")
        );
        var pair = PairedCase.Of(a, b)!;
        Assert.Equal(("a_sum", "b_sum"), (pair.Label!.Merge, pair.Other!.Merge));
        Assert.Equal(["/layers/1"], pair.Label.Blamed);
        Assert.Equal(["/layers/6"], pair.Other.Blamed);
    }

    private static void Expect(Mutation mutation, string spec, string edit, string cause, string layer, string blamed)
    {
        var label = Labeled(mutation, spec, edit);
        Assert.Equal((cause, layer), (label.Cause, label.Merge));
        Assert.Equal([blamed], label.Blamed);
    }

    private static Label Labeled(Mutation mutation, string spec, string edit) => Case(mutation, spec, edit).Label!;

    private static Case Case(Mutation mutation, string spec, string edit)
    {
        var original = new OriginalNetwork("by hand", (JsonObject)JsonNode.Parse(spec)!);
        var (made, discarded) = Labeler.Of(mutation.Of(original).First(mutant => mutant.Edit == edit));
        Assert.True(made is { Label: not null }, discarded);
        return made;
    }
}
