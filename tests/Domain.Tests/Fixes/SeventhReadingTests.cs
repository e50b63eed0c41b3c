using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using Xunit;

namespace ConcatService.Domain.Tests.Fixes;

/// <summary>
/// Kinds that a further batch of reports brought: a padding that makes the map larger, a stage whose block lost its stride, a width that
/// others read too, and positions that are counted behind a reshape.
/// </summary>
public sealed class SeventhReadingTests
{
    // The cell's width, which a pooling beside reads too, and the cell's own input.
    private const string Cell = """
        { "inputs": { "x": { "shape": [64, 36, 36] } }, "layers": [
          { "name": "act", "type": "relu" },
          { "name": "squeeze", "type": "conv2d", "out_channels": 72, "kernel_size": 1 },
          { "name": "smooth", "type": "avg_pool2d", "kernel_size": 3, "stride": 1, "padding": "same" },
          { "name": "sum", "type": "add", "inputs": ["smooth", "x"] }REST ] }
        """;

    private const string Beside = """
        , { "name": "peak", "type": "max_pool2d", "inputs": ["squeeze"], "kernel_size": 3, "stride": 1, "padding": "same" },
          { "name": "cell", "type": "concat", "inputs": ["sum", "peak"] }
        """;

    // 13x19 patches and a class token, beside a table of places that is resized to another size.
    private const string Places = """
        { "inputs": { "image": { "shape": [3, 104, 152] } }, "layers": [
          { "name": "patches", "type": "conv2d", "out_channels": 96, "kernel_size": 8, "stride": 8 },
          { "name": "row", "type": "reshape", "shape": [96, -1] },
          { "name": "tokens", "type": "permute", "dims": [0, 2, 1] },
          { "name": "token", "type": "parameter", "shape": [1, 96], "axes": ["time", "features"] },
          { "name": "sequence", "type": "concat", "inputs": ["token", "tokens"], "axis": "time" },
          { "name": "table", "type": "parameter", "shape": [96, 10, 10], "axes": ["channels", "height", "width"] },
          { "name": "resized", "type": "upsample", "inputs": ["table"], "size": SIZE, "mode": "bilinear" },
          { "name": "places", "type": "reshape", "shape": [96, -1] },
          { "name": "turned", "type": "permute", "dims": [0, 2, 1] },
          { "name": "first", "type": "parameter", "shape": [1, 96], "axes": ["time", "features"] },
          { "name": "positions", "type": "concat", "inputs": ["first", "turned"], "axis": "time" },
          { "name": "sum", "type": "add", "inputs": ["sequence", "positions"] } ] }
        """;

    [Theory]
    [InlineData("1", "1", "3", "1", "narrow", "no-padding-narrow")]
    [InlineData("1", "0", "3", "2", "wide", "same-padding-wide")]
    [InlineData("1", "0", "[1, 5]", "2", "wide", "same-padding-wide")]
    [InlineData("1", "0", "3", "0", "wide", "same-padding-wide")]
    [InlineData("3", "1", "3", "0", "wide", "same-padding-wide")]
    public void Of_a_block_the_layer_is_blamed_whose_padding_changes_the_size(
        string kernel,
        string padding,
        string otherKernel,
        string otherPadding,
        string blamed,
        string first
    )
    {
        var found = Assert.Single(
            Errors(
                $$"""
                { "inputs": { "x": { "shape": [24, 40, 40] } }, "layers": [
                  { "name": "narrow", "type": "conv2d", "out_channels": 12, "kernel_size": {{kernel}}, "padding": {{padding}} },
                  { "name": "wide", "type": "conv2d", "out_channels": 24, "kernel_size": {{otherKernel}}, "padding": {{otherPadding}} },
                  { "name": "sum", "type": "add", "inputs": ["wide", "x"] } ] }
                """
            )
        );
        Assert.Equal(("padding_difference", blamed, first), (found.Cause!.Kind.Name, found.Cause.Layer, found.Fixes[0].Id));
        Assert.Equal("[N, 24, 40, 40]", found.Fixes[0].OutputShape.ToString());
    }

