using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Warnings;

/// <summary>What looks like one of the faults that are warned about, and is none.</summary>
public sealed class NoWarningTests
{
    public static TheoryData<string> SampleNames => new(Samples.Names);

    private static Compilation Compile(string json) => Compiler.Compile(Encoding.UTF8.GetBytes(json));

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Published_networks_and_our_own_samples_raise_no_warning(string sample) =>
        Assert.DoesNotContain(
            Compiler.Compile(Samples.Bytes(sample)).Report.Diagnostics,
            found => found.Severity == Severity.Warning
        );

    [Fact]
    public void The_inside_of_an_attention_layer_is_not_warned_about() =>
        Assert.Empty(
            Compile(
                    """
                    { "inputs": { "image": { "shape": [3, 16, 16] } }, "layers": [
                      { "type": "conv2d", "out_channels": 16, "kernel_size": 3 }, { "type": "cbam", "reduction": 4 },
                      { "type": "global_avg_pool" }, { "type": "linear", "out_features": 3 } ] }
                    """
                )
                .Report.Diagnostics
        );

    [Fact]
    public void The_first_concat_of_a_dense_block_may_have_one_input() =>
        Assert.Empty(
            Compile(
                    """
                    { "inputs": { "image": { "shape": [3, 16, 16] } }, "layers": [
                      { "name": "s", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "activation": "relu" },
                      { "name": "c1", "type": "concat", "inputs": ["s"] },
                      { "name": "d1", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "activation": "relu" },
                      { "name": "c2", "type": "concat", "inputs": ["s", "d1"] },
                      { "name": "d2", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "activation": "relu" },
                      { "name": "c3", "type": "concat", "inputs": ["s", "d1", "d2"] },
                      { "name": "head", "type": "conv2d", "out_channels": 4, "kernel_size": 1 } ] }
                    """
                )
                .Report.Diagnostics
        );

    [Fact]
    public void Heads_that_are_joined_after_their_sigmoid_are_no_fault() => Assert.Empty(Compile("""
        { "inputs": { "image": { "shape": [8, 28, 28] } }, "layers": [
          { "name": "box", "type": "conv2d", "inputs": ["image"], "out_channels": 4, "kernel_size": 1 },
          { "name": "seen", "type": "conv2d", "inputs": ["image"], "out_channels": 1, "kernel_size": 1, "activation": "sigmoid" },
          { "name": "found", "type": "concat", "inputs": ["box", "seen"] } ] }
        """).Report.Diagnostics);

    [Fact]
    public void A_recurrent_branch_beside_a_plain_one_is_no_fault() => Assert.Empty(Compile("""
        { "inputs": { "image": { "shape": [3, 28, 28] }, "words": { "shape": ["T"], "dtype": "int64" } }, "layers": [
          { "name": "look", "type": "conv2d", "inputs": ["image"], "out_channels": 32, "kernel_size": 3, "activation": "relu" },
          { "name": "seen", "type": "global_avg_pool" },
          { "name": "meaning", "type": "embedding", "inputs": ["words"], "num_embeddings": 1000, "embedding_dim": 16 },
          { "name": "read", "type": "lstm", "hidden_size": 32, "return_sequences": false },
          { "name": "both", "type": "concat", "inputs": ["seen", "read"] },
          { "name": "logits", "type": "linear", "out_features": 5 } ] }
        """).Report.Diagnostics);

    [Fact]
    public void A_deep_stack_whose_middle_has_a_loss_of_its_own_is_not_warned_about()
    {
        // SSD (Liu et al. 2016) has 23 such layers, and reads boxes from seven of them.
        const string More = """
            { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
              { "name": "tower", "type": "repeat", "times": 12,
                "layers": [ { "name": "c", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "activation": "relu" } ] },
              { "name": "boxes", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1 },
              { "name": "on", "type": "repeat", "times": 12,
                "layers": [ { "name": "c", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "activation": "relu" } ] },
              { "type": "global_avg_pool" }, { "name": "logits", "type": "linear", "out_features": 10 } ] }
            """;
        Assert.Contains(Compile(More).Report.Diagnostics, found => found.Code.Name == "train.deep_without_norm");
        var heads = "{ \"outputs\": [\"boxes\", \"logits\"]," + More[1..];
        Assert.DoesNotContain(Compile(heads).Report.Diagnostics, found => found.Code.Name == "train.deep_without_norm");
    }
}
