using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace ConcatService.Persistence.Logs;

/// <summary>
/// An entry as one flat JSON object on one line: <c>time</c>, <c>level</c>, <c>category</c>, <c>event</c>, <c>message</c>, and where they
/// are known <c>trace_id</c>, <c>team</c>, <c>job</c> and <c>exception</c>.
/// </summary>
internal sealed class JsonLinesFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "lines";

    /// <summary>What stands in scopes and messages for no team.</summary>
    private const string Nobody = "-";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What an entry is about.</summary>
    private sealed class Subject
    {
        public string? TraceId, Team, Job;

        public void Take(object? values)
        {
            if (values is not IEnumerable<KeyValuePair<string, object?>> pairs)
                return;
            foreach (var (name, value) in pairs)
            {
                var text = value?.ToString();
                if (string.IsNullOrEmpty(text) || text == Nobody)
                    continue;
                if (name == "TraceId")
                    TraceId = text;
                else if (name == "Team")
                    Team = text;
                else if (name is "Job" or "JobId")
                    Job = text;
            }
        }
    }

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var subject = new Subject();
        subject.Take(logEntry.State);
        scopeProvider?.ForEachScope(static (scope, subject) => subject.Take(scope), subject);
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("level", Level(logEntry.LogLevel));
            json.WriteString("category", logEntry.Category);
            json.WriteNumber("event", logEntry.EventId.Id);
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            WriteWhereKnown(json, "trace_id", subject.TraceId);
            WriteWhereKnown(json, "team", subject.Team);
            WriteWhereKnown(json, "job", subject.Job);
            WriteWhereKnown(json, "exception", logEntry.Exception?.ToString());
            json.WriteEndObject();
        }

        textWriter.Write(Encoding.UTF8.GetString(bytes.WrittenSpan));
        textWriter.Write('\n');
    }

    private static void WriteWhereKnown(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static string Level(LogLevel level) =>
        level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "information",
            LogLevel.Warning => "warning",
            LogLevel.Error => "error",
            _ => "critical",
        };
}
