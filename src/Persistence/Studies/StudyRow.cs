using ConcatService.Domain.Jobs;
using ConcatService.Domain.Studies;

namespace ConcatService.Persistence.Studies;

/// <summary>A job of a study, with what it ended with.</summary>
/// <param name="Accuracy">Its <c>test_accuracy</c>; null before it succeeded, and for tasks without one.</param>
/// <param name="Loss">Its <c>test_loss</c>.</param>
/// <param name="Seconds">From its first attempt to its end; null before.</param>
public sealed record StudyRow(string Variant, long Seed, Guid JobId, string State, double? Accuracy, double? Loss, double? Seconds)
{
    public JobState JobState => Enum.Parse<JobState>(State, ignoreCase: true);

    /// <summary>The measure that all jobs with a result have.</summary>
    public static StudyMeasure MeasureOf(IReadOnlyCollection<StudyRow> rows) =>
        rows.Any(row => row.Loss is not null && row.Accuracy is null) ? StudyMeasure.Loss : StudyMeasure.Accuracy;

    /// <summary>Higher is better; null before the job succeeded, and where the number is not finite.</summary>
    public double? ValueIn(StudyMeasure measure) =>
        (measure == StudyMeasure.Accuracy ? Accuracy : -Loss) is { } value && double.IsFinite(value) ? value : null;

    /// <summary>The values of a variant by seed.</summary>
    public static Dictionary<long, double> ValuesOf(IEnumerable<StudyRow> rows, string variant, StudyMeasure measure) =>
        rows.Where(row => row.Variant == variant && row.ValueIn(measure) is not null)
            .ToDictionary(row => row.Seed, row => row.ValueIn(measure)!.Value);
}
