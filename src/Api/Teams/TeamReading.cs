using ConcatService.Persistence;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Teams;

/// <summary>Reads teams with what they have.</summary>
internal static class TeamReading
{
    public static IQueryable<TeamResource> Counted(this IQueryable<Team> teams, ConcatDb db, DateTimeOffset now) =>
        teams.Select(team => new TeamResource(
            team.Id,
            team.Name,
            team.CreatedAt,
            db.ApiKeys.Count(key => key.TeamId == team.Id && key.RevokedAt == null && (key.ExpiresAt == null || key.ExpiresAt > now)),
            db.Jobs.Count(job => job.TeamId == team.Id),
            db.Models.Count(model => model.TeamId == team.Id),
            db.DataSets.Where(data => data.TeamId == team.Id).Select(data => data.Name).Distinct().Count(),
            db.Blobs.Where(blob => blob.TeamId == team.Id).Sum(blob => blob.LengthBytes)
        ));
}
