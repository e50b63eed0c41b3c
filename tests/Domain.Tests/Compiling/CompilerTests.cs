using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Compiling;

public sealed class CompilerTests
{
    private static Compilation Compile(string json) => Compiler.Compile(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Two_branches_of_equal_size_concatenate_to_the_sum_of_their_channels()
    {
        var compiled = Compile("""
            { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
              { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": "same", "activation": "relu" },
              { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 5, "kernel_size": 1 },
              { "name": "both", "type": "concat", "inputs": ["a", "b"] } ] }
            """);
        Assert.Equal("valid", compiled.Verdict);
        Assert.Equal("[N, 13, 28, 28]", compiled.Plan!.Shapes[compiled.Plan.Outputs[0].Wire].ToString());
        Assert.Equal((3 * 8 * 9) + 8 + (3 * 5) + 5, Totals.Of(compiled.Plan).Parameters);
    }

    [Fact]
    public void A_mismatch_names_the_inputs_and_the_axes_that_differ()
    {
        var compiled = Compile("""
            { "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [
              { "name": "a", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": "same" },
              { "name": "b", "type": "conv2d", "inputs": ["image"], "out_channels": 5, "kernel_size": 1, "stride": 2 },
              { "name": "both", "type": "concat", "inputs": ["a", "b"] },
              { "name": "after", "type": "relu" } ] }
            """);
        var only = Assert.Single(compiled.Report.Diagnostics);
        Assert.Equal("concat.shape_mismatch", only.Code.Name);
        Assert.Equal("/layers/2", only.Path.ToString());
        Assert.StartsWith("both: inputs differ in height and width: a is 28x28, b is 14x14.", only.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{ "inputs": { "image": { "shape": [3, 0, 2] } }, "layers": [ { "type": "conv2d", "out_channels": 8, "kernel_size": 3 } ] }""",
        "/inputs/image/shape/1"
    )]
    [InlineData(
        """{ "inputs": { "image": { "shape": ["H W", 28] } }, "layers": [ { "type": "conv2d", "out_channels": 8, "kernel_size": 3 } ] }""",
        "/inputs/image/shape/0"
    )]
    [InlineData(
        """
        { "inputs": { "image": { } }, "symbols": { "H": { "min": 2 } },
          "layers": [ { "type": "conv2d", "out_channels": 8, "kernel_size": 3 } ] }
        """,
        "/inputs/image"
    )]
    [InlineData(
        """
        { "inputs": { "image": { "shape": [3, 28, 28] } },
          "layers": [ { "name": "both", "type": "concatenate", "inputs": ["image", "image"] } ] }
        """,
        "/layers/0/type"
    )]
    public void What_follows_from_a_fault_is_not_told_as_another(string spec, string path) =>
        Assert.Equal(path, Assert.Single(Compile(spec).Report.Diagnostics).Path.ToString());

    [Theory]
    [InlineData("concatenate", "concat"), InlineData("conv2", "conv2d"), InlineData("batchnorm", "batch_norm")]
    public void A_type_of_another_framework_is_recognized(string written, string meant) =>
        Assert.Contains(
            $"Did you mean '{meant}'?",
            Compile($$"""{ "inputs": { "image": { "shape": [3, 28, 28] } }, "layers": [ { "type": "{{written}}" } ] }""")
                .Report.Diagnostics[0]
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Every_fault_of_form_is_reported_at_once_with_its_path_and_the_nearest_spelling()
    {
        var compiled = Compile("""
            { "inputs": { "image": { "shape": [3, 28, 0] } }, "leyers": 1, "layers": [
              { "type": "conv2d", "out_channels": 8, "kernel_siez": 3 },
              { "type": "conv2", "inputs": ["imag"] },
              { "name": "x", "type": "relu", "inputs": ["y"] }, { "name": "y", "type": "relu", "inputs": ["x"] } ] }
            """);
        var found = compiled.Report.Diagnostics.Select(each => $"{each.Code} {each.Path}").ToList();
        Assert.Equal(
            [
                "spec.unknown_field /leyers",
                "spec.out_of_range /inputs/image/shape/2",
                "spec.unknown_field /layers/0/kernel_siez",
                "spec.missing_field /layers/0",
                "spec.unknown_type /layers/1/type",
                "spec.unknown_input /layers/1/inputs/0",
                "spec.cycle /layers/3",
            ],
            found
        );
        Assert.Contains("kernel_size", compiled.Report.Diagnostics[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_reach_outwards_and_structures_are_known_by_their_output()
    {
        var compiled = Compile("""
            { "inputs": { "image": { "shape": [4, 8, 8] } }, "layers": [
              { "name": "twice", "type": "repeat", "times": 2,
                "layers": [ { "name": "c", "type": "conv2d", "out_channels": 4, "kernel_size": 1 } ] },
              { "name": "mix", "type": "parallel", "branches": [ [],
                [ { "name": "c", "type": "conv2d", "out_channels": 2, "kernel_size": 1 },
                { "type": "concat", "inputs": ["c", "twice/0/c"] } ] ] },
              { "type": "relu" } ] }
            """);
        Assert.Equal("valid", compiled.Verdict);
        Assert.Equal(
            ["twice/0/c", "twice/1/c", "mix/branch1/c", "mix/branch1/concat_1", "mix", "relu_2"],
            compiled.Plan!.Layers.Select(layer => layer.Name)
        );
        Assert.Equal("[N, 10, 8, 8]", compiled.Plan.Shapes[compiled.Plan.Outputs[0].Wire].ToString());
    }
}
