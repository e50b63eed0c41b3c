using Microsoft.OpenApi;

namespace ConcatService.Api.Docs;

/// <summary>Schemas of bodies that are read and written by hand.</summary>
internal static class WrittenSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All =>
    [
        ("Architecture", new OpenApiSchema { Type = JsonSchemaType.Object }),
        ("Report", new OpenApiSchema { Type = JsonSchemaType.Object }),
        ("KeyRequest", new OpenApiSchema { Type = JsonSchemaType.Object }),
    ];
}
