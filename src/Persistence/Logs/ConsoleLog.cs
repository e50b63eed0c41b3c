using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace ConcatService.Persistence.Logs;

/// <summary>
/// The log of every process: one line an entry with its time, level, trace id, team and job, for people or, with <c>Logging:Format</c> =
/// <c>json</c>, for programs. What is set here, any other source of configuration overrides: <c>Logging:Console:FormatterName</c>.
/// </summary>
public static class ConsoleLog
{
    private const string Console = "Logging:Console";

    private static readonly Dictionary<string, string?> Defaults = new()
    {
        [$"{Console}:FormatterOptions:IncludeScopes"] = "true",
        [$"{Console}:FormatterOptions:SingleLine"] = "true",
        [$"{Console}:FormatterOptions:TimestampFormat"] = "yyyy-MM-ddTHH:mm:ss.fffZ ",
        [$"{Console}:FormatterOptions:UseUtcTimestamp"] = "true",
    };

    /// <exception cref="InvalidOperationException"><c>Logging:Format</c> is neither <c>text</c> nor <c>json</c>.</exception>
    public static void Configure(IHostApplicationBuilder builder)
    {
        KeyValuePair<string, string?> formatter = new($"{Console}:FormatterName", FormatterOf(builder.Configuration));
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults.Append(formatter) });
        builder.Logging.AddConsoleFormatter<JsonLinesFormatter, ConsoleFormatterOptions>();
        builder.Services.Configure<LoggerFactoryOptions>(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId);
    }

    private static string FormatterOf(IConfiguration configuration) =>
        configuration["Logging:Format"] switch
        {
            null or "text" => ConsoleFormatterNames.Simple,
            "json" => JsonLinesFormatter.FormatterName,
            var other => throw new InvalidOperationException($"Logging:Format is '{other}'; expected text or json."),
        };
}
