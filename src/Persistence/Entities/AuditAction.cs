namespace ConcatService.Persistence.Entities;

/// <summary>A kind of change that the audit has a row for.</summary>
/// <param name="Name">For programs: <c>alias.move</c>.</param>
/// <param name="Target">What is changed: <c>alias</c>.</param>
public sealed record AuditAction(string Name, string Target)
{
    /// <summary>Target: the key's id. Details: name, prefix, scopes, expires_at.</summary>
    public static readonly AuditAction CreateKey = new("key.create", "key");

    /// <summary>Target: the id of a person's key. Details: by, name, scopes (that the provider's groups give now).</summary>
    public static readonly AuditAction ChangeKey = new("key.change", "key");

    /// <summary>Target: the key's id. Details: name, prefix.</summary>
    public static readonly AuditAction RevokeKey = new("key.revoke", "key");

    /// <summary>Target: the old key's id. Details: name, new_key (an id), valid_until (of the old one).</summary>
    public static readonly AuditAction RotateKey = new("key.rotate", "key");

    /// <summary>Target: the session's id.</summary>
    public static readonly AuditAction EndSession = new("session.end", "session");

    /// <summary>Target: <c>model:alias</c>. Details: from, to (versions). With the alias <c>production</c> a promotion.</summary>
    public static readonly AuditAction MoveAlias = new("alias.move", "alias");

    /// <summary>Target: <c>model:alias</c>. Details: version.</summary>
    public static readonly AuditAction DeleteAlias = new("alias.delete", "alias");

    /// <summary>Target: the job's id. Details: name, state, versions (that went with it).</summary>
    public static readonly AuditAction DeleteJob = new("job.delete", "job");

    /// <summary>Target: the model's name. Details: versions (that went with it).</summary>
    public static readonly AuditAction DeleteModel = new("model.delete", "model");

    /// <summary>Target: <c>model:version</c>. Details: job (that made it).</summary>
    public static readonly AuditAction DeleteVersion = new("version.delete", "version");

    /// <summary>Target: the data set's name, or <c>name@version</c>.</summary>
    public static readonly AuditAction DeleteDataSet = new("dataset.delete", "dataset");

    /// <summary>Target: the id of the uploaded weights. Details: name, format.</summary>
    public static readonly AuditAction DeleteWeights = new("weights.delete", "weights");

    /// <summary>Target: the study's id. Details: name. Its jobs stay.</summary>
    public static readonly AuditAction DeleteStudy = new("study.delete", "study");

    /// <summary>Target: the team's name.</summary>
    public static readonly AuditAction CreateTeam = new("team.create", "team");

    /// <summary>Target: the new name. Details: from, to.</summary>
    public static readonly AuditAction RenameTeam = new("team.rename", "team");

    /// <summary>Target: the team's name.</summary>
    public static readonly AuditAction DeleteTeam = new("team.delete", "team");

    /// <summary>Target: the team's name. Details: the fields that were set, as they were sent.</summary>
    public static readonly AuditAction ChangeQuotas = new("quotas.change", "quotas");

    /// <summary>Target: the team's name. Details: from, to (the team's own settings).</summary>
    public static readonly AuditAction ChangeRetention = new("retention.change", "retention");

    public static IReadOnlyList<AuditAction> All { get; } =
    [
        CreateKey, ChangeKey, RevokeKey, RotateKey, EndSession, MoveAlias, DeleteAlias, DeleteJob, DeleteModel, DeleteVersion,
        DeleteDataSet, DeleteWeights, DeleteStudy, CreateTeam, RenameTeam, DeleteTeam, ChangeQuotas, ChangeRetention,
    ];
}
