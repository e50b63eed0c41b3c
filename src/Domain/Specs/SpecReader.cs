using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
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

    private readonly Report _report;
    private readonly FieldReader _fields;

    private SpecReader(Report report) => (_report, _fields) = (report, new(report));

    /// <param name="json">A JSON object; anything else is the caller's 400.</param>
    public static Spec Read(JsonElement json, Report report) => new SpecReader(report).ReadSpec(json);

    private Spec ReadSpec(JsonElement json)
    {
        var fields = _fields.Members(json, SpecPath.Root, Fields, "a spec");
        if (
            fields.TryGetValue("spec_version", out var version)
            && !(version.ValueKind == JsonValueKind.Number && version.TryGetInt64(out var number) && number == 1)
        )
            _report.Error(
                Codes.OutOfRange,
                SpecPath.Root["spec_version"],
                $"spec_version is {JsonText.Shown(version)}; this service reads version 1."
            );
        var name = fields.TryGetValue("name", out var label) ? _fields.Text(label, SpecPath.Root["name"]) : null;
        var layout = fields.TryGetValue("layout", out var written)
            ? _fields.Value(written, SpecPath.Root["layout"], Layout.ChannelsFirst)
            : Layout.ChannelsFirst;
        var inputs = fields.TryGetValue("inputs", out var inputJson)
            ? new InputReader(_report).ReadAll(inputJson, layout)
            : Missing<InputSpec>("inputs", "at least one named input with its shape");
        var symbols = fields.TryGetValue("symbols", out var symbolJson)
            ? ReadSymbols(symbolJson, inputs)
            : new Dictionary<string, SymbolPromise>();
        var blocks = fields.TryGetValue("blocks", out var blockJson) ? ReadBlocks(blockJson) : [];
        var layers = fields.TryGetValue("layers", out var layerJson)
            ? new LayerReader(_report, blocks).ReadList(layerJson, SpecPath.Root["layers"]).Layers
            : Missing<LayerSpec>("layers", "a list of layers");
        var outputs = fields.TryGetValue("outputs", out var outputJson)
            ? _fields.References(outputJson, SpecPath.Root, "outputs", new())
            : null;
        return new()
        {
            Name = name,
            Layout = layout,
            Inputs = inputs,
            Symbols = symbols,
            Layers = layers,
            Outputs = outputs,
            IsWellFormed = _report.Diagnostics.Count == 0,
        };
    }

    private Dictionary<string, SymbolPromise> ReadSymbols(JsonElement json, List<InputSpec> inputs)
    {
        var used = inputs.SelectMany(input => input.Shape.Dims).SelectMany(size => size.Symbols).ToHashSet();
        var path = SpecPath.Root["symbols"];
        var symbols = new Dictionary<string, SymbolPromise>();
        if (!_fields.IsObject(json, path, "an object from symbols to { min, max, multiple_of }"))
            return symbols;
        foreach (var member in json.EnumerateObject())
        {
            if (!_fields.IsName(member.Name, path))
                continue;
            var promise = new SymbolPromise();
            if (_fields.IsObject(member.Value, path[member.Name], "an object with min, max or multiple_of"))
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

    /// <summary>The blocks of a spec that is well-formed, by name.</summary>
    internal static IReadOnlyDictionary<string, JsonElement> BlocksOf(JsonElement spec) =>
        spec.TryGetProperty("blocks", out var blocks) ? new SpecReader(new()).ReadBlocks(blocks) : new Dictionary<string, JsonElement>();

    private Dictionary<string, JsonElement> ReadBlocks(JsonElement json)
    {
        var path = SpecPath.Root["blocks"];
        var blocks = new Dictionary<string, JsonElement>();
        if (!_fields.IsObject(json, path, "an object from block names to lists of layers"))
            return blocks;
        foreach (var member in json.EnumerateObject())
        {
            if (_fields.IsName(member.Name, path[member.Name]) && !blocks.TryAdd(member.Name, member.Value))
                _report.Error(Codes.DuplicateName, path[member.Name], $"The block '{member.Name}' is there twice. Rename one.");
        }

        return blocks;
    }

    private List<T> Missing<T>(string field, string expected)
    {
        _report.Error(Codes.MissingField, SpecPath.Root, $"The spec needs '{field}': {expected}.");
        return [];
    }
}
