using System.Text.Json.Nodes;

namespace ConcatService.Import.Onnx;

/// <summary>Nodes that compute with the same tensors of the file: the first is the owner of the weights, the others name it.</summary>
internal static class OnnxSharing
{
    private static readonly HashSet<string> Norms = ["batch_norm", "instance_norm", "group_norm", "layer_norm"];

    private static readonly HashSet<string> Weighted =
    [
        "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "linear", "embedding", "prelu", "lstm",
        "gru", .. Norms,
    ];

    /// <summary>What two layers of the same weights have in common; null where a layer has none.</summary>
    public static string? Key(OnnxCall call, JsonObject layer)
    {
        var type = layer["type"]!.GetValue<string>();
        if (!Weighted.Contains(type))
            return null;
        var tensors = Enumerable.Range(0, call.Node.Inputs.Count).Select(i => call[i]).Where(data => data?.Origin is not null).ToList();
        // Norms that were never trained are alike, and exporters write equal tensors once.
        return tensors.Count == 0 || (Norms.Contains(type) && tensors.TrueForAll(data => data!.Tensor?.Fill is 0 or 1))
            ? null
            : $"{type}\n{string.Join('\n', tensors.Select(data => data!.Origin))}";
    }
}
