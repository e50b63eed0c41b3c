using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Planning;

namespace ConcatService.Import;

/// <summary>What the language can say, asked of the language itself: an importer uses what is there and tells of a gap otherwise.</summary>
internal static class Language
{
    private static readonly Lazy<bool> Sharing = new(() => Takes("linear", ("out_features", 4), ("weights", "before")));

    /// <summary>Whether a layer can compute with the weights of another.</summary>
    public static bool HasSharedWeights => Sharing.Value;

    /// <summary>
    /// Whether a layer with these attributes is read without an error of form, behind one of the same type called "before".
    /// </summary>
    public static bool Takes(string type, params (string Name, JsonNode? Value)[] attributes)
    {
        var layer = Layers.Of(type, attributes);
        var before = layer.DeepClone().AsObject();
        before.Remove("weights");
        before["name"] = "before";
        var input = new JsonObject { ["shape"] = Layers.List(4, 4), ["axes"] = new JsonArray("time", "features") };
        var spec = new JsonObject
        {
            ["inputs"] = new JsonObject { ["x"] = input },
            ["layers"] = new JsonArray(before, layer),
        };
        using var json = JsonDocument.Parse(spec.ToJsonString());
        return !Compilation.Of(json.RootElement).Report.Diagnostics.Any(found =>
            found.Code == Codes.UnknownField || found.Code == Codes.WrongType || found.Code == Codes.UnknownType);
    }
}
