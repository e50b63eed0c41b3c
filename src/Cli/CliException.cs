namespace ConcatService.Cli;

/// <summary>The end of a command: where, what, the numbers, what to do. Caught once, in Program.</summary>
internal sealed class CliException(string message) : Exception(message);
