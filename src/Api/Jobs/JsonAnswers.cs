using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace ConcatService.Api.Jobs;

/// <summary>Answers whose exact text matters, because it is kept and given again.</summary>
internal sealed class JsonAnswers(IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> options)
{
    /// <summary>A training takes at least this long: no use to ask sooner.</summary>
    private const string RetryAfterSeconds = "1";

    public string Write<T>(T value) => JsonSerializer.Serialize(value, options.Value.SerializerOptions);

    /// <summary>To keep in the database.</summary>
    public JsonElement ToElement<T>(T value) => JsonSerializer.SerializeToElement(value, options.Value.SerializerOptions);

    /// <summary>What <see cref="ToElement"/> wrote.</summary>
    public T Read<T>(JsonElement kept) => kept.Deserialize<T>(options.Value.SerializerOptions)!;

    /// <summary>202: it was accepted, and this is where to look.</summary>
    public static ContentHttpResult Accepted(HttpContext http, string json, string location)
    {
        http.Response.Headers.Location = location;
        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return TypedResults.Content(json, "application/json; charset=utf-8", statusCode: StatusCodes.Status202Accepted);
    }
}
