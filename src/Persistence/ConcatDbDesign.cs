using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace ConcatService.Persistence;

/// <summary>Lets <c>dotnet ef migrations add</c> make the context; it never connects for that.</summary>
internal sealed class ConcatDbDesign : IDesignTimeDbContextFactory<ConcatDb>
{
    public ConcatDb CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<ConcatDb>();
        ConcatDb.Configure(options, NpgsqlDataSource.Create("Host=localhost"));
        return new ConcatDb(options.Options);
    }
}
