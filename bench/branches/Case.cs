using System.Text.Json.Nodes;

namespace ConcatService.Branches;

/// <summary>A training with one fault, or none.</summary>
/// <param name="Family">How the network is built.</param>
/// <param name="Fault">The class of the fault; <c>healthy</c> for none.</param>
/// <param name="Guilty">The number of the input or branch at fault; -1: none, or all.</param>
/// <param name="IsMendable">Whether another spec or other settings may mend it.</param>
internal sealed record Case(string Family, string Fault, int Guilty, JsonObject Spec, JsonObject Settings, Table Table, bool IsMendable)
{
    public static readonly string[] Families = ["plain", "normed", "deep", "three"];

    public static readonly string[] Faults =
        ["scale", "tiny", "constant", "noise", "leak", "duplicate", "dead", "detached", "bottleneck", "dropout", "lazy"];

    public bool IsHealthy => Fault == "healthy";

    public static Case Of(string family, string fault, int seed)
    {
        var inputs = family == "three" ? 3 : 2;
        var width = 12;
        var guilty = fault == "healthy" ? -1 : inputs - 1;
        var table = new Table(seed, inputs, width);
        var settings = new JsonObject
        {
            ["epochs"] = 10,
            ["batch_size"] = 32,
            ["threads"] = 1,
            ["precision"] = "float32",
            ["validation_split"] = 0.2,
            ["seed"] = seed,
        };
        switch (fault)
        {
            case "scale":
                (table.Scales[guilty], settings["normalize"]) = (1000, false);
                break;
            case "tiny":
                (table.Scales[guilty], settings["normalize"]) = (1e-4f, false);
                break;
            case "constant":
                table.Constant = guilty;
                break;
            case "noise":
                table.Centers[guilty] = 0;
                break;
            case "leak":
                table.Leak = guilty;
                break;
            case "duplicate":
                table.Copy = guilty;
                break;
            case "lazy":
                (table.Strong, guilty) = (0, inputs - 1);
                break;
        }

        var layers = new JsonArray();
        for (var i = 0; i < inputs; i++)
            AddBranch(layers, family, i, i == guilty ? fault : "healthy");
        layers.Add(new JsonObject
        {
            ["name"] = "merge",
            ["type"] = "concat",
            ["inputs"] = new JsonArray([.. Enumerable.Range(0, inputs).Select(i => (JsonNode)EndOf(i))]),
        });
        layers.Add(new JsonObject { ["name"] = "mixed", ["type"] = "linear", ["out_features"] = 24, ["activation"] = "relu" });
        layers.Add(new JsonObject { ["name"] = "logits", ["type"] = "linear", ["out_features"] = 1 << inputs });
        var shapes = new JsonObject();
        for (var i = 0; i < inputs; i++)
            shapes[Table.NameOf(i)] = new JsonObject { ["shape"] = new JsonArray(width) };
        var spec = new JsonObject { ["name"] = $"{family}-{fault}", ["inputs"] = shapes, ["layers"] = layers };
        var mendable = fault is "scale" or "tiny" or "dead" or "bottleneck" or "dropout";
        return new(family, fault, guilty, spec, settings, table, mendable);
    }

    /// <summary>The last layer of a branch, by which the merge names it.</summary>
    public static string EndOf(int branch) => $"{Table.NameOf(branch)}_end";

    private static void AddBranch(JsonArray layers, string family, int branch, string fault)
    {
        var (depth, first) = (family == "deep" ? 3 : 1, true);
        for (var i = 0; i < depth; i++)
            Add(Linear(fault == "bottleneck" && i == depth - 1 ? 1 : 16, family == "normed"));
        switch (fault)
        {
            case "bottleneck":
                Add(Linear(16, family == "normed"));
                break;
            case "dead":
                Add(new() { ["type"] = "affine", ["shift"] = -1000 });
                Add(new() { ["type"] = "relu" });
                break;
            case "dropout":
                Add(new() { ["type"] = "dropout", ["p"] = 0.95 });
                break;
            case "detached":
                Add(new() { ["type"] = "cast", ["dtype"] = "int64" });
                Add(new() { ["type"] = "cast", ["dtype"] = "float32" });
                break;
        }

        Add(new() { ["name"] = EndOf(branch), ["type"] = "identity" });

        void Add(JsonObject layer)
        {
            if (first)
                layer["inputs"] = new JsonArray(Table.NameOf(branch));
            first = false;
            layers.Add(layer);
        }
    }

    private static JsonObject Linear(int width, bool isNormed)
    {
        var layer = new JsonObject { ["type"] = "linear", ["out_features"] = width, ["activation"] = "relu" };
        if (isNormed)
            layer["norm"] = "batch_norm";
        return layer;
    }
}
