using System.Text.Json;
using ConcatService.Api.Storage;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace ConcatService.Api.Errors;

/// <summary>Everything the service refuses, as RFC 9457 problems. <c>code</c> is the contract; the words may improve.</summary>
internal static class Problems
{
    /// <summary>
    /// A problem with its code. <c>trace_id</c> is added on the way out, and on <c>/v2</c> the <c>error</c> that its clients expect.
    /// </summary>
    public static ProblemHttpResult Of(int status, string code, string detail, params PointedError[] errors)
    {
        var problem = new ProblemDetails
        {
            Type = $"urn:concat:problem:{code}",
            Title = ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = detail,
            Extensions = { ["code"] = code },
        };
        if (errors.Length > 0)
            problem.Extensions["errors"] = errors;
        return TypedResults.Problem(problem);
    }

    public static ProblemHttpResult NotFound(string what, string name) => Of(404, "not_found", $"There is no {what} '{name}' here.");

    /// <summary>A team's name that people would take for another's.</summary>
    public static ProblemHttpResult TeamAlike(string name, string other) =>
        Of(409, "team.name.alike", $"'{name}' looks like '{other}', which is a team. Write that name, or take one that looks different.");

    /// <summary>After which a 503 may be another answer.</summary>
    public const int RetryAfterSeconds = 2;

    public static ProblemHttpResult DatabaseAway() =>
        Of(503, "database.unavailable", $"The database does not answer. Try again in {RetryAfterSeconds} seconds.");

    /// <param name="where">Which disk, for people, without a full stop.</param>
    public static ProblemHttpResult StorageFull(string where) =>
        Of(
            507,
            StorageWatch.Code,
            $"{where}: nothing of this call was kept. Send it again once an operator has made room."
        );

    public static ProblemHttpResult TooLarge() =>
        Of(413, "request.too_large", $"The body is over the limit of {Compiler.MaxBytes} bytes.");

    /// <summary>The code of a field that there is not, wherever it stands: of ours, and of what the Domain reads.</summary>
    public const string UnknownField = "unknown_field";

    private static readonly string[] UnknownFields = [UnknownField, Codes.UnknownField.Name];

    /// <summary>The body is JSON, but not what the call takes: a 400 where it has a field that there is not, otherwise a 422.</summary>
    public static ProblemHttpResult Invalid(params PointedError[] errors)
    {
        var detail = string.Join(' ', errors.Select(error => error.Detail));
        return errors.Any(error => UnknownFields.Contains(error.Code))
            ? Of(400, $"request.{UnknownField}", detail, errors)
            : Of(422, "request.invalid", detail, errors);
    }

    /// <summary>Parameters of the query that the call does not take.</summary>
    public static ProblemHttpResult OfParameters(params ParameterError[] errors)
    {
        var problem = Of(400, $"request.{errors[0].Code}", string.Join(' ', errors.Select(error => error.Detail)));
        problem.ProblemDetails.Extensions["errors"] = errors;
        return problem;
    }

    /// <summary>The spec has errors: all of them are in <c>report</c>, as <c>POST /v1/architectures/validate</c> gives it.</summary>
    public static ProblemHttpResult InvalidArchitecture(Compilation compiled)
    {
        var faults = compiled.Report.Diagnostics.Count(diagnostic => diagnostic.Severity is Severity.Error or Severity.Condition);
        var problem = Of(
            422,
            "architecture.invalid",
            $"The architecture is {compiled.Verdict}: {faults} {(faults == 1 ? "fault" : "faults")}, listed in 'report' with fixes where "
                + $"there are any."
        );
        using var report = JsonDocument.Parse(ReportWriter.Write(compiled));
        problem.ProblemDetails.Extensions["report"] = report.RootElement.Clone();
        return problem;
    }

    /// <summary>The layers that stand for what could not be read, where nothing can be written of them.</summary>
    public static ProblemHttpResult HasPlaceholders(IReadOnlyList<PlannedLayer> layers) =>
        Of(
            422,
            "export.unsupported",
            "Placeholders compute nothing: "
                + string.Join(", ", layers.Take(20).Select(layer => $"{layer.Path} stands for {layer.Operator.StandsFor}"))
                + (layers.Count > 20 ? $", and {layers.Count - 20} more" : "")
                + ". Put layers that compute in their place."
        );

    public static ProblemHttpResult Unauthorized(bool refused) => refused
        ? Of(401, "access.invalid_key", "The key is unknown, revoked or expired.")
        : Of(401, "access.no_key", "This call needs a key: 'Authorization: Bearer ccs_…', or a browser that signed in at /login.");

    public static ProblemHttpResult TooManyRefused() =>
        Of(
            429,
            "access.too_many_refused",
            "So many keys from this address were refused that only one a second is looked up. Try again in a second."
        );

    public static ProblemHttpResult Forbidden(HttpContext context)
    {
        var needed = context
            .GetEndpoint()
            ?.Metadata.GetOrderedMetadata<AuthorizationPolicy>()
            .SelectMany(policy => policy.Requirements)
            .OfType<ClaimsAuthorizationRequirement>()
            .FirstOrDefault()
            ?.AllowedValues?.FirstOrDefault();
        return Of(403, "access.missing_scope", $"The key lacks the scope '{needed}'.");
    }

    /// <summary>For answers that only have a status so far: an unknown path, a wrong method or content type.</summary>
    public static ProblemHttpResult OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        404 => Of(404, "not_found", $"There is nothing at {context.Request.Path}."),
        405 => Of(405, "method_not_allowed", $"{context.Request.Path} does not take {context.Request.Method}."),
        415 => Of(415, "unsupported_media_type", "The call takes another Content-Type."),
        var status => Of(status, "http." + status, ReasonPhrases.GetReasonPhrase(status)),
    };
}
