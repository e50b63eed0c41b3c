using System.Buffers;
using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Specs;

/// <summary>JSON -> <see cref="Spec"/>. Reports every fault of form, each with its path, and goes on.</summary>
public sealed class SpecReader
{
    /// <summary>
    /// What is nested deeper is refused as malformed. Layers may be nested 64 deep (spec-format), at most three levels of JSON each; a
    /// document's parser is slower the deeper what it reads.
    /// </summary>
    public const int MaxJsonDepth = 256;

    internal static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = MaxJsonDepth };

    internal const long MaxSize = int.MaxValue;

    private static readonly string[] Fields =
    [
        "spec_version",
        "name",
        "metadata",
        "layout",
        "inputs",
        "symbols",
        "layers",
        "outputs",
        "blocks",
    ];

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."
    );

    private readonly Report _report;

    private SpecReader(Report report) => _report = report;

    /// <param name="json">A JSON object; anything else is the caller's 400.</param>
    public static Spec Read(JsonElement json, Report report) => new SpecReader(report).ReadSpec(json);

    private Spec ReadSpec(JsonElement json)
    {
        var fields = Members(json, SpecPath.Root, Fields, "a spec");
        if (
            fields.TryGetValue("spec_version", out var version)
            && !(version.ValueKind == JsonValueKind.Number && version.TryGetInt64(out var number) && number == 1)
        )
            _report.Error(
                Codes.OutOfRange,
                SpecPath.Root["spec_version"],
                $"spec_version is {JsonText.Shown(version)}; this service reads version 1."
            );
        var name = fields.TryGetValue("name", out var label) ? Text(label, SpecPath.Root["name"]) : null;
        var layout = fields.TryGetValue("layout", out var written)
            ? Value(written, SpecPath.Root["layout"], Layout.ChannelsFirst)
            : Layout.ChannelsFirst;
        var inputs = fields.TryGetValue("inputs", out var inputJson)
            ? ReadInputs(inputJson, layout)
            : Missing<InputSpec>("inputs", "at least one named input with its shape");
        var symbols = fields.TryGetValue("symbols", out var symbolJson)
            ? ReadSymbols(symbolJson, inputs)
            : new Dictionary<string, SymbolPromise>();
        var blocks = fields.TryGetValue("blocks", out var blockJson) ? ReadBlocks(blockJson) : [];
        var layers = fields.TryGetValue("layers", out var layerJson)
            ? new LayerReader(_report, blocks).ReadList(layerJson, SpecPath.Root["layers"]).Layers
            : Missing<LayerSpec>("layers", "a list of layers");
        var outputs = fields.TryGetValue("outputs", out var outputJson)
            ? References(outputJson, SpecPath.Root, "outputs", new(), _report)
            : null;
        return new()
        {
            Name = name,
            Layout = layout,
            Inputs = inputs,
            Symbols = symbols,
            Layers = layers,
            Outputs = outputs,
        };
    }

    private List<InputSpec> ReadInputs(JsonElement json, Layout layout)
    {
        var path = SpecPath.Root["inputs"];
        var inputs = new List<InputSpec>();
        if (!IsObject(json, path, "an object from input names to shapes"))
            return inputs;
        foreach (var member in json.EnumerateObject())
        {
            var at = path[member.Name];
            if (!IsName(member.Name, at, _report) || !IsObject(member.Value, at, "an object with a shape"))
                continue;
            var before = _report.Diagnostics.Count;
            if (inputs.Any(known => known.Name == member.Name))
                _report.Error(Codes.DuplicateName, at, $"The input '{member.Name}' is there twice. Rename one.");
            else
                inputs.Add(
                    new(member.Name, ReadInput(member.Value, at, layout) ?? new([Dim.Batch], [Axis.Batch]), at)
                    {
                        IsReadable = _report.Diagnostics.Count == before,
                    }
                );
        }

        return inputs;
    }

    private Shape? ReadInput(JsonElement json, SpecPath path, Layout layout)
    {
        var fields = Members(json, path, ["shape", "dtype", "axes"], "an input");
        var dtype = fields.TryGetValue("dtype", out var dtypeJson) ? Value(dtypeJson, path["dtype"], DType.Float32) : DType.Float32;
        if (!fields.TryGetValue("shape", out var shapeJson))
        {
            _report.Error(Codes.MissingField, path, "The input needs 'shape', without the batch: [1, 28, 28].");
            return null;
        }

        if (shapeJson.ValueKind != JsonValueKind.Array || shapeJson.GetArrayLength() is < 1 or > Axes.MaxRank)
        {
            _report.Error(
                Codes.WrongType,
                path["shape"],
                $"'shape' is {JsonText.Shown(shapeJson)}; expected a list of 1 to {Axes.MaxRank} sizes without the batch, such as "
                    + $"[1, 28, 28]."
            );
            return null;
        }

        var dims = new List<Dim> { Dim.Batch };
        foreach (var item in shapeJson.EnumerateArray())
        {
            var at = path["shape"][dims.Count - 1];
            if (item.ValueKind == JsonValueKind.Number && AttributeTypes.TryWhole(item, out var size))
            {
                if (size is < 1 or > MaxSize)
                    _report.Error(Codes.OutOfRange, at, $"The size is {size}; it must be from 1 to {MaxSize:N0}.");
                dims.Add(Math.Clamp(size, 1, MaxSize));
            }
            else if (item.ValueKind == JsonValueKind.String && IsName(item.GetString()!, at, _report))
            {
                if (item.GetString() == "N")
                    _report.Error(Codes.DuplicateName, at, "'N' is the batch, which a shape leaves out. Use another symbol.");
                dims.Add(Dim.Symbol(item.GetString()!));
            }
            else
            {
                if (item.ValueKind != JsonValueKind.String)
                    _report.Error(
                        Codes.WrongType,
                        at,
                        $"{JsonText.Shown(item)} is no size; expected a whole number of at least 1, or a symbol such as \"H\"."
                    );
                dims.Add(1);
            }
        }

        var axes = fields.TryGetValue("axes", out var axesJson)
            ? ReadAxes(axesJson, path["axes"], dims.Count - 1)
            : Axes.Default(dims.Count - 1, layout, dtype);
        return axes is null ? null : new([.. dims], axes, dtype);
    }

    private Axis[]? ReadAxes(JsonElement json, SpecPath path, int rank)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() != rank)
        {
            _report.Error(
                Codes.WrongType,
                path,
                $"'axes' is {JsonText.Shown(json)}; expected a list with a name for each of the {rank} dimensions, such as "
                    + $"[\"time\", \"features\"]."
            );
            return null;
        }

        var axes = new List<Axis> { Axis.Batch };
        foreach (var item in json.EnumerateArray())
        {
            var at = path[axes.Count - 1];
            if (item.ValueKind != JsonValueKind.String || !Axes.TryParse(item.GetString()!, out var axis) || axis == Axis.Batch)
                _report.Error(
                    Codes.WrongType,
                    at,
                    $"{JsonText.Shown(item)} is no axis; expected one of {string.Join(", ", Axes.Names.Skip(1))}."
                );
            else if (axes.Contains(axis))
                _report.Error(Codes.DuplicateName, at, $"The axis {axis.Name()} is there twice. Name each axis once.");
            else
                axes.Add(axis);
        }

        return axes.Count == rank + 1 ? [.. axes] : null;
    }

    private Dictionary<string, SymbolPromise> ReadSymbols(JsonElement json, List<InputSpec> inputs)
    {
        var used = inputs.SelectMany(input => input.Shape.Dims).SelectMany(size => size.Symbols).ToHashSet();
        var path = SpecPath.Root["symbols"];
        var symbols = new Dictionary<string, SymbolPromise>();
        if (!IsObject(json, path, "an object from symbols to { min, max, multiple_of }"))
            return symbols;
        foreach (var member in json.EnumerateObject())
        {
            if (!IsName(member.Name, path, _report))
                continue;
            var promise = new SymbolPromise();
            if (IsObject(member.Value, path[member.Name], "an object with min, max or multiple_of"))
                AttributeObject.Read(member.Value, promise, path[member.Name], $"the symbol {member.Name}", _report);
            if (!used.Contains(member.Name) && !inputs.TrueForAll(input => input.IsReadable))
                continue; // the shape that has it may be the one that could not be read
            if (!used.Contains(member.Name))
                _report.Error(
                    Codes.UnknownField,
                    path[member.Name],
                    $"No input's shape has the symbol "
                        + $"'{JsonText.Shortened(member.Name)}'.{Spelling.DidYouMean(member.Name, used.Where(symbol => symbol != "N"))}"
                );
            else if (promise.Max < Saturating.Multiply(Saturating.FloorDivide(promise.Min - 1, promise.MultipleOf) + 1, promise.MultipleOf))
                _report.Error(
                    Codes.OutOfRange,
                    path[member.Name],
                    $"No size is left for {member.Name}: none from {promise.Min} to {promise.Max} is a multiple of {promise.MultipleOf}."
                );
            else
                symbols[member.Name] = promise;
        }

        return symbols;
    }

    private Dictionary<string, JsonElement> ReadBlocks(JsonElement json)
    {
        var path = SpecPath.Root["blocks"];
        var blocks = new Dictionary<string, JsonElement>();
        if (!IsObject(json, path, "an object from block names to lists of layers"))
            return blocks;
        foreach (var member in json.EnumerateObject())
        {
            if (IsName(member.Name, path[member.Name], _report) && !blocks.TryAdd(member.Name, member.Value))
                _report.Error(Codes.DuplicateName, path[member.Name], $"The block '{member.Name}' is there twice. Rename one.");
        }

        return blocks;
    }

    private Dictionary<string, JsonElement> Members(JsonElement json, SpecPath path, string[] known, string what)
    {
        var members = new Dictionary<string, JsonElement>();
        foreach (var member in json.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                _report.Error(
                    Codes.UnknownField,
                    path[member.Name],
                    $"{what} has no field '{JsonText.Shortened(member.Name)}'.{Spelling.DidYouMean(member.Name, known)}"
                );
            else if (!members.TryAdd(member.Name, member.Value))
                _report.Error(Codes.DuplicateName, path[member.Name], $"The field '{member.Name}' is there twice. Keep one.");
        }

        return members;
    }

    private List<T> Missing<T>(string field, string expected)
    {
        _report.Error(Codes.MissingField, SpecPath.Root, $"The spec needs '{field}': {expected}.");
        return [];
    }

    private bool IsObject(JsonElement json, SpecPath path, string expected)
    {
        if (json.ValueKind == JsonValueKind.Object)
            return true;
        _report.Error(Codes.WrongType, path, $"Expected {expected}; this is {JsonText.Shown(json)}.");
        return false;
    }

    private string? Text(JsonElement json, SpecPath path)
    {
        if (json.ValueKind == JsonValueKind.String)
            return json.GetString();
        _report.Error(Codes.WrongType, path, $"Expected a string; this is {JsonText.Shown(json)}.");
        return null;
    }

    private T Value<T>(JsonElement json, SpecPath path, T fallback)
    {
        if (AttributeTypes.Of<T>().Read(json, out var value))
            return value;
        _report.Error(Codes.WrongType, path, $"{JsonText.Shown(json)} is not known here; expected {AttributeTypes.Of<T>().Expected}.");
        return fallback;
    }

    /// <summary>
    /// The names in the list that <paramref name="field"/> of <paramref name="owner"/> is; what is no name is reported and left out.
    /// </summary>
    internal static Reference[]? References(JsonElement json, SpecPath owner, string field, NameTable names, Report report)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            report.Error(Codes.WrongType, owner[field], $"Expected a list of layer or input names; this is {JsonText.Shown(json)}.");
            return null;
        }

        var references = new Reference[json.GetArrayLength()];
        var (count, index) = (0, 0);
        foreach (var item in json.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String)
                references[count++] = new(names.Text(item), owner, field, index);
            else
                report.Error(
                    Codes.WrongType,
                    owner[field][index],
                    $"Expected the name of a layer or input; this is {JsonText.Shown(item)}."
                );
            index++;
        }

        return count == references.Length ? references : references[..count];
    }

    internal static bool IsName(string name) =>
        name.Length is >= 1 and <= NameTable.MaxNameLength && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    /// <summary>Whether it is a name; reports when it is not.</summary>
    internal static bool IsName(string name, SpecPath path, Report report)
    {
        if (IsName(name))
            return true;
        report.Error(
            Codes.WrongType,
            path,
            $"'{JsonText.Shortened(name)}' is no name: 1 to {NameTable.MaxNameLength} letters, digits, '_', '-' or '.'."
        );
        return false;
    }
}
