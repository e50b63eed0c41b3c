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
                Version = "1",
                Description = "Checks networks with branches, trains them, and serves them. Authorize with an API key, or sign in at [/login](/login).",
            });
            options.AddSecurityDefinition(Bearer, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key: `ccs_…`" });
            options.SupportNonNullableReferenceTypes();
            options.NonNullableReferenceTypesAsRequired();
            options.OperationFilter<OperationDocs>();
            options.DocumentFilter<SchemaDocs>();
        });
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
        });
    }
}
