using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConcatService.Api.Architectures;
using ConcatService.Api.Docs;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Specs;
using ConcatService.Domain.Tests.Specs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;

namespace ConcatService.Api.Tests.Docs;

/// <summary>The OpenAPI document: reviewed when it changes (UPDATE_APPROVED=1 writes it), and true.</summary>
public sealed class DocsTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly string Approved = Path.Combine(Repository.Root, "tests", "Approved", "openapi.json");

    [Fact]
    public async Task The_document_is_the_one_that_was_approved()
    {
        var document = Text(await DocumentAsync());
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
            await File.WriteAllTextAsync(Approved, document, TestContext.Current.CancellationToken);
        Assert.True(
            document == await File.ReadAllTextAsync(Approved, TestContext.Current.CancellationToken),
            "The OpenAPI document has changed. Look at the change: UPDATE_APPROVED=1 dotnet test --project tests/Api.Tests, "
                + "then git diff tests/Approved."
        );
    }

    [Fact]
    public async Task Every_call_has_a_name_a_tag_and_a_summary_and_says_who_may_call()
    {
        foreach (var (path, method, call) in Calls(await DocumentAsync()))
        {
            Assert.True(
                call["operationId"] is not null && call["tags"]!.AsArray().Count == 1 && call["summary"] is not null,
                $"{method} {path}"
            );
            var isOpen = path.Contains("/health/", StringComparison.Ordinal) || path == "/v1/schema";
            Assert.True(isOpen == call["security"] is null, $"{method} {path}");
        }
    }

    [Fact]
    public async Task Every_example_is_what_its_schema_asks_for()
    {
        var document = await DocumentAsync();
        var definitions = JsonElement.Parse(
            $$"""{ "$defs": {{document["components"]!["schemas"]!.ToJsonString().Replace("#/components/schemas/", "#/$defs/")}} }"""
        );
        var checkedExamples = 0;
        foreach (var (path, method, call) in Calls(document))
        {
            if (call["requestBody"]?["content"]?["application/json"] is not { } body)
                continue;
            var schema = JsonNode.Parse(definitions.GetRawText())!.AsObject();
            schema["$ref"] = body["schema"]!["$ref"]!.ToString().Replace("#/components/schemas/", "#/$defs/");
            var fault = new SchemaValidator(JsonElement.Parse(schema.ToJsonString())).Fault(
                JsonElement.Parse(body["example"]!.ToJsonString())
            );
            Assert.True(fault is null, $"{method} {path}: {fault}");
            checkedExamples++;
        }

        Assert.True(checkedExamples >= 8);
    }

    [Fact]
    public async Task Every_example_of_a_spec_fits_the_published_schema()
    {
        var shown = (await DocumentAsync())["components"]!["schemas"]!["ArchitectureSpec"]!["examples"]!.AsArray();
        var validator = new SchemaValidator(JsonElement.Parse(SchemaWriter.Utf8.Span));
        foreach (var example in shown.Select(each => each!.ToJsonString()).Append(Examples.Refused).Append(Examples.Valid))
            Assert.Null(validator.Fault(JsonElement.Parse(example)));
    }

    [Fact]
    public async Task The_document_refers_to_nothing_that_it_does_not_have()
    {
        var document = await DocumentAsync();
        foreach (Match reference in Regex.Matches(document.ToJsonString(), "\"#/components/schemas/([^\"]+)\""))
            Assert.True(document["components"]!["schemas"]![reference.Groups[1].Value] is not null, reference.Value);
    }

    [Fact]
    public async Task No_call_leads_into_the_hundreds_of_types_of_the_spec_which_freeze_Swagger()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!.AsObject();
        Assert.DoesNotContain(schemas, each => each.Key.StartsWith("spec.", StringComparison.Ordinal));
        Assert.DoesNotContain("$ref", schemas["ArchitectureSpec"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_of_the_settings_is_served_beside_that_of_the_spec()
    {
        Assert.Equal(Encoding.UTF8.GetString(SettingsSchema.Utf8.Span), (await api.GetAsync("/v1/schema?of=settings", null)).Body);
        Assert.Equal(Encoding.UTF8.GetString(SchemaWriter.Utf8.Span), (await api.GetAsync("/v1/schema", null)).Body);
        Assert.Equal(400, (await api.GetAsync("/v1/schema?of=jobs", null)).Status);
    }

    [Fact]
    public async Task The_written_schemas_are_the_projects_own_to_the_letter()
    {
        var emitted = (await DocumentAsync())["components"]!["schemas"]!;
        foreach (var (name, schema) in WrittenSchemas.All())
            Assert.True(JsonNode.DeepEquals(schema, emitted[name]), $"{name}:\n{schema.ToJsonString()}\n{emitted[name]!.ToJsonString()}");
    }

    [Fact]
    public async Task The_examples_that_need_no_model_work_when_pressed()
    {
        foreach (var (path, method, call) in Calls(await DocumentAsync()))
        {
            if (call["requestBody"]?["content"]?["application/json"]?["example"] is not { } example || path.Contains('{'))
                continue;
            var body = new StringContent(example.ToJsonString(), Encoding.UTF8, "application/json");
            var answer = await api.SendAsync(HttpMethod.Parse(method), path, body, api.AdminKey);
            Assert.True(answer.Status is 200 or 201 or 202, $"{method} {path}: {answer.Status} {answer.Body}");
        }
    }

    /// <summary>Indented, but a list of numbers is a line.</summary>
    private static string Text(JsonObject document) =>
        Regex.Replace(document.ToJsonString(Readable), @"\[\s+(\d+,\s+)*\d+\s+\]", list => Regex.Replace(list.Value, @"\s+", " ")) + "\n";

    private async Task<JsonObject> DocumentAsync()
    {
        var document = await api.Services.GetRequiredService<IAsyncSwaggerProvider>().GetSwaggerAsync(Swagger.Document);
        return JsonNode
            .Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, TestContext.Current.CancellationToken))!
            .AsObject();
    }

    private static IEnumerable<(string Path, string Method, JsonNode Call)> Calls(JsonObject document) =>
        from path in document["paths"]!.AsObject() from call in path.Value!.AsObject() select (path.Key, call.Key, call.Value!);
}
