namespace ConcatService.Training;

/// <summary>Initial weights that cannot be taken, found only when the training begins or ends.</summary>
/// <param name="code">Of the job's failure: <c>weights_missing</c>, <c>weights_damaged</c> or <c>file_refused</c>.</param>
public sealed class WeightsException(string code, string message) : Exception(message)
{
    public string Code => code;
}
