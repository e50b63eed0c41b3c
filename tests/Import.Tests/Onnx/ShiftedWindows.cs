using ConcatService.Domain.Shapes;

namespace ConcatService.Import.Tests.Onnx;

/// <summary>
/// Scores of shifted windows as PyTorch 1.13 exports torchvision's Swin: the mask is put together from a map of regions, and the bias
/// looked up in a table. Two by two windows of 3x3 tokens, moved by one, and two heads.
/// </summary>
internal static class ShiftedWindows
{
    public static WrittenGraph Graph(Func<long, long>? index = null)
    {
        var graph = new WrittenGraph(Dim.Batch, 4, 2, 9, 9);
        AddMask(graph);
        AddBias(graph, index ?? (row => row));
        graph.Add("Add", ["x", "mask"], "masked");
        graph.Add("Add", ["masked", "bias"], "scores");
        graph.Add("Softmax", ["scores"], "y", ("axis", -1L));
        return graph;
    }

    private static void AddMask(WrittenGraph graph)
    {
        graph.Numbers("map.sizes", 6, 6);
        graph.Add("ConstantOfShape", ["map.sizes"], "map.zeros");
        graph.Add("Cast", ["map.zeros"], "map.empty", ("to", 7L));
        graph.Numbers("cells", [.. Enumerable.Range(0, 36).Where(i => Region(i) != 0).SelectMany(i => new[] { i / 6L, i % 6L })]);
        graph.Numbers("pairs", -1, 2);
        graph.Add("Reshape", ["cells", "pairs"], "at");
        graph.Numbers("regions", [.. Enumerable.Range(0, 36).Select(Region).Where(region => region != 0)]);
        graph.Add("ScatterND", ["map.empty", "at", "regions"], "map");
        graph.Numbers("parts", 2, 3, 2, 3);
        graph.Add("Reshape", ["map", "parts"], "parted");
        graph.Add("Transpose", ["parted"], "windows", ("perm", new long[] { 0, 2, 1, 3 }));
        graph.Numbers("tokens", 4, 9);
        graph.Add("Reshape", ["windows", "tokens"], "flat");
        graph.Numbers("one", 1);
        graph.Numbers("two", 2);
        graph.Add("Unsqueeze", ["flat", "one"], "keyed");
        graph.Add("Unsqueeze", ["flat", "two"], "asked");
        graph.Add("Sub", ["keyed", "asked"], "differ");
        graph.Numbers("zero", 0);
        graph.Add("Equal", ["differ", "zero"], "same");
        graph.Numbers("apart", -100);
        graph.Add("Where", ["same", "zero", "apart"], "values");
        graph.Add("Cast", ["values"], "mask.real", ("to", 1L));
        graph.Add("Unsqueeze", ["mask.real", "one"], "mask.heads");
        graph.Add("Unsqueeze", ["mask.heads", "zero"], "mask");

        // The last row and the last column of the map come from its other side.
        static long Region(int cell) => (cell / 6 == 5 ? 2 : 0) + (cell % 6 == 5 ? 1 : 0);
    }

    private static void AddBias(WrittenGraph graph, Func<long, long> index)
    {
        graph.Weight("table", 25, 2);
        graph.Numbers("index", [.. Enumerable.Range(0, 81).Select(pair => index(Row(pair / 9, pair % 9)))]);
        graph.Add("Gather", ["table", "index"], "picked", ("axis", 0L));
        graph.Numbers("square", 9, 9, -1);
        graph.Add("Reshape", ["picked", "square"], "shaped");
        graph.Add("Transpose", ["shaped"], "heads", ("perm", new long[] { 2, 0, 1 }));
        graph.Numbers("front", 0);
        graph.Add("Unsqueeze", ["heads", "front"], "bias");

        static long Row(long query, long key) => (((query / 3) - (key / 3) + 2) * 5) + (query % 3) - (key % 3) + 2;
    }
}
