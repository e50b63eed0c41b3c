using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConcatService.Api.Docs;

/// <summary>Puts the <see cref="WrittenSchemas"/> into the document, in place of what reflection made of the same names.</summary>
internal sealed class SchemaDocs : IDocumentFilter
{
    /// <summary>Properties that hold JSON of a known schema.</summary>
    private static readonly (string Owner, string Property, string Schema)[] Known =
    [
        ("Job", "settings", "TrainingSettings"),
        ("GallerySample", "spec", "ArchitectureSpec"),
    ];

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Components ??= new OpenApiComponents();
        var schemas = swaggerDoc.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        foreach (var (name, schema) in WrittenSchemas.All())
            schemas[name] = Read(schema, swaggerDoc);
        foreach (var (owner, property, schema) in Known)
            schemas[owner].Properties![property] = new OpenApiSchemaReference(schema, swaggerDoc);
        swaggerDoc.Components.Schemas = new SortedDictionary<string, IOpenApiSchema>(schemas, StringComparer.Ordinal);
    }

    private static OpenApiSchema Read(JsonNode schema, OpenApiDocument document) =>
        new OpenApiJsonReader().ReadFragment<OpenApiSchema>(schema, OpenApiSpecVersion.OpenApi3_1, document, out _)
        ?? throw new InvalidOperationException($"Not a schema: {schema}");
}
