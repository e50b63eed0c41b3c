using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Api.Access;
using ConcatService.Api.Architectures;
using ConcatService.Api.Jobs;
using ConcatService.Api.Studies;
using ConcatService.Api.Tests.DataSets;
using ConcatService.Api.Tests.Inference;
using ConcatService.Api.Tests.Weights;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConcatService.Api.Tests.Access;

/// <summary>One of everything that a team can own, of the team <see cref="Callers.Ours"/>.</summary>
internal sealed record OwnedObjects(Guid Job, Guid Architecture, Guid Key, Guid Session, Guid Weights, Guid Study)
{
    /// <summary>In the name of everything: whoever reads it in an answer reads what is ours.</summary>
    public const string Mark = "owned-by-ours";

    private const string Step = "10";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What no answer to another team may hold.</summary>
    public IEnumerable<string> Traces =>
        [Mark, Job.ToString(), Architecture.ToString(), Key.ToString(), Session.ToString(), Weights.ToString(), Study.ToString()];

    /// <summary>A path of the table with what is ours in it.</summary>
    public string Fill(string path) => Fill(path, Job, Architecture, Key, Session, Weights, Study, Mark);

    /// <summary>The same path with what there is not.</summary>
    public static string FillNothing(string path)
    {
        var id = Guid.CreateVersion7();
        return path.StartsWith("/inference.", StringComparison.Ordinal)
            ? path + "?not-there" // the message says it
            : Fill(path, id, id, id, id, id, id, "not-there");
    }

    public static async Task<OwnedObjects> MakeAsync(ApiServer api)
    {
        var spec = JsonNode.Parse(Examples.Valid)!;
        spec["name"] = Mark;
        var kept = await api.PostAsync("/v1/architectures", spec.ToJsonString());
        Assert.Equal(201, kept.Status);
        Assert.Equal(201, (await api.SendAsync(HttpMethod.Post, "/v1/datasets", DataSet(Mark))).Status);
        await SmallModels.PublishAsync(api, Mark, SmallModels.Linear());
        var alias = new StringContent("""{ "version": "1" }""", Encoding.UTF8, "application/json");
        Assert.Equal(
            200,
            (await api.SendAsync(HttpMethod.Put, $"/v1/models/{Mark}/aliases/production", alias, api.AdminKey)).Status
        );

        await using var db = api.Database.Open();
        var (_, key) = await KeyMaker.MakeAsync(db, Callers.Ours, Mark, [Scopes.Infer], null, Cancel);
        var session = new Session
        {
            ApiKeyId = key.Id,
            Hash = KeyText.Hash(KeyText.NewSession()),
            ExpiresAt = DateTimeOffset.UtcNow.AddHours(1),
        };
        db.Add(session);
        await db.SaveChangesAsync(Cancel);
        var weights = await api.SendAsync(HttpMethod.Post, $"/v1/weights?name={Mark}", WeightFiles.Content(WeightFiles.Small()));
        Assert.Equal(201, weights.Status);
        return new(
            await JobAsync(api),
            kept.Json.GetProperty("id").GetGuid(),
            key.Id,
            session.Id,
            weights.Json.GetProperty("id").GetGuid(),
            await StudyAsync(api)
        );
    }

    /// <summary>Pictures and labels, as an upload.</summary>
    public static MultipartFormDataContent DataSet(string name) => new()
    {
        { new StringContent(name), "name" },
        {
            new ByteArrayContent(NumpyFiles.Npz(("x", NumpyFiles.Bytes(new byte[12], 3, 2, 2)), ("y", NumpyFiles.Longs([0, 1, 0], 3)))),
            "file",
            "data.npz"
        },
    };

