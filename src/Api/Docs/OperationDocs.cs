using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConcatService.Api.Docs;

/// <summary>Bodies with examples, pages, written answers, and who may call.</summary>
internal sealed class OperationDocs : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        foreach (var request in metadata.OfType<JsonRequest>())
            operation.RequestBody = Body(request, context.Document);
        if (metadata.OfType<PictureRequest>().Any())
        {
            foreach (var type in new[] { "image/png", "image/jpeg" })
                operation.RequestBody!.Content![type] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" },
                };
        }

        if (metadata.OfType<UploadRequest>().Any())
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    ["multipart/form-data"] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchemaReference("DataSetUpload", context.Document),
                    },
                },
            };
        }

        if (metadata.OfType<FileRequest>().Any())
            operation.RequestBody = AnyFile();
        foreach (var answer in metadata.OfType<WrittenAnswer>())
            Answer(operation, answer, context.Document);
        foreach (var query in metadata.OfType<TakenQuery>())
            operation.Parameters =
            [
                .. operation.Parameters ?? [],
                new OpenApiParameter
                {
                    Name = query.Name,
                    In = ParameterLocation.Query,
                    Description = query.Description,
                    Schema = new OpenApiSchema { Type = query.Type },
                },
            ];
        foreach (var parameter in metadata.OfType<ParameterDocs>())
            operation.Parameters!.OfType<OpenApiParameter>().Single(taken => taken.Name == parameter.Name).Description =
                parameter.Description;
        foreach (var header in metadata.OfType<TakenHeader>())
            operation.Parameters =
            [
                .. operation.Parameters ?? [],
                new OpenApiParameter
                {
                    Name = header.Name,
                    In = ParameterLocation.Header,
                    Description = header.Description,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                },
            ];
        if (metadata.OfType<IAllowAnonymous>().Any())
            return;
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", context.Document)] = [] }];
        AddProblem(operation, 401);
        if (metadata.OfType<AuthorizationPolicy>().Any())
            AddProblem(operation, 403);
    }

    private static OpenApiRequestBody Body(JsonRequest request, OpenApiDocument document) => new()
    {
        Required = true,
        Content = new Dictionary<string, IOpenApiMediaType>
        {
            ["application/json"] = new OpenApiMediaType
            {
                Schema = new OpenApiSchemaReference(request.Schema, document),
                Example = JsonNode.Parse(request.Example),
            },
        },
    };

    private static OpenApiRequestBody AnyFile()
    {
        var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        return new()
        {
            Required = true,
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                ["application/octet-stream"] = new OpenApiMediaType { Schema = file },
                ["multipart/form-data"] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = file },
                    },
                },
            },
        };
    }

    private static void Answer(OpenApiOperation operation, WrittenAnswer answer, OpenApiDocument document)
    {
        operation.Responses ??= [];
        operation.Responses["200"] = new OpenApiResponse
        {
            Description = "OK",
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                [answer.ContentType] = new OpenApiMediaType
                {
                    Schema = answer.Schema is null
                        ? new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" }
                        : new OpenApiSchemaReference(answer.Schema, document),
                },
            },
        };
    }

    private static void AddProblem(OpenApiOperation operation, int status)
    {
        operation.Responses ??= [];
        operation.Responses.TryAdd(
            status.ToString(),
            new OpenApiResponse
            {
                Description = status == 401 ? "No API key, or one that is unknown, revoked or expired" : "The API key lacks the scope",
            }
        );
    }
}