    [Fact]
    public void A_kernel_that_is_not_square_gets_a_padding_for_each_side()
    {
        var found = Assert.Single(
            Errors(
                """
                { "inputs": { "x": { "shape": [3, 30, 40] } }, "layers": [
                  { "name": "rows", "type": "conv2d", "out_channels": 8, "kernel_size": [7, 1], "padding": [3, 0] },
                  { "name": "columns", "type": "conv2d", "inputs": ["x"], "out_channels": 8, "kernel_size": [1, 7], "padding": 3 },
                  { "name": "join", "type": "concat", "inputs": ["rows", "columns"] } ] }
                """
            )
        );
        Assert.Equal("columns", found.Cause!.Layer);
        var fix = Assert.Single(found.Fixes, fix => fix.Id == "padding-columns-0x3");
        Assert.Equal("Set the padding of columns to [0, 3]", fix.Title);
    }

    [Fact]
    public void A_shortcut_of_one_cell_that_pads_is_blamed_beside_its_strided_block()
    {
        var found = Assert.Single(
            Errors(
                """
                { "inputs": { "x": { "shape": [24, 40, 40] } }, "layers": [
                  { "name": "block", "type": "conv2d", "out_channels": 48, "kernel_size": 3, "padding": 1, "stride": 2 },
                  { "name": "shortcut", "type": "conv2d", "inputs": ["x"], "out_channels": 48, "kernel_size": 1, "padding": 1,
                    "stride": 2 },
                  { "name": "sum", "type": "add", "inputs": ["block", "shortcut"] } ] }
                """
            )
        );
        Assert.Equal(("shortcut", "no-padding-shortcut"), (found.Cause!.Layer, found.Fixes[0].Id));
    }

    [Fact]
    public void Several_layers_that_pad_too_much_are_mended_together()
    {
        var found = Assert.Single(
            Errors(
                """
                { "inputs": { "x": { "shape": [24, 40, 40] } }, "layers": [
                  { "name": "a", "type": "conv2d", "out_channels": 6, "kernel_size": 1, "padding": 1 },
                  { "name": "b", "type": "conv2d", "out_channels": 6, "kernel_size": 3, "padding": 1 },
                  { "name": "c", "type": "conv2d", "out_channels": 24, "kernel_size": 1, "padding": 1 },
                  { "name": "sum", "type": "add", "inputs": ["c", "x"] } ] }
                """
            )
        );
        Assert.Contains("Cells are added at the border by a", found.Cause!.Explanation, StringComparison.Ordinal);
        Assert.Equal("Set the padding of a and c to \"same\"", found.Fixes[0].Title);
    }

    [Theory]
    [InlineData("conv_b3", 1, 2, "stride-2-conv-b3", "[N, 64, 24, 24]")]
    [InlineData("conv_b3", 2, 1, "stride-1-conv-b3", "[N, 64, 48, 48]")]
    public void A_stage_starts_with_a_stride_in_its_block(string blamed, int block, int shortcut, string first, string shape)
    {
        var found = Assert.Single(Errors(Stages(block, shortcut)));
        Assert.Equal(("stride_difference", blamed, first), (found.Cause!.Kind.Name, found.Cause.Layer, found.Fixes[0].Id));
        Assert.Equal(shape, found.Fixes[0].OutputShape.ToString());
        Assert.Equal("valid", Repaired(Stages(block, shortcut), 1));
    }

    [Fact]
    public void The_stride_of_the_stages_shortcut_stays_among_the_offers() =>
        Assert.Contains(Assert.Single(Errors(Stages(1, 2))).Fixes.Take(3), fix => fix.Id == "stride-1-down3");

    [Fact]
    public void A_gate_on_the_way_is_no_merge_that_a_stride_changes()
    {
        var found = Assert.Single(
            Errors(
                """
                { "inputs": { "x": { "shape": [40, 36, 36] } }, "layers": [
                  { "name": "narrow", "type": "conv2d", "out_channels": 20, "kernel_size": 1 },
                  { "name": "middle", "type": "conv2d", "out_channels": 20, "kernel_size": 3, "padding": 1 },
                  { "name": "wide", "type": "conv2d", "out_channels": 80, "kernel_size": 1 },
                  { "name": "gate", "type": "squeeze_excitation", "reduction": 4 },
                  { "name": "shortcut", "type": "conv2d", "inputs": ["x"], "out_channels": 80, "kernel_size": 1, "stride": 2 },
                  { "name": "sum", "type": "add", "inputs": ["gate", "shortcut"] } ] }
                """
            )
        );
        Assert.Equal(("middle", "stride-2-middle"), (found.Cause!.Layer, found.Fixes[0].Id));
    }

