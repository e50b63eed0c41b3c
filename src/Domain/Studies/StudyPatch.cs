using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Studies;

/// <summary>The JSON Patches that make a spec's variants of a spec.</summary>
public static class StudyPatch
{
    /// <summary>The prefix of a variant that keeps one branch: <c>only:fine</c>, or with several merges <c>only:merge/fine</c>.</summary>
    public const string Only = "only:";

    /// <summary>The ways to fuse that a study compares when it is not told which, the baseline first.</summary>
    public static IReadOnlyList<string> Fusions { get; } = ["none", "conv1x1", "se", "gate", "gmu", "aff", "l2norm"];

    /// <summary>Those, and each branch of the merges alone.</summary>
    public static IReadOnlyList<string> Defaults(IReadOnlyList<StudyMerge> merges) =>
        [.. Fusions, .. Alone(merges).Select(each => each.Name)];

    /// <summary>Joins the branches in another way, at each of the merges.</summary>
    /// <param name="fuse">A value of <c>fuse</c>: a name, or an object with options.</param>
    public static JsonArray Fuse(JsonNode spec, IReadOnlyList<StudyMerge> merges, JsonNode fuse) =>
        [.. merges.SelectMany(merge => FuseAt(spec, merge, fuse))];

    /// <summary>Keeps one branch, and of the rest of the network what is still read; null where there is no branch of that name.</summary>
    /// <param name="name">With the prefix <see cref="Only"/>.</param>
    public static JsonArray? Keep(JsonElement spec, IReadOnlyList<StudyMerge> merges, string name)
    {
        if (Alone(merges).FirstOrDefault(each => each.Name == name) is not { Merge: { } merge } found)
            return null;
        var document = JsonPatch.Read(spec);
        var patch = FuseAt(document, merge, "none");
        var list = $"{merge.Pointer}/{(merge.IsParallel ? "branches" : "inputs")}";
        var kept = At(document, list)![found.Branch]!.DeepClone();
        patch.Add(Operation("replace", list, new JsonArray(kept)));
        JsonPatch.Apply(document, [.. patch.Select(each => each.DeepClone())]);
        var pruned = (JsonArray)new JsonArray([.. patch.Concat(Unread(document)).Select(each => (JsonNode)each)]).DeepClone();
        return Compiles(spec, pruned) ? pruned : [.. patch.Select(each => each.DeepClone())];
    }

    /// <summary>The spec with the patch applied.</summary>
    /// <exception cref="StudyException">It cannot be applied; the message says why.</exception>
    public static JsonElement Apply(JsonElement document, JsonArray patch)
    {
        foreach (var operation in patch)
        {
            if (
                operation is not JsonObject fields
                || fields["op"]?.ToString() is not ("add" or "remove" or "replace")
                || fields["path"]?.ToString() is not ['/', ..]
            )
                throw new StudyException(
                    "Each operation of a patch is { \"op\", \"path\", \"value\" } with op add, remove or replace and a path such as "
                        + "/layers/3/kernel_size."
                );
        }

        try
        {
            var node = JsonPatch.Read(document);
            JsonPatch.Apply(node, patch);
            using var written = JsonPatch.Write(node);
            return written.RootElement.Clone();
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new StudyException("The patch cannot be applied: one of its paths leads nowhere. " + failure.Message);
        }
    }

    private static IEnumerable<(string Name, StudyMerge Merge, int Branch)> Alone(IReadOnlyList<StudyMerge> merges) =>
        merges.SelectMany(merge =>
            merge.Branches.Select((branch, i) => ($"{Only}{(merges.Count > 1 ? $"{merge.Name}/" : "")}{branch}", merge, i))
        );

    private static List<JsonObject> FuseAt(JsonNode spec, StudyMerge merge, JsonNode fuse)
    {
        if (!merge.IsParallel)
            return [Operation("add", $"{merge.Pointer}/fuse", fuse.DeepClone())];
        var written = At(spec, $"{merge.Pointer}/merge") is JsonObject given
            ? (JsonObject)given.DeepClone()
            : new() { ["type"] = "concat" };
        written["fuse"] = fuse.DeepClone();
        return [Operation("add", $"{merge.Pointer}/merge", written)];
    }

    /// <summary>Removes the layers and inputs of the outermost list that no output reads any more, the last first.</summary>
    private static IEnumerable<JsonObject> Unread(JsonNode document)
    {
        using var written = JsonPatch.Write(document);
        var graph = Compilation.Of(written.RootElement).Graph;
        var read = Read(graph);
        var rows = document["layers"]!.AsArray();
        for (var i = rows.Count - 1; i >= 0; i--)
        {
            var pointer = $"/layers/{i}";
            var own = graph.Layers.Where(layer => IsIn(layer.Path.ToString(), pointer)).ToList();
            if (own.Count > 0 && !own.Exists(layer => read.Contains(layer.Name)))
                yield return Operation("remove", pointer, null);
        }

        foreach (var input in graph.Inputs.Where(input => !read.Contains(input.Name)))
            yield return Operation("remove", "/inputs/" + input.Name, null);
    }

    private static bool IsIn(string path, string pointer) => path == pointer || path.StartsWith(pointer + "/", StringComparison.Ordinal);

    private static HashSet<string> Read(Graph graph)
    {
        var layers = graph.Layers.ToDictionary(layer => layer.Name);
        var (read, next) = (new HashSet<string>(), new Stack<string>(graph.Outputs.Select(output => output.Wire.Source)));
        while (next.TryPop(out var name))
        {
            if (!read.Add(name) || !layers.TryGetValue(name, out var layer))
                continue;
            foreach (var input in layer.Inputs)
                next.Push(input.Source);
            if (layer.Weights is { } other)
                next.Push(other);
        }

        return read;
    }

    private static bool Compiles(JsonElement spec, JsonArray patch) => Compilation.Of(Apply(spec, patch)).Verdict != "invalid";

    private static JsonNode? At(JsonNode document, string pointer)
    {
        JsonNode? node = document;
        foreach (var step in JsonPatch.Steps(pointer))
            node = node is JsonArray list ? list[JsonPatch.Index(step)] : node?[step];
        return node;
    }

    private static JsonObject Operation(string op, string path, JsonNode? value)
    {
        var operation = new JsonObject { ["op"] = op, ["path"] = path };
        if (op != "remove")
            operation["value"] = value;
        return operation;
    }
}
