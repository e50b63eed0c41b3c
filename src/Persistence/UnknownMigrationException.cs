namespace ConcatService.Persistence;

/// <summary>The database has a migration that this release does not: it is older than the first release, or of a later one.</summary>
public sealed class UnknownMigrationException(string message) : Exception(message);
