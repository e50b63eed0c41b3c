namespace ConcatService.Domain.Jobs;

/// <summary>Whose turn it is after a failure.</summary>
public enum FailureClass
{
    /// <summary>The caller's: bad data, training diverged.</summary>
    User,

    /// <summary>More of something: memory, disk, time.</summary>
    Resource,

    /// <summary>The operator's: workers lost, a defect of the service.</summary>
    Infrastructure,
}
