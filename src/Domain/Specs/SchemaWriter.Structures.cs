using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Specs;

/// <summary>The parts of the schema that are no operators: names, inputs, and the structures that hold lists of layers.</summary>
public static partial class SchemaWriter
{
    private static JsonObject Structures() => new()
    {
        ["name"] = new JsonObject { ["type"] = "string", ["pattern"] = "^[A-Za-z0-9_.-]{1,64}$" },
        ["reference"] = new JsonObject
        {
            ["type"] = "string",
            ["minLength"] = 1,
            ["description"] = "The name of an input or layer; of one part of a split, NAME:0; inside a structure, OUTER/NAME.",
        },
        ["size"] = new JsonObject
        {
            ["oneOf"] = new JsonArray(Whole(1), Ref("name")),
            ["description"] = "A whole number, or a symbol that stands for every size it may take.",
        },
        ["axis"] = new JsonObject { ["enum"] = new JsonArray([.. Axes.Names.Skip(1).Select(name => (JsonNode)name)]) },
        ["input"] = Closed("An input of the network.", ["shape"], new()
        {
            ["shape"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = Ref("size"),
                ["minItems"] = 1,
                ["maxItems"] = Axes.MaxRank,
                ["description"] = "Without the batch.",
            },
            ["dtype"] = AttributeTypes.Of<DType>().Schema(Numbers.Any),
            ["axes"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = Ref("axis"),
                ["minItems"] = 1,
                ["maxItems"] = Axes.MaxRank,
                ["description"] = "What each dimension means. Default: by rank and layout.",
            },
        }
            ),
        ["source"] = Closed(
            "Where the layer came from; findings and causes carry it.",
            [],
            new()
            {
                ["file"] = Text("The file's name."),
                ["line"] = Whole(1),
                ["column"] = Whole(1),
                ["end_line"] = Whole(1),
                ["end_column"] = Whole(1),
                ["text"] = Text("What stands there."),
            }
        ),
        ["layers"] = new JsonObject { ["type"] = "array", ["items"] = Ref("layer") },
        ["parallel"] = Closed(
                "Branches fed by this layer's input and joined by a merge; an empty branch is the identity.",
                ["type", "branches"],
                Structure(
                    "parallel",
                    new()
                    {
                        ["branches"] = new JsonObject { ["type"] = "array", ["items"] = Ref("layers"), ["minItems"] = 1 },
                        ["merge"] = Described(Ref("nested"), "How the branches are joined. Default: concat."),
                    }
                )
            ),
        ["repeat"] = Closed(
                "A list of layers several times over, each fed by the last.",
                ["type", "times", "layers"],
                Structure("repeat", new() { ["times"] = Whole(1), ["layers"] = Ref("layers"), ["weights"] = Shared() })
            ),
        ["time_distributed"] = Closed(
                "A list of layers that is applied to every step of the time axis, with the same weights.",
                ["type", "layers"],
                Structure("time_distributed", new() { ["layers"] = Ref("layers") })
            ),
        ["block"] = Closed(
                "A list from blocks.",
                ["type", "block"],
                Structure(
                    "block",
                    new()
                    {
                        ["block"] = Ref("name"),
                        ["with"] = Named(new() { ["type"] = "object" }, "Layer name to the attributes that differ in this use."),
                        ["weights"] = Shared(),
                    })),
    };

    private static JsonObject Structure(string type, JsonObject fields)
    {
        var properties = new JsonObject
        {
            ["type"] = new JsonObject { ["const"] = type },
            ["name"] = Ref("name"),
            ["inputs"] = InputsOf(Operators.Arity.One),
        };
        AddOrigin(properties);
        foreach (var (key, value) in fields)
            properties[key] = value?.DeepClone();
        return properties;
    }

    private static JsonObject Shared() =>
        Described(Ref("reference"), "The block or repetition whose weights its layers compute with, each with those of its name there.");

    private static JsonObject Text(string description) =>
        new() { ["type"] = "string", ["maxLength"] = LayerSource.MaxText, ["description"] = description };

    private static JsonObject Whole(long min) => new() { ["type"] = "integer", ["minimum"] = min };

    private static JsonObject Described(JsonObject schema, string description)
    {
        schema["description"] = description;
        return schema;
    }
}
