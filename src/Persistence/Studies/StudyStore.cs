using ConcatService.Domain.Jobs;
using ConcatService.Domain.Studies;
using ConcatService.Persistence.Jobs;
using Npgsql;

namespace ConcatService.Persistence.Studies;

/// <summary>
/// What studies need of their jobs: their results, and that variants of which enough is known get no further seeds. Every step may be
/// repeated and may be done by several processes.
/// </summary>
public sealed class StudyStore(NpgsqlDataSource source, JobTransitions transitions)
{
    private const string RowsSql = """
        select s.variant, s.seed, s.job_id, j.state,
               (j.result ->> 'test_accuracy')::float8, (j.result ->> 'test_loss')::float8,
               extract(epoch from j.finished_at - j.started_at)::float8
        from study_jobs s join jobs j on j.id = s.job_id
        where s.study_id = @study order by j.id
        """;

    private const string OpenSql = """
        select s.id, s.baseline, s.seeds,
               not exists (select from study_jobs o join jobs j on j.id = o.job_id where o.study_id = s.id and j.state <> all(@terminal))
        from studies s where s.finished_at is null order by s.id limit 1000
        """;

    /// <summary>The jobs of a study, in the order in which they were queued.</summary>
    public async Task<List<StudyRow>> RowsAsync(Guid study, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(RowsSql);
        command.Parameters.AddWithValue("study", study);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var rows = new List<StudyRow>();
        while (await reader.ReadAsync(cancel))
            rows.Add(new(reader.GetString(0), reader.GetInt64(1), reader.GetGuid(2), reader.GetString(3), At(4), At(5), At(6)));
        return rows;

        double? At(int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
    }

    /// <summary>Ends the studies whose jobs have ended, and stops variants of the others.</summary>
    public async Task SettleAsync(CancellationToken cancel)
    {
        foreach (var (id, baseline, seeds, isOver) in await OpenAsync(cancel))
        {
            if (isOver)
                await FinishAsync(id, cancel);
            else if (seeds > StudyPower.SeedsForStop)
                await StopSettledAsync(id, baseline, await RowsAsync(id, cancel), cancel);
        }
    }

    /// <summary>Ends every job of a study that has not ended: at once where nobody works on it, otherwise by asking the worker.</summary>
    public async Task CancelAsync(Guid study, CancellationToken cancel)
    {
        const string sql = "update studies set cancelled_at = coalesce(cancelled_at, now()) where id = @study";
        await using (var command = source.CreateCommand(sql))
        {
            command.Parameters.AddWithValue("study", study);
            await command.ExecuteNonQueryAsync(cancel);
        }

        foreach (var row in await RowsAsync(study, cancel))
        {
            while (await StateAsync(row.JobId, cancel) is { } state && !state.IsTerminal())
            {
                var to = state.IsHeld() ? JobState.Cancelling : JobState.Cancelled;
                if (!JobLife.Allows(state, to))
                    break;                                                              // in its last moments, or asked before
                if (await transitions.TryMoveAsync(new(row.JobId, to, "Its study was cancelled.", "api") { From = state }, cancel))
                    break;
            }
        }
    }

    private async Task StopSettledAsync(Guid study, string baseline, List<StudyRow> rows, CancellationToken cancel)
    {
        if (StudyRow.MeasureOf(rows) != StudyMeasure.Accuracy)
            return;                                                                     // nobody can say which loss is too little to matter
        var standard = StudyRow.ValuesOf(rows, baseline, StudyMeasure.Accuracy);
        var variants = rows.Select(row => row.Variant).Where(name => name != baseline).Distinct().ToList();
        foreach (var variant in variants)
        {
            var waiting = rows.Where(row => row.Variant == variant && row.JobState == JobState.Queued).ToList();
            if (waiting.Count == 0)
                continue;
            var differences = StudyComparison.Paired(standard, StudyRow.ValuesOf(rows, variant, StudyMeasure.Accuracy));
            if (!StudyComparison.IsSettled(differences, variants.Count))
                continue;
            var reason = $"Its study knows enough of '{variant}' after {differences.Count} seeds.";
            var stopped = 0;
            foreach (var row in waiting)
                stopped += await transitions.TryMoveAsync(
                    new(row.JobId, JobState.Cancelled, reason, "study") { From = JobState.Queued }, cancel) ? 1 : 0;
            if (stopped > 0)
                await RememberAsync(study, variant, differences.Count, cancel);
        }
    }

    private async Task<List<(Guid Id, string Baseline, int Seeds, bool IsOver)>> OpenAsync(CancellationToken cancel)
    {
        await using var command = source.CreateCommand(OpenSql);
        command.Parameters.AddWithValue("terminal", JobSql.Names(JobLife.Terminal));
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var open = new List<(Guid, string, int, bool)>();
        while (await reader.ReadAsync(cancel))
            open.Add((reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetBoolean(3)));
        return open;
    }

    private async Task FinishAsync(Guid study, CancellationToken cancel)
    {
        await using var command = source.CreateCommand("update studies set finished_at = now() where id = @study and finished_at is null");
        command.Parameters.AddWithValue("study", study);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private async Task RememberAsync(Guid study, string variant, int seeds, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(
            "update studies set stopped = (coalesce(stopped::jsonb, '{}') || jsonb_build_object(@variant, @seeds))::json where id = @study"
        );
        command.Parameters.AddWithValue("study", study);
        command.Parameters.AddWithValue("variant", variant);
        command.Parameters.AddWithValue("seeds", seeds);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private async Task<JobState?> StateAsync(Guid job, CancellationToken cancel)
    {
        await using var command = source.CreateCommand("select state from jobs where id = @job");
        command.Parameters.AddWithValue("job", job);
        return await command.ExecuteScalarAsync(cancel) is string name ? Enum.Parse<JobState>(name, ignoreCase: true) : null;
    }
}
