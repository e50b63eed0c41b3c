namespace ConcatService.Persistence.Migrations;

/// <summary>
/// What keeps <c>job_tallies</c>, whatever ends or deletes jobs: statements of ours, a cascade from a team, somebody at the console. A
/// trigger of each statement, which adds a row where the number of ended jobs changed and none where it did not. What a
/// migration has run does not change: another text is another migration.
/// </summary>
internal static class TallyTrigger
{
    private const string Ended = "'succeeded', 'failed', 'cancelled'";

    /// <summary>For a migration: the function, its three triggers, and the jobs that are there.</summary>
    public const string Create = $"""
        create function tally_jobs() returns trigger language plpgsql as $body$
        begin
            if tg_op = 'INSERT' then
                insert into job_tallies (state, failure_class, jobs)
                select state, {Class}, count(*) from after where state in ({Ended}) group by 1, 2;
            elsif tg_op = 'DELETE' then
                insert into job_tallies (state, failure_class, jobs)
                select state, {Class}, -count(*) from before where state in ({Ended}) group by 1, 2;
            else
                insert into job_tallies (state, failure_class, jobs)
                select state, failure_class, sum(jobs) from (
                    select state, {Class} as failure_class, 1 as jobs from after where state in ({Ended})
                    union all
                    select state, {Class}, -1 from before where state in ({Ended})) as moved
                group by 1, 2 having sum(jobs) <> 0;
            end if;
            return null;
        end $body$;
        create trigger tally_inserted after insert on jobs referencing new table as after for each statement execute function tally_jobs();
        create trigger tally_deleted after delete on jobs referencing old table as before for each statement execute function tally_jobs();
        create trigger tally_updated after update on jobs referencing old table as before new table as after
            for each statement execute function tally_jobs();
        insert into job_tallies (state, failure_class, jobs)
        select state, {Class}, count(*) from jobs where state in ({Ended}) group by 1, 2;
        """;

    /// <summary>Takes it away again.</summary>
    public const string Drop = """
        drop trigger tally_inserted on jobs;
        drop trigger tally_deleted on jobs;
        drop trigger tally_updated on jobs;
        drop function tally_jobs();
        """;

    private const string Class = "case when state = 'failed' then coalesce(error ->> 'class', 'unknown') else '' end";
}
