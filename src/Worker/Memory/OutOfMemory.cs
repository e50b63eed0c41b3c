using System.Text.Json;
using ConcatService.Domain.Jobs;

namespace ConcatService.Worker.Memory;

/// <summary>A training that wanted more memory than there was. It would want as much again, so it is never tried as it is.</summary>
internal static class OutOfMemory
{
    // libtorch and ONNX Runtime have no types for it.
    private static readonly string[] Words =
    [
        "out of memory",
        "can't allocate memory",
        "not enough memory",
        "bad_alloc",
        "bad allocation",
        "Failed to allocate memory",
    ];

    public static bool Is(Exception exception) =>
        exception is OutOfMemoryException || Is(exception.Message) || (exception.InnerException is { } inner && Is(inner));

    public static bool Is(string message) => Words.Any(words => message.Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <param name="what">What happened, a sentence.</param>
    /// <param name="predictedBytes">What the training was expected to need; null where nothing was expected.</param>
    /// <param name="peakBytes">The most that the trainer was seen to hold.</param>
    /// <param name="availableBytes">Of the machine, or its limit.</param>
    public static JobFailure Failure(string what, long? predictedBytes, long? peakBytes, long availableBytes)
    {
        var seen = peakBytes is { } peak ? $"The trainer held {JobMemory.Text(peak)}" : "The trainer is gone";
        var expected = predictedBytes is { } predicted ? $", {JobMemory.Text(predicted)} were predicted" : "";
        var details = new { predicted_bytes = predictedBytes, peak_bytes = peakBytes, available_bytes = availableBytes };
        return new(
            FailureClass.Resource, "out_of_memory",
            $"{what} {seen}{expected}, and the worker has {JobMemory.Text(availableBytes)} for everything that runs there. Set a smaller "
                + $"batch_size, or take a worker with more memory.",
            JsonSerializer.SerializeToElement(details));
    }
}
