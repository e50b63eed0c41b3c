namespace ConcatService.Domain.Telemetry;

/// <summary>A finding about a branch, with the number behind it.</summary>
/// <param name="Code"><c>dead</c>, <c>scaled</c>, <c>starved</c>, <c>ignored</c>, <c>cancelling</c>, <c>duplicated</c>, <c>noise</c>,
/// <c>collapsed</c>, <c>unused</c>, <c>redundant_pair</c> or <c>dominating</c>.</param>
/// <param name="Severity"><c>warning</c> or <c>alarm</c>.</param>
/// <param name="Message">Where, what, the numbers, what to do.</param>
/// <param name="Signal">What was looked at.</param>
/// <param name="Value">In the newest sample.</param>
/// <param name="Threshold">What it was compared with; it held in each of <see cref="Verdicts.Window"/> samples or evaluations in a
/// row.</param>
public sealed record Verdict(string Code, string Severity, string Message, string Signal, double Value, double Threshold);
