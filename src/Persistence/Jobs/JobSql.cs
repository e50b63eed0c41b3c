using ConcatService.Domain.Jobs;
using Npgsql;

namespace ConcatService.Persistence.Jobs;

/// <summary>
/// What every change of state writes besides the row, as common table expressions behind one named <c>moved</c>, which gives
/// <c>id, team_id, from_state, to_state, fence, attempt, last_event, reason, actor</c>. One statement, so one transaction.
/// </summary>
internal static class JobSql
{
    /// <summary>A transition and its event: an error when the job failed, a warning when it was lost and is queued again.</summary>
    public const string Record = """
        , logged as (
            insert into job_transitions (job_id, team_id, from_state, to_state, fence, reason, actor)
            select id, team_id, from_state, to_state, fence, reason, actor from moved)
        , told as (
            insert into job_events (job_id, sequence, team_id, level, type, message, data)
            select id, last_event, team_id,
                   case
                       when to_state = @failed then 'error'
                       when to_state = @queued and from_state = any(@held) then 'warning'
                       else 'info' end,
                   'state', reason, json_build_object('from', from_state, 'to', to_state, 'attempt', attempt)
            from moved)
        """;

    /// <summary>Ends the attempt of a job that nobody holds any more.</summary>
    public const string EndAttempt = """
        , ended as (
            update job_attempts set ended_at = now(), reason = moved.reason from moved
            where job_attempts.job_id = moved.id and job_attempts.number = moved.attempt and job_attempts.ended_at is null
              and moved.to_state <> all(@held))
        """;

    /// <summary>The states that these texts and the statements around them name.</summary>
    public static void AddStates(this NpgsqlParameterCollection parameters)
    {
        parameters.AddWithValue("queued", JobState.Queued.Name());
        parameters.AddWithValue("failed", JobState.Failed.Name());
        parameters.AddWithValue("held", Names(JobLife.Held));
        parameters.AddWithValue("terminal", Names(JobLife.Terminal));
    }

    public static string[] Names(IEnumerable<JobState> states) => [.. states.Select(state => state.Name())];
}
