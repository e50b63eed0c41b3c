using System.Text;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Memory;
using ConcatService.Api.Requests;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Architectures;

/// <summary>
/// POST /v1/architectures: keeps a spec under its <c>name</c>. 201 with a new version, or 200 with the old one when its content is known.
/// A spec with errors is refused with its report.
/// </summary>
internal static class KeepArchitecture
{
    public static async Task<Results<Created<ArchitectureResource>, Ok<ArchitectureResource>, ProblemHttpResult>> Handle(
        JsonBody body,
        Caller caller,
        ConcatDb db,
        CompilerTurns turns,
        CancellationToken cancel
    )
    {
        Compilation compiled;
        using (await turns.TakeAsync(body.Root, cancel))
            compiled = Compiler.Compile(body.Root);
        if (compiled.Report.HasErrors)
            return Problems.InvalidArchitecture(compiled);
        var name = new Fields(body.Root).RequiredText("name");
        if (name is null)
            return Problems.Invalid(
                new PointedError("/name", "missing_field", "A spec is kept under its 'name': 1 to 200 printable characters.")
            );

        var hash = SpecHash.Of(body.Root);
        while (true)
        {
            var mine = db.Architectures.AsNoTracking().Where(kept => kept.TeamId == caller.TeamId && kept.Name == name);
            if (await mine.SingleOrDefaultAsync(kept => kept.SpecHash == hash, cancel) is { } known)
                return TypedResults.Ok(ArchitectureResource.Of(known));

            var next = 1 + (await mine.MaxAsync(kept => (int?)kept.Version, cancel) ?? 0);
            var added = new Architecture
            {
                TeamId = caller.TeamId,
                Name = name,
                Version = next,
                SpecHash = hash,
                Spec = Encoding.UTF8.GetString(body.Utf8.Span),
            };
            if (await TryAddAsync(db, added, cancel))
                return TypedResults.Created($"/v1/architectures/{added.Id}", ArchitectureResource.Of(added));
        }
    }

    /// <summary>False when another request has just taken the version: look again.</summary>
    private static async Task<bool> TryAddAsync(ConcatDb db, Architecture added, CancellationToken cancel)
    {
        db.Add(added);
        try
        {
            await db.SaveChangesAsync(cancel);
            return true;
        }
        catch (DbUpdateException conflict) when (conflict.IsUniqueViolation())
        {
            db.ChangeTracker.Clear();
            return false;
        }
    }
}
