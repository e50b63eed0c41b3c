using ConcatService.Domain.Jobs;

namespace ConcatService.Import.Onnx;

/// <summary>Which initializer each parameter of the spec is, noted while nodes become layers.</summary>
internal sealed class OnnxSources
{
    private static readonly string[] Affine = ["", "weight", "bias"];

    /// <summary>By operator: the parameter that each input of the node is; the first one is the data.</summary>
    private static readonly Dictionary<string, string[]> Inputs = new()
    {
        ["Conv"] = Affine,
        ["ConvTranspose"] = Affine,
        ["Gemm"] = Affine,
        ["MatMul"] = ["", "weight"],
        ["PRelu"] = ["", "weight"],
        ["InstanceNormalization"] = Affine,
        ["LayerNormalization"] = Affine,
        ["GroupNormalization"] = Affine,
        ["BatchNormalization"] = ["", "weight", "bias", "running_mean", "running_var"],
    };

    private readonly Dictionary<string, TensorSource> _byKey = [];

    public IReadOnlyDictionary<string, TensorSource> ByKey => _byKey;

    /// <param name="output">The layer that the node's output is.</param>
    /// <param name="before">How many layers there were before the node.</param>
    public void Note(OnnxCall call, string output, int before)
    {
        if (Inputs.TryGetValue(call.Node.Type, out var names))
        {
            for (var i = 1; i < names.Length; i++)
                Note($"{output}.{names[i]}", call[i], IsTurned(call.Node, i));
            return;
        }

        if (Enumerable.Range(0, call.Node.Inputs.Count).Select(i => call[i]).FirstOrDefault(IsLearned) is not { } learned)
            return;
        var added = Enumerable.Range(before, call.Reader.Spec.LayerCount - before).Select(call.Reader.Spec.LayerAt).ToList();
        if (added.Count == 0)
            Note($"{output}.bias", learned, false);                                         // of the product before it
        foreach (var value in added.Where(layer => layer["type"]!.GetValue<string>() == "parameter"))
            Note($"{value["name"]!.GetValue<string>()}.value", learned, false);
    }

    private static bool IsLearned(OnnxData? data) => data is { Layer: null, Tensor.Dims.Count: > 0 } or { Grid.Picks: not null };

    /// <summary>A product has its matrix as [in, out], which is a linear layer's weight the other way round.</summary>
    private static bool IsTurned(FileNode node, int input) =>
        input == 1 && (node.Type == "MatMul" || (node.Type == "Gemm" && (node.Whole("transB") ?? 0) == 0));

    private void Note(string key, OnnxData? data, bool transpose)
    {
        if (data?.Source is { } source)
            _byKey[key] = source with { Transpose = source.Transpose != transpose };
    }
}
