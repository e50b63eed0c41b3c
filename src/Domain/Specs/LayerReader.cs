using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Specs;

/// <summary>Reads lists of layers, structures and the operators in them.</summary>
internal sealed class LayerReader(Report report, IReadOnlyDictionary<string, JsonElement> blocks)
{
    /// <summary>How deep lists may stand in lists, and how many layers a spec may hold before expansion.</summary>
    public const int MaxDepth = 64, MaxLayers = 20_000;

    private static readonly string[] Structures = ["parallel", "repeat", "block", "time_distributed"];

    private const string AttributesByName = "an object from names to attributes";

    private readonly NameTable _names = new();
    private readonly FieldReader _fields = new(report);
    private readonly ShorthandFields _shorthand = new(report);
    private readonly SourceReader _sources = new(report);
    private readonly List<string> _openBlocks = [];
    private int _depth;
    private int _layers;

    public LayerList ReadList(JsonElement json, SpecPath path, BlockOverrides? overrides = null)
    {
        var layers = new List<LayerSpec>(json.ValueKind == JsonValueKind.Array ? Math.Min(json.GetArrayLength(), MaxLayers) : 0);
        if (json.ValueKind != JsonValueKind.Array)
        {
            report.Error(Codes.WrongType, path, $"Expected a list of layers; this is {JsonText.Shown(json)}.");
        }
        else if (_depth == MaxDepth)
        {
            report.Error(
                Codes.TooLarge,
                path,
                $"Layers are nested more than {MaxDepth} deep here, and at most {MaxDepth} is accepted. Move the inner ones out."
            );
        }
        else
        {
            _depth++;
            _names.EnsureCapacity(layers.Capacity);
            foreach (var item in json.EnumerateArray())
            {
                if (report.IsFull)
                    break;
                if (++_layers > MaxLayers)
                {
                    if (_layers == MaxLayers + 1)
                        report.Error(Codes.TooLarge, path, $"The spec has more than {MaxLayers:N0} layers, and no more are accepted.");
                    break;
                }

                layers.Add(ReadLayer(item, path[layers.Count], overrides));
            }

            _depth--;
        }

        return new(layers, path);
    }

