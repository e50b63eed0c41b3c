using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using TorchSharp;
using Xunit;

namespace ConcatService.Training.Tests.Oracle;

/// <summary>What random graphs brought to light, each as the smallest spec that showed it.</summary>
[Collection("libtorch")]
public sealed class FoundTests
{
    [Theory]
    [InlineData("pad2d", "[3, 4, 4]", "[9, 4, 5, 5]")]
    [InlineData("upsample", "[3, 4, 4]", "[9, 4, 5, 5]")]
    [InlineData("center_crop", "[3, 8, 8]", "[9, 4, 5, 6]")]
    public void A_map_takes_the_height_and_width_of_a_volume_and_not_its_first_two_dimensions(string type, string map, string volume)
    {
        var spec = Parse(
            $$"""
            { "inputs": { "x": { "shape": {{map}} }, "v": { "shape": {{volume}} } },
              "layers": [{ "type": "{{type}}", "name": "op", "inputs": ["x"], "size": { "like": "v" } }] }
            """
        );
        Assert.Equal(new OracleAnswer("valid"), OracleCheck.Of(spec, deep: true));
    }

    [Fact]
    public void An_output_padding_beyond_the_stride_warns_that_it_cannot_be_exported()
    {
        var spec = Parse(
            """
            { "inputs": { "x": { "shape": [3, 9, 4] } },
              "layers": [{ "type": "conv_transpose2d", "out_channels": 2, "kernel_size": 2, "output_padding": 1, "dilation": 4 }] }
            """
        );
        Assert.Equal(new OracleAnswer("valid"), OracleCheck.Of(spec, deep: true));
        Assert.Contains(OracleCheck.Compile(spec).Report.Diagnostics, each => each.Code == Codes.ExportUnsupported);
    }

    [Theory]
    [InlineData(""" "kernel_size": 2, "padding": 2, "dilation": 3 """, "refused")]
    [InlineData(""" "kernel_size": [1, 7], "padding": "same", "dilation": 3 """, "valid")]
    public void A_dilated_pooling_pads_at_most_half_its_kernel_unless_the_padding_is_same(string attributes, string verdict)
    {
        var spec = Parse($$"""{ "inputs": { "x": { "shape": [6, 8, 9] } }, "layers": [{ "type": "max_pool2d", {{attributes}} }] }""");
        var answer = OracleCheck.Of(spec, deep: true);
        Assert.True(answer.Kind == verdict, answer.ToString());
    }

    [Fact]
    public void A_layer_that_gives_its_input_back_may_be_given_what_is_no_number()
    {
        var plan = OracleCheck
            .Compile(
                Parse(
                    """{ "inputs": { "x": { "shape": [3] } }, "layers": [{ "type": "relu" }, { "type": "minimum" }, { "type": "tanh" }] }"""
                )
            )
            .Plan!;
        using var scope = torch.NewDisposeScope();
        using var model = new TorchModel(plan);
        Assert.True(model.Forward(torch.full([2, 3], double.NaN))[0].isnan().all().item<bool>());
    }

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;
}
