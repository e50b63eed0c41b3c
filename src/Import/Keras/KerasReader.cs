using System.Text.Json;

namespace ConcatService.Import.Keras;

/// <summary>
/// Keras's JSON: <c>model.to_json()</c>, the <c>config.json</c> of a <c>.keras</c> file, and what tfjs writes. A config is data against a
/// closed table: no class, module or function that it names is looked up or run.
/// </summary>
internal static class KerasReader
{
    public const int MaxBytes = 10_000_000;

    public static ImportedNetwork Read(ReadOnlyMemory<byte> utf8, ImportOptions options)
    {
        if (utf8.Length > MaxBytes)
            throw ImportException.TooLarge($"The JSON has {utf8.Length:N0} bytes; at most {MaxBytes:N0} are read.");
        using var file = KerasFile.Read(utf8);
        return ModelOf(file.Root) is { } model
            ? new KerasModel(file, model, options).Read(Dialect(file.Root, model))
            : throw ImportException.Malformed("there is no model in it: expected 'class_name' and 'config'.", 1, 1);
    }

    /// <summary>Whether JSON is such a model.</summary>
    public static bool IsOne(JsonElement root) => ModelOf(root) is not null;

    private static JsonElement? ModelOf(JsonElement root)
    {
        for (var depth = 0; depth < 4 && root.ValueKind == JsonValueKind.Object; depth++)
        {
            if (Text(root, "class_name") is not null && root.TryGetProperty("config", out _))
                return root;
            if (!root.TryGetProperty("modelTopology", out var inner) && !root.TryGetProperty("model_config", out inner))
                return null;
            root = inner;
        }

        return null;
    }

    private static string Dialect(JsonElement root, JsonElement model)
    {
        if (root.TryGetProperty("modelTopology", out _) || Text(root, "generatedBy") is not null)
            return "tfjs";
        var version = Text(model, "keras_version") ?? Text(root, "keras_version");
        return version is { Length: > 0 } && char.IsAsciiDigit(version[0]) ? $"keras {version[0]}"
            : model.TryGetProperty("module", out _) ? "keras 3"
            : "keras 2";
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
