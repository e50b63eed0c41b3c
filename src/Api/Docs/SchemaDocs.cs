using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConcatService.Api.Docs;

/// <summary>Adds the schemas that no type of this project stands for, because those bodies are read and written by hand.</summary>
internal sealed class SchemaDocs : IDocumentFilter
{
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Components ??= new OpenApiComponents();
        swaggerDoc.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        foreach (var (name, schema) in WrittenSchemas.All)
            swaggerDoc.Components.Schemas[name] = schema;
    }
}
