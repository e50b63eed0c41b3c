namespace ConcatService.Persistence.Jobs;

/// <summary>
/// What every change of state writes besides the row, as common table expressions behind one named <c>moved</c>, which gives
/// <c>id, team_id, from_state, to_state, fence, attempt, last_event, reason, actor</c>. One statement, so one transaction.
/// </summary>
internal static class JobSql
{
    public const string Record = """
        , logged as (
            insert into job_transitions (job_id, team_id, from_state, to_state, fence, reason, actor)
            select id, team_id, from_state, to_state, fence, reason, actor from moved)
        , told as (
            insert into job_events (job_id, sequence, team_id, level, type, message, data)
            select id, last_event, team_id, case to_state when 'failed' then 'error' when 'queued' then case from_state when 'paused' then 'info' else 'warning' end else 'info' end, 'state', reason,
                   json_build_object('from', from_state, 'to', to_state, 'attempt', attempt)
            from moved)
        """;

    /// <summary>Ends the attempt of a job that nobody holds any more.</summary>
    public const string EndAttempt = """
        , ended as (
            update job_attempts set ended_at = now(), reason = moved.reason from moved
            where job_attempts.job_id = moved.id and job_attempts.number = moved.attempt and job_attempts.ended_at is null
              and moved.to_state in ('queued', 'paused', 'succeeded', 'failed', 'cancelled'))
        """;
}