    /// <summary>What a team that is not asked must not lose: a line an object, with its state.</summary>
    public static async Task<string> InventoryAsync(ApiServer api)
    {
        await using var db = api.Database.Open();
        var lines = await db
            .Database.SqlQuery<string>(
                $"""
                select line as "Value" from (
                    select concat_ws(' ', 'job', id, state) as line, team_id from jobs
                    union all select concat_ws(' ', 'architecture', id), team_id from architectures
                    union all select concat_ws(' ', 'dataset', name, version), team_id from data_sets
                    union all select concat_ws(' ', 'weights', id, name), team_id from weights
                    union all select concat_ws(' ', 'study', id, cancelled_at), team_id from studies
                    union all select concat_ws(' ', 'model', name), team_id from models
                    union all select concat_ws(' ', 'version', model_id, version), team_id from model_versions
                    union all select concat_ws(' ', 'alias', model_id, name, version), team_id from model_aliases
                    union all select concat_ws(' ', 'export', job_id, step, state), team_id from checkpoint_exports
                    union all select concat_ws(' ', 'key', id, revoked_at, expires_at), team_id from api_keys
                    union all select concat_ws(' ', 'session', sessions.id), team_id
                        from sessions join api_keys on api_keys.id = sessions.api_key_id
                        where sessions.expires_at > now() -- an ended one is cleared away at any time
                ) everything
                where team_id = {api.TeamId(Callers.Ours)} order by line
                """
            )
            .ToListAsync(Cancel);
        return string.Join('\n', lines);
    }

    /// <summary>A running one with a checkpoint, whose export is asked for.</summary>
    private static async Task<Guid> JobAsync(ApiServer api)
    {
        var request = JsonNode.Parse(CreateJob.Example)!;
        request["name"] = Mark;
        request["model_name"] = Mark + "-job";
        var id = (await api.PostAsync("/v1/jobs", request.ToJsonString())).Json.GetProperty("id").GetGuid();
        var fence = await api.Services.GetRequiredService<JobLeases>().ClaimAsync(id, new("somewhere", "machine", 4711, "1"), 1, Cancel);
        var checkpoints = new Checkpoints(api.Services.GetRequiredService<NpgsqlDataSource>(), fence!.Value);
        await checkpoints.AddAsync(int.Parse(Step), 1, new MemoryStream(new byte[10]), Cancel);
        Assert.Equal(202, (await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/checkpoints/{Step}/export")).Status);
        await using var db = api.Database.Open();
        db.Add(
            new JobAnswers
            {
                JobId = id,
                TeamId = api.TeamId(),
                Outputs = JsonElement.Parse("[]"),
                PictureSamples = [0],
                PictureShape = [1, 1, 1],
                Pictures = [0],
            }
        );
        await db.SaveChangesAsync(Cancel);
        return id;
    }

    private static async Task<Guid> StudyAsync(ApiServer api)
    {
        var request = JsonNode.Parse(CreateStudy.Example)!;
        request["name"] = Mark;
        var answer = await api.PostAsync("/v1/studies", request.ToJsonString());
        Assert.Equal(202, answer.Status);
        return answer.Json.GetProperty("id").GetGuid();
    }

    private static string Fill(string path, Guid job, Guid architecture, Guid key, Guid session, Guid weights, Guid study, string name) =>
        path.Replace(
                "{id}",
                path.Split('/') switch
                {
                    [_, _, "jobs", ..] or [_, "jobs", _] => $"{job}",
                    [_, _, "architectures", ..] => $"{architecture}",
                    [_, _, "keys", ..] => $"{key}",
                    [_, _, "sessions", ..] => $"{session}",
                    [_, _, "weights", ..] => $"{weights}",
                    [_, _, "studies", ..] or [_, "studies", _] => $"{study}",
                    _ => "{id}",
                },
                StringComparison.Ordinal
            )
            .Replace(
                "{name}",
                path.Split('/') switch
                {
                    [_, _, "gallery", _] => "two-branch",
                    [_, _, "teams", _] when name == Mark => "ours",
                    _ => name,
                },
                StringComparison.Ordinal
            )
            .Replace("{version}", "1", StringComparison.Ordinal)
            .Replace("{alias}", "production", StringComparison.Ordinal)
            .Replace("{step}", Step, StringComparison.Ordinal)
            .Replace("{number}", "0", StringComparison.Ordinal)
            .Replace("{sample}", "0", StringComparison.Ordinal)
            .Replace("{file}", "app.css", StringComparison.Ordinal)
            .Replace("/{**path}", "", StringComparison.Ordinal);
}
