using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Jobs;
using Xunit;

namespace ConcatService.Domain.Tests.Specs;

/// <summary>The published schema of the training settings says what the records say and takes what their reader takes.</summary>
public sealed class SettingsSchemaTests
{
    private static readonly JsonObject Schema = JsonNode.Parse(SettingsSchema.Utf8.Span)!.AsObject();

    private static readonly SchemaValidator Validator = new(JsonElement.Parse(SettingsSchema.Utf8.Span));

    /// <summary>Every record of settings that the assembly has, found by its name.</summary>
    public static TheoryData<Type> Records =>
        [
            typeof(GradientClip),
            .. typeof(TrainingSettings)
                .Assembly.GetTypes()
                .Where(type => type.Namespace == typeof(TrainingSettings).Namespace && !type.IsAbstract)
                .Where(type => type.Name.EndsWith("Settings", StringComparison.Ordinal)),
        ];

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_field_of_every_settings_record_has_a_property_a_default_and_a_description(Type record)
    {
        var definitions = Schema["$defs"]!.AsObject().Select(definition => definition.Value!["properties"]).Append(Schema["properties"]);
        foreach (var field in Fields(record))
        {
            var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(field.Name);
            var published = definitions.Select(properties => properties?[name]?.AsObject()).Where(each => Describes(each, field)).ToList();
            Assert.True(published.Count > 0, $"{record.Name}.{field.Name} is not in the schema with its description.");
            // A map has none: OpenAPI's writer leaves out an empty object.
            Assert.All(published, property => Assert.True(
                property!.ContainsKey("default") || property.ContainsKey("additionalProperties"),
                $"{record.Name}.{field.Name} has no default."
            ));
        }
    }

    [Fact]
    public void Every_description_tells_the_default_that_the_schema_has()
    {
        foreach (var (name, property) in Properties().Where(property => property.Schema.ContainsKey("default")))
        {
            var description = property["description"]!.GetValue<string>();
            var value = property["default"] is JsonObject options ? options["type"] : property["default"];
            Assert.True(Tells(description, value), $"{name}: the default is {value?.ToJsonString() ?? "null"}, not as in: {description}");
        }
    }

    [Fact]
    public void Every_number_has_a_range()
    {
        foreach (var (name, property) in Properties())
        {
            foreach (var number in Choices(property).Where(choice => (string?)choice["type"] is "number" or "integer"))
                Assert.True(number.ContainsKey("minimum"), $"{name} has no minimum.");
        }
    }

    [Fact]
    public void What_a_job_shows_as_its_settings_fits_the_schema() => Assert.Null(Validator.Fault(new TrainingSettings().ToJson()));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "optimizer": "sgd", "schedule": "step", "loss": "mse", "augment": ["flip"] }""")]
    [InlineData("""{ "optimizer": { "type": "adamw", "lr": "auto", "betas": [0.9, 0.95] } }""")]
    [InlineData("""{ "schedule": { "type": "cosine", "warmup_epochs": 1 } }""")]
    [InlineData("""
        { "loss": { "outputs": { "mask": "dice_cross_entropy", "label": { "type": "cross_entropy", "label_smoothing": 0.1 } } } }
        """)]
    [InlineData("""{ "augment": ["flip", { "type": "crop", "padding": 2 }], "ema": {}, "early_stopping": { "patience": 3 } }""")]
    [InlineData("""{ "gradient_clip": { "norm": 1 } }""")]
    [InlineData("""{ "loss": { "type": "cross_entropy", "class_weights": [1, 2.5] } }""")]
    [InlineData("""{ "loss": { "type": "dice_cross_entropy", "class_weights": "auto" } }""")]
    [InlineData("""{ "max_duration": "PT30M", "threads": 2, "task": "classification", "ema": null }""")]
    public void Settings_that_can_be_read_fit_the_schema(string settings)
    {
        Assert.Empty(Faults(settings));
        Assert.Null(Validator.Fault(JsonElement.Parse(settings)));
    }

    [Theory]
    [InlineData("""{ "epochs": -1 }""")]
    [InlineData("""{ "epoch": 1 }""")]
    [InlineData("""{ "optimizer": "adagrad" }""")]
    [InlineData("""{ "optimizer": { "type": "adamw", "momentum": 0.9 } }""")]
    [InlineData("""{ "optimizer": { "lr": 0.1 } }""")]
    [InlineData("""{ "schedule": { "type": "cosine", "gamma": 0.1 } }""")]
    [InlineData("""{ "loss": { "outputs": { "mask": "dice" } } }""")]
    [InlineData("""{ "loss": { "type": "cross_entropy", "class_weights": [1, 0] } }""")]
    [InlineData("""{ "loss": { "type": "cross_entropy", "class_weights": "balanced" } }""")]
    [InlineData("""{ "augment": "flip" }""")]
    [InlineData("""{ "augment": [{ "type": "flip", "p": 2 }] }""")]
    [InlineData("""{ "ema": true }""")]
    [InlineData("""{ "early_stopping": { "patience": 0 } }""")]
    [InlineData("""{ "gradient_clip": { "norm": -1 } }""")]
    [InlineData("""{ "precision": "float16" }""")]
    public void Settings_that_cannot_be_read_do_not_fit_the_schema(string settings)
    {
        Assert.NotEmpty(Faults(settings));
        Assert.NotNull(Validator.Fault(JsonElement.Parse(settings)));
    }

    private static IReadOnlyList<Diagnostic> Faults(string settings)
    {
        var report = new Report();
        TrainingSettings.Read(JsonElement.Parse(settings), report);
        return report.Diagnostics;
    }

    /// <summary>What the reader sets: public properties with a setter, but for the name of a kind.</summary>
    private static IEnumerable<PropertyInfo> Fields(Type record) =>
        record.GetProperties().Where(property => property.SetMethod is { IsPublic: true } && property.Name != "Type");

    private static bool Describes(JsonObject? property, PropertyInfo field) =>
        property?["description"]?.GetValue<string>().StartsWith(Documentation.Of(field) ?? "?", StringComparison.Ordinal) == true;

    private static IEnumerable<(string Name, JsonObject Schema)> Properties() =>
        from owner in Schema["$defs"]!.AsObject().Append(new("settings", Schema))
        from property in owner.Value!["properties"]?.AsObject() ?? []
        select ($"{owner.Key}.{property.Key}", property.Value!.AsObject());

    private static IEnumerable<JsonObject> Choices(JsonObject schema) =>
        schema["oneOf"] is JsonArray choices ? choices.Select(choice => choice!.AsObject()) : [schema["items"] as JsonObject ?? schema];

    /// <summary>Whether the text behind "Default: " has the value: a word, a list, or a number in any spelling.</summary>
    private static bool Tells(string description, JsonNode? value)
    {
        var told = description.Split("Default: ") is [_, var rest] ? rest.Split('\n')[0] : "";
        return value?.GetValueKind() switch
        {
            null => told.StartsWith("null", StringComparison.Ordinal),
            JsonValueKind.Number => Regex
                .Matches(told, @"\d+(\.\d+)?(e-?\d+)?")
                .Any(number => double.Parse(number.Value, CultureInfo.InvariantCulture) == value.GetValue<double>()),
            JsonValueKind.Array => told.Replace(" ", "").StartsWith(value.ToJsonString(), StringComparison.Ordinal),
            _ => told.StartsWith(value.ToString(), StringComparison.OrdinalIgnoreCase),
        };
    }
}
