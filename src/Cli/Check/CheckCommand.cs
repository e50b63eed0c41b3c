using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Cli.Check;

/// <summary>
/// <c>check FILE [--input SIZE] [--scale NAME] [--format NAME]</c>: what is wrong with the network in a file that the service reads, at the
/// file's own lines.
/// </summary>
internal static class CheckCommand
{
    private const string Usage =
        "check takes one file, and --input 3x640x640, --scale s and --format yolo|darknet|keras|onnx where needed.";

    private static readonly string[] Options = ["input", "scale", "format"];

    /// <returns>0 without an error, 1 with one.</returns>
    /// <exception cref="CliException">The file cannot be read, or the service refuses it.</exception>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancel)
    {
        var (path, options) = Parse(arguments);
        if (Path.GetExtension(path) == ".py")
            throw new CliException(
                "a PyTorch module is read where its code can run. Install the client with pip install ./clients/python, then: "
                    + $"python3 -m concat_client check {path}:CLASS --input 3x224x224"
            );
        var file = Read(path);
        using var client = ServiceClient.FromEnvironment();
        var isSpec = IsSpec(file);
        var answer = isSpec
            ? await client.PostFileAsync("/v1/architectures/validate", file, "application/json", cancel)
            : await client.PostFileAsync($"/v1/architectures/import{Query(options)}", file, "application/octet-stream", cancel);
        var findings = new Findings(path, file, isSpec ? null : answer);
        return findings.Write(Console.Out, isSpec ? answer : answer["report"]!) ? 1 : 0;
    }

    private static (string Path, List<(string Name, string Value)> Options) Parse(string[] arguments)
    {
        var (paths, options) = (new List<string>(), new List<(string, string)>());
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
                paths.Add(arguments[i]);
            else if (Options.Contains(arguments[i][2..]) && i + 1 < arguments.Length)
                options.Add((arguments[i][2..], arguments[++i]));
            else
                throw new CliException(Usage);
        }

        return paths is [var path] ? (path, options) : throw new CliException(Usage);
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{path} cannot be read: {unread.Message}");
        }
    }

    /// <summary>Whether the file is a spec of the service itself: layers, each with a type.</summary>
    private static bool IsSpec(byte[] file)
    {
        try
        {
            return JsonNode.Parse(file, documentOptions: new() { MaxDepth = 2000 }) is JsonObject spec
                && !spec.ContainsKey("class_name")
                && spec["layers"] is JsonArray layers
                && (layers.Count == 0 || (layers[0] as JsonObject)?.ContainsKey("type") == true);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Query(List<(string Name, string Value)> options) =>
        options.Count == 0 ? "" : "?" + string.Join('&', options.Select(each => $"{each.Name}={Uri.EscapeDataString(each.Value)}"));
}
