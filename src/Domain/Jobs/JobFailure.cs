using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConcatService.Domain.Jobs;

/// <summary>Why a job failed, as stored in <c>jobs.error</c> and shown to the caller.</summary>
/// <param name="Class">Who can do something about it; <c>user</c>, <c>resource</c> or <c>infrastructure</c> in JSON.</param>
/// <param name="Code">Stable and lower case, for example <c>poison</c> or <c>diverged</c>.</param>
/// <param name="Message">Where, what, the numbers, what to do.</param>
/// <param name="Details">Figures for programs, or null.</param>
public sealed record JobFailure(FailureClass Class, string Code, string Message, JsonElement? Details = null)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The stored form: <c>{ "class": …, "code": …, "message": …, "details": … }</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);
}
