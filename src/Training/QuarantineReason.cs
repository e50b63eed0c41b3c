using ConcatService.Domain.Telemetry;

namespace ConcatService.Training;

/// <summary>Why a version is not served by default.</summary>
/// <param name="Code"><c>chance</c>, <c>exploded</c>, or the code of a verdict that is an alarm.</param>
/// <param name="Message">What was found, with the numbers.</param>
public sealed record QuarantineReason(string Code, string Message)
{
    internal static QuarantineReason Of(Verdict alarm) => new(alarm.Code, alarm.Message);
}
