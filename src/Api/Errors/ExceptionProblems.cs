using System.Diagnostics;
using ConcatService.Api.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace ConcatService.Api.Errors;

/// <summary>
/// What an exception means to the caller. Whatever is not known here is a defect of ours: a 500 without inner details, with a trace id to
/// find the log by.
/// </summary>
internal sealed partial class ExceptionProblems(StorageWatch storage, ILogger<ExceptionProblems> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = Of(exception);
        if (problem.StatusCode == 500)
            Failed(context.Request.Method, context.Request.Path, exception);
        if (exception is QuotaException quota)
            quota.AddHeaders(context.Response);
        if (problem.StatusCode == StatusCodes.Status507InsufficientStorage)
            StorageFull(context.Request.Method, context.Request.Path, exception.GetBaseException().Message);
        if (problem.StatusCode == 503)
            context.Response.Headers.RetryAfter = Problems.RetryAfterSeconds.ToString();
        if (problem.StatusCode == 503 && exception is not ProblemException)
            DatabaseGone(exception.Message);

        await problem.ExecuteAsync(context);
        return true;
    }

    private ProblemHttpResult Of(Exception exception) => exception switch
    {
        ProblemException known => known.Problem,
        BadHttpRequestException { StatusCode: 413 } => Problems.TooLarge(),
        BadHttpRequestException bad => Problems.Of(bad.StatusCode, "request.malformed", bad.Message),
        // Kestrel's answer to a chunk whose size is no 32-bit number.
        IOException { InnerException: OverflowException } chunk => Problems.Of(400, "request.malformed", chunk.Message),
        _ when StorageWatch.IsFull(exception) => Problems.StorageFull(storage.Note(exception)),
        _ when exception.IsOfDeletedTeam() => Problems.Unauthorized(refused: true),
        _ when IsDatabaseGone(exception) => Problems.DatabaseAway(),
        _ => Problems.Of(500, "internal", "The service failed. The log has the reason under this trace id."),
    };

    /// <summary>By which the log of this request is found.</summary>
    public static string TraceId(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    /// <summary>
    /// No connection, or one that the server ended or refused for now. A statement that the server answered with an error is our defect.
    /// </summary>
    public static bool IsDatabaseGone(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is PostgresException answered)
                // shutting down or starting, connection lost, too many connections
                return answered.SqlState is ['5', '7', ..] or ['0', '8', ..] or "53300";
            if (exception is NpgsqlException)
                return true;
        }

        return false;
    }

    [LoggerMessage(2001, LogLevel.Error, "{Method} {Path} failed")]
    private partial void Failed(string method, string path, Exception exception);

    [LoggerMessage(2051, LogLevel.Error, "{Method} {Path} was refused for want of room: {Reason}")]
    private partial void StorageFull(string method, string path, string reason);

    [LoggerMessage(2002, LogLevel.Warning, "The database does not answer: {Reason}")]
    private partial void DatabaseGone(string reason);
}