    [Fact]
    public void A_width_that_others_read_too_stays()
    {
        var found = Assert.Single(Errors(Cell.Replace("REST", Beside, StringComparison.Ordinal)));
        Assert.Equal(("width_difference", "project-to-smooth"), (found.Cause!.Kind.Name, found.Fixes[0].Id));
        Assert.Equal("[N, 72, 36, 36]", found.Fixes[0].OutputShape.ToString());
    }

    [Fact]
    public void A_width_that_the_sum_alone_reads_is_set() =>
        Assert.Equal("out-channels-squeeze-64", Assert.Single(Errors(Cell.Replace("REST", "", StringComparison.Ordinal))).Fixes[0].Id);

    [Theory]
    [InlineData("[13, 18]", 235)]
    [InlineData("[12, 19]", 229)]
    [InlineData("15", 226)]
    public void Positions_are_resized_to_the_patches(string size, int counted)
    {
        var spec = Places.Replace("SIZE", size, StringComparison.Ordinal);
        var found = Assert.Single(Errors(spec));
        Assert.Equal(("resized", "size-resized-13-19"), (found.Cause!.Layer, found.Fixes[0].Id));
        Assert.Contains($"positions is {counted} by it, and sequence is 248.", found.Cause.Explanation, StringComparison.Ordinal);
        Assert.Equal("resized gives as many positions as sequence has; nothing else changes.", found.Fixes[0].Effect);
        Assert.Equal("valid", Repaired(spec, 1));
    }

    [Fact]
    public void One_size_is_solved_where_no_map_has_it()
    {
        // 200 numbers and 16 more for each column.
        var found = Assert.Single(
            Errors(
                """
                { "inputs": { "a": { "shape": [16, 32, 40] }, "b": { "shape": [200] }, "c": { "shape": [296] } }, "layers": [
                  { "name": "pool", "type": "adaptive_avg_pool2d", "inputs": ["a"], "output_size": [1, 5] },
                  { "name": "list", "type": "flatten" },
                  { "name": "both", "type": "concat", "inputs": ["list", "b"] },
                  { "name": "sum", "type": "add", "inputs": ["both", "c"] } ] }
                """
            )
        );
        Assert.Equal(("width_difference", "pool"), (found.Cause!.Kind.Name, found.Cause.Layer));
        Assert.Contains("pool (adaptive_avg_pool2d) gives 1x5.", found.Cause.Explanation, StringComparison.Ordinal);
        Assert.Equal("output-size-pool-1-6", found.Fixes[0].Id);
    }

    // Blocks with a plain shortcut, and one that widens.
    private static string Stages(int block, int shortcut)
    {
        var layers = new StringBuilder("""{ "name": "sum0", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": 1 }""");
        for (var i = 1; i <= 5; i++)
        {
            var (width, stride, starts) = (i < 3 ? 32 : 64, i == 3 ? block : 1, i == 3);
            layers.Append(
                $$"""
                , { "name": "conv_a{{i}}", "type": "conv2d", "out_channels": {{width / 2}}, "kernel_size": 1 },
                { "name": "conv_b{{i}}", "type": "conv2d", "out_channels": {{width / 2}}, "kernel_size": 3, "padding": 1,
                  "stride": {{stride}} },
                { "name": "conv_c{{i}}", "type": "conv2d", "out_channels": {{width}}, "kernel_size": 1 }
                """
            );
            if (starts)
                layers.Append(
                    $$"""
                    , { "name": "down3", "type": "conv2d", "inputs": ["sum2"], "out_channels": 64, "kernel_size": 1,
                      "stride": {{shortcut}} }
                    """
                );
            layers.Append(
                $$"""
                , { "name": "sum{{i}}", "type": "add", "inputs": ["conv_c{{i}}", "{{(starts ? "down3" : $"sum{i - 1}")}}"] }
                """
            );
        }

        return $$"""{ "inputs": { "x": { "shape": [3, 48, 48] } }, "layers": [ {{layers}} ] }""";
    }

    private static IEnumerable<Diagnostic> Errors(string spec) =>
        Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Report.Diagnostics.Where(each => each.Severity == Severity.Error);

    /// <summary>How a repair ends that takes so many fixes.</summary>
    private static string Repaired(string spec, int fixes)
    {
        using var document = JsonDocument.Parse(spec);
        var repair = Repair.Of(document.RootElement);
        Assert.Equal(fixes, repair.Applied.Count);
        return repair.Result.Verdict;
    }
}
