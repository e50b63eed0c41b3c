using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Import.Tests.Onnx;

/// <summary>Constants that a graph computes, and what becomes of them.</summary>
public sealed class OnnxWindowTests
{
    [Fact]
    public void Shifted_windows_are_read_with_the_table_as_their_only_parameters()
    {
        var graph = ShiftedWindows.Graph();

        Assert.Equal(50, Totals.Of(graph.Read()).Parameters);
        Assert.Equal([new("scores.value.value", new("table"))], graph.Keys());
    }

    [Fact]
    public void Two_nodes_of_one_mask_read_the_same_layers()
    {
        var graph = ShiftedWindows.Graph();
        var once = graph.Read().Layers.Count;
        graph.Add("Add", ["y", "mask"], "again");
        graph.Output = "again";

        Assert.Equal(once + 1, graph.Read().Layers.Count);
    }

    /// <summary>Positions counted otherwise than by the difference have no layers that stand for them.</summary>
    [Fact]
    public void A_lookup_by_other_positions_is_a_gap_that_names_it()
    {
        var network = Importer.Read(ShiftedWindows.Graph(row => 24 - row).Write(), new());

        Assert.Contains("relative positions", Assert.Single(network.Gaps).Message, StringComparison.Ordinal);
    }
}
