using System.Text.Json;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Jobs;

/// <summary>Something that happened to a job.</summary>
/// <param name="Sequence">From 1, without gaps.</param>
/// <param name="Level"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Type">For programs.</param>
internal sealed record EventResource(long Sequence, DateTimeOffset At, string Level, string Type, string Message, JsonElement? Data)
{
    public static EventResource Of(JobEvent happened) =>
        new(happened.Sequence, happened.At, happened.Level, happened.Type, happened.Message, happened.Data);
}
