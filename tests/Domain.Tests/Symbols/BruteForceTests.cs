using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Symbols;
using Xunit;

namespace ConcatService.Domain.Tests.Symbols;

/// <summary>
/// The admissible sizes of networks whose sizes are symbols, against compiling each of them with every number from 1 to 1024.
/// </summary>
public sealed class BruteForceTests
{
    private const long Most = 1024;

    /// <summary>The gallery's networks that take pictures of any size, without what they promise of them.</summary>
    public static TheoryData<string> Open => ["unet", "unet-paper", "unet-any-size", "fpn-neck", "pan-neck"];

    public static TheoryData<string, string> Networks => new()
    {
            {
                "ceil pooling",
                """
                { "name": "d", "type": "max_pool2d", "kernel_size": 3, "stride": 2, "ceil_mode": true },
                  { "type": "upsample", "scale_factor": 2 }, { "type": "concat", "inputs": ["x", "upsample_1"] }
                """
            },
            {
                "pooling with padding, rounded up",
                """
                { "name": "d", "type": "max_pool2d", "kernel_size": 2, "stride": 3, "padding": 1, "ceil_mode": true },
                  { "name": "u", "type": "upsample", "scale_factor": 3 }, { "type": "concat", "inputs": ["x", "u"] }
                """
            },
            {
                "two ways down",
                """
                { "name": "a", "type": "max_pool2d", "kernel_size": 4 },
                  { "name": "b", "type": "conv2d", "inputs": ["x"], "out_channels": 3, "kernel_size": 5, "stride": 4, "padding": 1 },
                  { "type": "add", "inputs": ["a", "b"] }
                """
            },
            {
                "valid windows and a crop",
                """
                { "name": "a", "type": "conv2d", "out_channels": 3, "kernel_size": 7 },
                  { "name": "c", "type": "center_crop", "inputs": ["x"], "size": { "like": "a" } },
                  { "type": "concat", "inputs": ["a", "c"] }, { "type": "max_pool2d", "kernel_size": 3 }
                """
            },
            {
                "a fixed size",
                """
                { "name": "a", "type": "upsample", "size": 56 }, { "name": "d", "type": "max_pool2d", "inputs": ["x"], "kernel_size": 2 },
                  { "type": "concat", "inputs": ["a", "d"] }
                """
            },
            {
                "space to depth",
                """
                { "name": "a", "type": "pixel_unshuffle", "factor": 3 }, { "name": "s", "type": "split", "axis": "height", "sections": 4 },
                  { "type": "concat", "axis": "width", "inputs": ["s:0", "s:3"] }, { "type": "reshape", "shape": [6, -1] }
                """
            },
            {
                "a sum that stretches",
                """
                { "name": "a", "type": "conv2d", "out_channels": 3, "kernel_size": 3, "stride": 2, "padding": 1 },
                  { "name": "u", "type": "upsample", "scale_factor": 2 }, { "type": "add", "inputs": ["x", "u"] }
                """
            },
            {
                "three scales",
                """
                { "name": "a", "type": "max_pool2d", "kernel_size": 2 }, { "name": "b", "type": "max_pool2d", "kernel_size": 3 },
                  { "name": "ua", "type": "upsample", "inputs": ["a"], "scale_factor": 2 },
                  { "name": "ub", "type": "upsample", "inputs": ["b"], "scale_factor": 3 },
                  { "type": "concat", "inputs": ["x", "ua", "ub"] }
                """
            },
            {
                "half as large again",
                """
                { "name": "a", "type": "upsample", "scale_factor": 1.5 },
                  { "name": "b", "type": "upsample", "inputs": ["x"], "scale_factor": 3 },
                  { "name": "c", "type": "max_pool2d", "kernel_size": 2 }, { "type": "maximum", "inputs": ["a", "c"] }
                """
            },
            {
                "a border up to a size, mirrored",
                """{ "name": "a", "type": "pad2d", "size": 300, "mode": "reflect" }, { "type": "slice", "axis": "width", "start": 3 }"""
            },
        { "never", """{ "name": "a", "type": "max_pool2d", "kernel_size": 2 }, { "type": "concat", "inputs": ["x", "a"] }""" },
            {
                "always",
                """
                { "name": "a", "type": "conv2d", "out_channels": 3, "kernel_size": 3, "padding": 1 },
                  { "type": "concat", "inputs": ["x", "a"] }
                """
            },
    };

    [Theory]
    [MemberData(nameof(Open))]
    public void The_gallerys_admissible_sizes_are_those_that_compile(string sample)
    {
        var spec = JsonNode.Parse(Samples.Text(sample))!;
        spec.AsObject().Remove("symbols");
        var image = spec["inputs"]!.AsObject().Single().Value!;
        image["shape"] = new JsonArray((long)image["shape"]![0]!, "H", "W");
        Confirm(spec);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_admissible_sizes_are_those_that_compile(string name, string layers)
    {
        var spec = JsonNode.Parse($$"""{ "name": "{{name}}", "inputs": { "x": { "shape": [3, "H", "W"] } }, "layers": [ {{layers}} ] }""")!;
        Confirm(spec);
    }

    private static void Confirm(JsonNode spec)
    {
        var compiled = Compile(spec);
        var constraints = Constraint.Of(compiled.Planned.Conditions).ToDictionary(each => each.Symbol);
        var usual = new Dictionary<string, long>();
        foreach (var symbol in new[] { "H", "W" })
            usual[symbol] = compiled.Planned.Conditions.Knowledge.Usual(symbol);
        foreach (var symbol in new[] { "H", "W" })
        {
            var admissible = Enumerable
                .Range(1, (int)Most)
                .Where(size =>
                    compiled.Verdict != "invalid"
                    && (!constraints.TryGetValue(symbol, out var constraint) || ConditionText.Holds(constraint.Condition, symbol, size))
                )
                .Select(size => (long)size)
                .ToList();
            var compiling = Enumerable
                .Range(1, (int)Most)
                .Where(size => Compile(Bound(spec, new(usual) { [symbol] = size })).Verdict == "valid")
                .Select(size => (long)size)
                .ToList();
            Assert.Equal(compiling, admissible);
            if (constraints.TryGetValue(symbol, out var stated) && compiled.Verdict == "conditional")
                Assert.Equal(
                    stated.Counterexample,
                    Enumerable
                        .Range(1, (int)Most)
                        .Select(size => (long?)size)
                        .FirstOrDefault(size => size > compiling[0] && !compiling.Contains(size!.Value))
                );
        }
    }

    internal static JsonNode Bound(JsonNode spec, Dictionary<string, long> sizes)
    {
        var bound = spec.DeepClone();
        foreach (var (_, input) in bound["inputs"]!.AsObject())
        {
            var shape = input!["shape"]!.AsArray();
            for (var i = 0; i < shape.Count; i++)
            {
                if (shape[i]!.GetValueKind() == JsonValueKind.String)
                    shape[i] = sizes[(string)shape[i]!];
            }
        }

        return bound;
    }

    internal static Compilation Compile(JsonNode spec)
    {
        using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(spec));
        return Compilation.Of(document.RootElement);
    }
}