    public LayerSpec ReadLayer(JsonElement json, SpecPath path, BlockOverrides? overrides = null)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            report.Error(Codes.WrongType, path, $"A layer is an object with a 'type'; this is {JsonText.Shown(json)}.");
            return new UnreadableSpec("", null, null, path);
        }

        var (nameJson, inputJson, typeJson, attributes) = (default(JsonElement), default(JsonElement), default(JsonElement), 0);
        LayerSource? source = null;
        foreach (var member in json.EnumerateObject())
        {
            var field = new MemberName(member);
            if (field.Is("name"u8))
                nameJson = member.Value;
            else if (field.Is("type"u8))
                typeJson = member.Value;
            else if (field.Is("inputs"u8))
                inputJson = member.Value;
            else if (field.Is("source"u8))
                source = _sources.Read(member.Value, path["source"]);
            else if (!field.Is("metadata"u8))
                attributes++;
        }

        var layer = ReadLayer(json, path, overrides, nameJson, inputJson, typeJson, attributes);
        return source is null ? layer : layer with { Source = source };
    }

    private LayerSpec ReadLayer(
        JsonElement json,
        SpecPath path,
        BlockOverrides? overrides,
        JsonElement nameJson,
        JsonElement inputJson,
        JsonElement typeJson,
        int attributes
    )
    {
        string? name = null;
        if (nameJson.ValueKind == JsonValueKind.String)
        {
            if (_names.Own(nameJson) is var given && (FieldReader.IsName(given) || _fields.IsName(given, path["name"])))
                name = given;
        }
        else if (nameJson.ValueKind != JsonValueKind.Undefined)
        {
            report.Error(Codes.WrongType, path["name"], $"'name' is {JsonText.Shown(nameJson)}; expected a string.");
        }

        var inputs = inputJson.ValueKind != JsonValueKind.Undefined ? _fields.References(inputJson, path, "inputs", _names) : null;
        if (typeJson.ValueKind != JsonValueKind.String)
        {
            if (typeJson.ValueKind == JsonValueKind.Undefined)
                report.Error(Codes.MissingField, path, "The layer needs 'type', for example \"conv2d\".");
            else
                report.Error(Codes.WrongType, path["type"], $"'type' is {JsonText.Shown(typeJson)}; expected the name of a layer type.");
            return new UnreadableSpec("", name, inputs, path);
        }

        if (OperatorCatalog.Find(typeJson) is { } operatorType)
            return attributes == 0 && overrides is null && operatorType.Default is { } made
                ? new OperatorSpec(operatorType.Kind, name, inputs, path, made, null, null)
                : ReadOperatorLayer(json, operatorType, name, inputs, path, overrides);
        var type = typeJson.GetString()!;
        switch (type)
        {
            case "parallel":
                return ReadParallel(json, name, inputs, path, overrides);
            case "repeat":
                return ReadRepeat(json, name, inputs, path, overrides);
            case "block":
                return ReadBlock(json, name, inputs, path);
            case "time_distributed":
                return ReadSteps(json, name, inputs, path, overrides);
            default:
                UnknownNames.Type(
                    report,
                    path["type"],
                    type,
                    $"There is no layer type '{JsonText.Shortened(type)}'.",
                    [.. OperatorCatalog.All.Select(each => each.Kind), .. Structures]
                );
                return new UnreadableSpec(type, name, inputs, path);
        }
    }

    private LayerSpec ReadOperatorLayer(
        JsonElement json,
        OperatorType known,
        string? name,
        Reference[]? inputs,
        SpecPath path,
        BlockOverrides? overrides
    )
    {
        var (type, made) = (known.Kind, known.Create());
        var fields = _shorthand.For(made is IHasShorthand, known.HasWeights, path);
        var usable = AttributeObject.Read(json, made, path, type, report, fields.IsOther, fields.Names);
        if (name is not null && overrides?.Take(name) is { } own && _fields.IsObject(own, overrides.Path[name], AttributesByName))
            AttributeObject.Read(
                own,
                made,
                overrides.Path[name],
                type,
                report,
                fields.Overridden(overrides.Path[name]),
                fields.Names,
                partial: true
            );
        return !usable
            ? new UnreadableSpec(type, name, inputs, path)
            : new OperatorSpec(type, name, inputs, path, made, fields.Norm, fields.Activation) { Weights = fields.Weights };
    }

    private ParallelSpec ReadParallel(JsonElement json, string? name, Reference[]? inputs, SpecPath path, BlockOverrides? overrides)
    {
        Known(json, path, "parallel", ["name", "type", "inputs", "branches", "merge", "source", "metadata"]);
        var branches = new List<LayerList>();
        if (!json.TryGetProperty("branches", out var branchJson))
        {
            report.Error(Codes.MissingField, path, "parallel needs 'branches': a list of lists of layers.");
        }
        else if (branchJson.ValueKind != JsonValueKind.Array)
        {
            report.Error(
                Codes.WrongType,
                path["branches"],
                $"'branches' is {JsonText.Shown(branchJson)}; expected a list of lists of layers."
            );
        }
        else
        {
            foreach (var branch in branchJson.EnumerateArray())
                branches.Add(ReadList(branch, path["branches"][branches.Count], overrides));
        }

        var merge = json.TryGetProperty("merge", out var mergeJson)
            ? NestedOperator.Read(mergeJson, path["merge"], "merge", report, joins: true)
            : null;
        return new("parallel", name, inputs, path, branches, merge ?? OperatorCatalog.Find("concat")!.Create());
    }

    private RepeatSpec ReadRepeat(JsonElement json, string? name, Reference[]? inputs, SpecPath path, BlockOverrides? overrides)
    {
        Known(json, path, "repeat", ["name", "type", "inputs", "times", "layers", "weights", "source", "metadata"]);
        var times = 1L;
        if (!json.TryGetProperty("times", out var timesJson))
            report.Error(Codes.MissingField, path, "repeat needs 'times': a whole number of at least 1.");
        else if (timesJson.ValueKind != JsonValueKind.Number || !AttributeTypes.TryWhole(timesJson, out times))
            report.Error(
                Codes.WrongType,
                path["times"],
                $"'times' is {JsonText.Shown(timesJson)}; expected a whole number of at least 1."
            );
        else if (times < 1)
            report.Error(Codes.OutOfRange, path["times"], $"'times' is {times}; expected at least 1.");
        var body = json.TryGetProperty("layers", out var layers) ? ReadList(layers, path["layers"], overrides) : new([], path);
        if (layers.ValueKind == JsonValueKind.Undefined)
            report.Error(Codes.MissingField, path, "repeat needs 'layers': the list to repeat.");
        return new("repeat", name, inputs, path, Math.Max(1, times), body) { Weights = ReadWeights(json, path) };
    }

    private StepsSpec ReadSteps(JsonElement json, string? name, Reference[]? inputs, SpecPath path, BlockOverrides? overrides)
    {
        Known(json, path, "time_distributed", ["name", "type", "inputs", "layers", "source", "metadata"]);
        var body = json.TryGetProperty("layers", out var layers) ? ReadList(layers, path["layers"], overrides) : new([], path);
        if (layers.ValueKind == JsonValueKind.Undefined)
            report.Error(Codes.MissingField, path, "time_distributed needs 'layers': the list for every step.");
        return new("time_distributed", name, inputs, path, body);
    }

    private LayerSpec ReadBlock(JsonElement json, string? name, Reference[]? inputs, SpecPath path)
    {
        Known(json, path, "block", ["name", "type", "inputs", "block", "with", "weights", "source", "metadata"]);
        var block =
            json.TryGetProperty("block", out var blockJson) && blockJson.ValueKind == JsonValueKind.String ? blockJson.GetString() : null;
        if (block is null || !blocks.TryGetValue(block, out var body))
        {
            if (block is null)
                report.Error(Codes.MissingField, path, "block needs 'block': a name from the spec's 'blocks'.");
            else
                report.Error(
                    Codes.UnknownType,
                    path["block"],
                    $"There is no block '{JsonText.Shortened(block)}'."
                        + (blocks.Count == 0 ? " Define it under 'blocks'." : Spelling.DidYouMean(block, blocks.Keys))
                );
            return new UnreadableSpec("block", name, inputs, path);
        }

        if (_openBlocks.Contains(block))
        {
            report.Error(Codes.Cycle, path["block"], $"The block '{block}' contains itself: {string.Join(" > ", _openBlocks)} > {block}.");
            return new UnreadableSpec("block", name, inputs, path);
        }

        var with =
            json.TryGetProperty("with", out var overrides) && _fields.IsObject(overrides, path["with"], AttributesByName)
                ? new BlockOverrides(overrides, path["with"])
                : null;
        _openBlocks.Add(block);
        var list = ReadList(body, SpecPath.Root["blocks"][block], with);
        _openBlocks.RemoveAt(_openBlocks.Count - 1);
        with?.ReportUnused(block, report);
        return new RepeatSpec("block", name, inputs, path, null, list) { Weights = ReadWeights(json, path) };
    }

    /// <summary>The structure whose weights are shared, where one is named.</summary>
    private Reference? ReadWeights(JsonElement json, SpecPath path)
    {
        if (!json.TryGetProperty("weights", out var weights))
            return null;
        if (weights.ValueKind == JsonValueKind.String)
            return new(weights.GetString()!, path, "weights", -1);
        report.Error(
            Codes.WrongType,
            path["weights"],
            $"'weights' is {JsonText.Shown(weights)}; expected the name of a block or repetition."
        );
        return null;
    }

    private void Known(JsonElement json, SpecPath path, string what, string[] known)
    {
        foreach (var member in json.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                UnknownNames.Field(
                    report,
                    path,
                    member.Name,
                    $"{what} has no field '{JsonText.Shortened(member.Name)}'.",
                    known
                );
        }
    }
}
