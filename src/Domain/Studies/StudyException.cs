namespace ConcatService.Domain.Studies;

/// <summary>A variant that cannot be made; the message says why and what to do.</summary>
public sealed class StudyException(string message) : Exception(message);
