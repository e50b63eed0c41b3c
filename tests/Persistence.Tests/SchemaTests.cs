using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests;

public sealed class SchemaTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_migrations_say_what_the_model_says()
    {
        using var db = database.Open();
        Assert.False(db.Database.HasPendingModelChanges(), "run: dotnet ef migrations add NAME, in src/Persistence");
    }

    [Fact]
    public async Task Applying_the_schema_twice_is_harmless()
    {
        await Schema.ApplyAsync(database.ConnectionString, Cancel);
        await using var db = database.Open();
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Cancel));
    }

    [Fact]
    public async Task Chunks_are_stored_outside_the_row_and_uncompressed()
    {
        await using var db = database.Open();
        var storage = await db
            .Database.SqlQuery<char>(
                $"select attstorage as \"Value\" from pg_attribute where attrelid = 'blob_chunks'::regclass and attname = 'data'"
            )
            .SingleAsync(Cancel);
        Assert.Equal('e', storage);
    }

    [Fact]
    public async Task Names_are_snake_case_everywhere()
    {
        await using var db = database.Open();
        var odd = await db
            .Database.SqlQuery<string>(
                $"""
                select table_name || '.' || column_name as "Value" from information_schema.columns
                where table_schema = 'public' and column_name <> lower(column_name)
                """
            )
            .ToListAsync(Cancel);
        Assert.Empty(odd);
    }

    [Theory]
    [InlineData("20261123090115_First", "./concat down")]
    [InlineData("99990101000000_Later", "Run that release or a later one")]
    public async Task A_database_of_another_line_of_releases_is_refused_with_what_to_do(string migration, string advice)
    {
        await using var db = database.Open();
        await db.Database.ExecuteSqlAsync($"insert into \"__EFMigrationsHistory\" values ({migration}, '10.0.0')", Cancel);
        var refusal = await Assert.ThrowsAsync<UnknownMigrationException>(() => Schema.ApplyAsync(database.ConnectionString, Cancel));
        Assert.Contains(migration, refusal.Message);
        Assert.Contains(advice, refusal.Message);
        await db.Database.ExecuteSqlAsync($"delete from \"__EFMigrationsHistory\" where migration_id = {migration}", Cancel);
    }
}
