namespace ConcatService.Persistence.Jobs;

/// <summary>What a worker trains on.</summary>
/// <param name="Name"><c>cpu</c> or <c>cuda</c>.</param>
/// <param name="MemoryBytes">What a trainer may take; null where that is not known, as on a GPU.</param>
/// <param name="HasBFloat16">Whether the processor multiplies bfloat16 in hardware.</param>
public sealed record WorkerDevice(string Name, long? MemoryBytes, bool HasBFloat16);
