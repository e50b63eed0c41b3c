using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ConcatService.Import.Yolo;

/// <summary>Activations by their PyTorch name. The text is looked up in a table and never evaluated.</summary>
internal static partial class YoloActivations
{
    private static readonly Dictionary<string, string> Known = new()
    {
        ["SiLU"] = "silu",
        ["ReLU"] = "relu",
        ["ReLU6"] = "relu6",
        ["LeakyReLU"] = "leaky_relu",
        ["Mish"] = "mish",
        ["Hardswish"] = "hard_swish",
        ["Hardsigmoid"] = "hard_sigmoid",
        ["Sigmoid"] = "sigmoid",
        ["Tanh"] = "tanh",
        ["GELU"] = "gelu",
        ["ELU"] = "elu",
        ["SELU"] = "selu",
        ["PReLU"] = "prelu",
        ["Softplus"] = "softplus",
    };

    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>A layer type, or one with its slope; null for what is not known.</summary>
    /// <param name="text">Such as <c>nn.LeakyReLU(0.1)</c>.</param>
    public static JsonNode? Find(string text)
    {
        if (Call().Match(text) is not { Success: true } call || !Known.TryGetValue(call.Groups[1].Value, out var type))
            return null;
        var number = call.Groups[2].Value;
        return type == "leaky_relu" && number.Length > 0
            ? Layers.Of(type, ("negative_slope", double.Parse(number, CultureInfo.InvariantCulture)))
            : type;
    }

    [GeneratedRegex(@"^(?:torch\.)?nn\.(\w{1,32})\((?:(?:negative_slope=)?(\d{0,3}\.?\d{1,9})|inplace=\w{1,5})?\)$")]
    private static partial Regex Call();
}
