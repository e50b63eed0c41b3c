using System.Text.Json;

namespace ConcatService.Domain.Repairs;

/// <summary>What a repair job is to repair: worked out when it was asked for, carried out by the trainer.</summary>
/// <param name="Job">The job that has the findings.</param>
/// <param name="Findings">Those that a change of spec or settings may mend, in the order in which they were found.</param>
/// <param name="Reported">Those that nothing but other data mends.</param>
/// <param name="Checkpoint">Where the race starts; null for the beginning.</param>
public sealed record RepairOrder(
    Guid Job,
    IReadOnlyList<RepairFinding> Findings,
    IReadOnlyList<RepairFinding> Reported,
    RepairStart? Checkpoint
)
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static RepairOrder Parse(JsonElement json) => json.Deserialize<RepairOrder>(Snake)!;

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, Snake);
}

/// <summary>Something that is wrong with a job.</summary>
/// <param name="Code">Of a verdict, a warning before the first step, a reason for quarantine, or a failure.</param>
/// <param name="Layer">A layer or input of the spec; null where it is about the whole.</param>
/// <param name="Branch">Of the layer, where it is a merge; otherwise null.</param>
/// <param name="FirstStep">Where it was told first; 0 before the first step.</param>
/// <param name="Message">Where, what, the numbers, what to do.</param>
public sealed record RepairFinding(string Code, string? Layer, string? Branch, long FirstStep, string Message);

/// <summary>The newest checkpoint before the first finding.</summary>
public sealed record RepairStart(long Step, string Sha256);
