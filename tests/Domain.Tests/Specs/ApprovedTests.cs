using System.Text;
using System.Text.Json;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Specs;
using Xunit;

namespace ConcatService.Domain.Tests.Specs;

/// <summary>
/// What the service publishes of its language, as files under tests/Approved that are reviewed when they change. <c>UPDATE_APPROVED=1</c>
/// writes them.
/// </summary>
public sealed class ApprovedTests
{
    [Fact]
    public void The_schema_of_specs_is_the_one_that_was_approved() =>
        Check("schema.v1.json", Encoding.UTF8.GetString(SchemaWriter.Utf8.Span) + "\n");

    [Fact]
    public void The_schema_of_settings_is_the_one_that_was_approved() =>
        Check("settings.v1.json", Encoding.UTF8.GetString(SettingsSchema.Utf8.Span) + "\n");

    [Fact]
    public void The_layer_types_are_those_that_were_approved()
    {
        var page = new StringBuilder("# Layer types\n\nAs `GET /v1/operators` lists them.\n");
        foreach (var layer in JsonElement.Parse(OperatorList.Utf8.Span).GetProperty("data").EnumerateArray())
            Describe(layer, page);
        Check("operators.md", page.ToString());
    }

    private static void Describe(JsonElement layer, StringBuilder page)
    {
        page.Append($"\n## {layer.GetProperty("type")}\n\n{layer.GetProperty("summary")}\n\n{layer.GetProperty("details")}\n\n");
        page.Append($"Inputs: {Inputs(layer.GetProperty("inputs"))}.");
        page.Append(layer.GetProperty("composite").GetBoolean() ? " Made of other layers." : "");
        page.Append(layer.GetProperty("takes_norm_and_activation").GetBoolean() ? " Takes `norm` and `activation`.\n" : "\n");
        foreach (var attribute in layer.GetProperty("attributes").EnumerateArray())
        {
            var (name, isRequired) = (attribute.GetProperty("name"), attribute.GetProperty("required").GetBoolean());
            var value = isRequired ? "required" : $"default {attribute.GetProperty("default").GetRawText()}";
            page.Append($"- `{name}` ({value}; {attribute.GetProperty("expected")}): {attribute.GetProperty("description")}\n");
        }
    }

    private static string Inputs(JsonElement inputs)
    {
        var (min, max) = (inputs.GetProperty("min").GetInt32(), inputs.GetProperty("max"));
        return max.ValueKind == JsonValueKind.Null ? $"{min} or more" : max.GetInt32() == min ? $"{min}" : $"{min} to {max}";
    }

    private static void Check(string name, string text)
    {
        var file = Path.Combine(Repository.Root, "tests", "Approved", name);
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
            File.WriteAllText(file, text);
        Assert.True(
            File.Exists(file) && File.ReadAllText(file) == text,
            $"{name} has changed. To review it: UPDATE_APPROVED=1 dotnet test --project tests/Domain.Tests, then git diff tests/Approved."
        );
    }
}
