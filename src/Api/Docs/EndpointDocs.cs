using Microsoft.OpenApi;

namespace ConcatService.Api.Docs;

/// <summary>The body that a call reads by itself: the name of its schema, and an example that works when pressed.</summary>
internal sealed record JsonRequest(string Schema, string Example);

/// <summary>A successful answer that a call writes by itself.</summary>
internal sealed record WrittenAnswer(string ContentType, string? Schema);

/// <summary>A parameter of the query that the call takes beside those of its handler.</summary>
/// <param name="Type">Its JSON type.</param>
internal sealed record TakenQuery(string Name, JsonSchemaType Type, string Description);

/// <summary>The call takes a PNG or JPEG file as its body, too.</summary>
internal sealed record PictureRequest;

/// <summary>The call takes a multipart form with files.</summary>
internal sealed record UploadRequest;

/// <summary>The call takes a file, as its body or in a form.</summary>
internal sealed record FileRequest;

/// <summary>The call takes a header.</summary>
internal sealed record TakenHeader(string Name, string Description);

/// <summary>What a parameter of the path or the query means.</summary>
internal sealed record ParameterDocs(string Name, string Description);

/// <summary>What the OpenAPI document should say of a route beyond what its types say.</summary>
internal static class EndpointDocs
{
    public static RouteHandlerBuilder TakesJson(this RouteHandlerBuilder route, string schema, string example) =>
        route.WithMetadata(new JsonRequest(schema, example));

    public static RouteHandlerBuilder Writes(this RouteHandlerBuilder route, string contentType, string? schema = null) =>
        route.WithMetadata(new WrittenAnswer(contentType, schema));

    public static RouteHandlerBuilder Header(this RouteHandlerBuilder route, string name, string description) =>
        route.WithMetadata(new TakenHeader(name, description));

    public static TBuilder Parameter<TBuilder>(this TBuilder route, string name, string description)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new ParameterDocs(name, description));

    public static RouteHandlerBuilder TakesUpload(this RouteHandlerBuilder route) => route.WithMetadata(new UploadRequest());

    public static RouteHandlerBuilder TakesFile(this RouteHandlerBuilder route) => route.WithMetadata(new FileRequest());

    public static RouteHandlerBuilder TakesPicture(this RouteHandlerBuilder route) => route.WithMetadata(new PictureRequest());
}
