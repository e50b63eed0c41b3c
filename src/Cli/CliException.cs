namespace ConcatService.Cli;

/// <summary>The end of a command: where, what, the numbers, what to do. Caught once, in Program.</summary>
/// <param name="isPassing">Whether the same call may succeed in a moment: nobody answered, or what answered could not do it now.</param>
internal sealed class CliException(string message, bool isPassing = false) : Exception(message)
{
    public bool IsPassing => isPassing;
}
