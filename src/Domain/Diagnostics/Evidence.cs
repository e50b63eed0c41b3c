namespace ConcatService.Domain.Diagnostics;

/// <summary>
/// What a rule knew when it reported a finding, in the types of its own layer: whoever searches for the cause knows those types.
/// </summary>
public abstract record Evidence;
