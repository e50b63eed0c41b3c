using ConcatService.Domain;
using Microsoft.OpenApi;

namespace ConcatService.Api.Docs;

/// <summary>The OpenAPI document at /swagger/v1/swagger.json and its page at /swagger, open to everybody.</summary>
internal static class Swagger
{
    public const string Document = "v1";
    private const string Bearer = "bearer";

    public static void AddDocs(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc(Document, new OpenApiInfo
            {
                Title = "ConcatService",
                Version = Release.Version,
                Description =
                        "Checks networks with branches, trains them, and serves them. Authorize with an API key, or sign in at "
                            + "[/login](/login).",
            }
            );
            options.AddSecurityDefinition(
                Bearer,
                new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "An API key: `ccs_…`",
                }
            );
            options.SupportNonNullableReferenceTypes();
            options.NonNullableReferenceTypesAsRequired();
            options.CustomSchemaIds(SchemaName);
            options.OperationFilter<OperationDocs>();
            options.DocumentFilter<SchemaDocs>();
        });
    }

    /// <summary>
    /// <c>Job</c> for JobResource, <c>JobPage</c> for a page of them, <c>CreateKeyResponse</c> for what is nested in CreateKey.
    /// </summary>
    private static string SchemaName(Type type)
    {
        if (type.IsGenericType)
            return string.Concat(type.GetGenericArguments().Select(SchemaName)) + type.Name[..type.Name.IndexOf('`')];
        var name = type.Name.Replace("Resource", "");
        return type.DeclaringType is { } outer && !outer.Name.EndsWith("Routes", StringComparison.Ordinal)
            ? outer.Name.Replace("Resource", "") + name
            : name;
    }

    public static void UseDocs(this WebApplication app)
    {
        app.UseSwagger(options => options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1);
        app.UseSwaggerUI(options =>
        {
            options.DocumentTitle = "ConcatService";
            options.SwaggerEndpoint($"/swagger/{Document}/swagger.json", "ConcatService v1");
            options.EnablePersistAuthorization();
            options.DisplayOperationId();
            options.DefaultModelsExpandDepth(0);
        });
    }
}
