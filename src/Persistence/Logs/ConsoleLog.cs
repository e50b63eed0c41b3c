using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConcatService.Persistence.Logs;

/// <summary>
/// The log of every process: .NET's own console formatters, one line an entry with its time, level, trace id, team and job. What is set
/// here, any other source of configuration overrides: <c>Logging:Console:FormatterName=json</c>.
/// </summary>
public static class ConsoleLog
{
    private const string Console = "Logging:Console";

    private static readonly Dictionary<string, string?> Defaults = new()
    {
        [$"{Console}:FormatterName"] = "simple",
        [$"{Console}:FormatterOptions:IncludeScopes"] = "true",
        [$"{Console}:FormatterOptions:SingleLine"] = "true",
        [$"{Console}:FormatterOptions:TimestampFormat"] = "yyyy-MM-ddTHH:mm:ss.fffZ ",
        [$"{Console}:FormatterOptions:UseUtcTimestamp"] = "true",
    };

    public static void Configure(IHostApplicationBuilder builder)
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });
        builder.Services.Configure<LoggerFactoryOptions>(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId);
    }
}
