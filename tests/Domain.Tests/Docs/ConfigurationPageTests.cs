using System.Text.RegularExpressions;
using Xunit;

namespace ConcatService.Domain.Tests.Docs;

/// <summary>docs/configuration.md has a row for each key that the code reads, and no other.</summary>
public sealed partial class ConfigurationPageTests
{
    /// <summary>Keys of ASP.NET Core and .NET, which read them themselves.</summary>
    private static readonly string[] OfTheFramework =
    [
        "ASPNETCORE_URLS",
        "DOTNET_ENVIRONMENT",
        "Logging:LogLevel:Default",
        "Logging:Console:FormatterName",
        "Logging:Console:FormatterOptions:TimestampFormat",
    ];

    /// <summary>Read by what the processes start or are built from, not by C#.</summary>
    private static readonly string[] OfScriptsAndImages =
    [
        "CONCAT_HOME", "CONCAT_CONFIGURATION", "CONCAT_LOG_BYTES", "CONCAT_LOG_FILES",
        "XDG_DATA_HOME", "DOTNET_ROOT", "DOTNET_GCgen0size", "MALLOC_ARENA_MAX", "OMP_WAIT_POLICY",
        "POSTGRES_PASSWORD", "API_PORT", "INFERENCE_PORT", "GRPC_PORT", "WORKER_MEMORY", "ORT_BACKEND", "RUNTIME_IMAGE", "TORCH_BACKEND",
        "SDK_IMAGE", "WORKER_IMAGE", "IMAGE_TOOL_OPTIONS",
    ];

    /// <summary>Handed over by the script, not set by people; and XDG's, which is part of a default.</summary>
    private static readonly string[] NotForPeople = ["CONCAT_URL", "CONCAT_KEY", "XDG_CACHE_HOME"];

    [Fact]
    public void Every_key_that_the_code_reads_has_a_row_and_every_row_a_reader()
    {
        var read = Sources("src", "*.cs").SelectMany(text => KeysOf(text)).ToHashSet();
        Assert.Equal(
            read.Except(NotForPeople).Union(OfTheFramework).Union(OfScriptsAndImages).Order(StringComparer.Ordinal),
            Rows().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Variables_of_scripts_and_images_stand_in_their_files()
    {
        string[] files =
            [Pages.Read("concat"), .. Sources("scripts", "*"), .. Sources(".", "Dockerfile*"), .. Sources(".", "docker-*.yml")];
        var text = string.Concat(files);
        Assert.Equal([], OfScriptsAndImages.Where(name => !text.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Code_reads_configuration_only_in_ways_that_the_first_test_sees()
    {
        // A key that is no literal would be missed.
        var others = Sources("src", "*.cs").SelectMany(text => NoLiteral().Matches(text).Select(match => match.Value));
        Assert.Equal(["GetEnvironmentVariable(name)"], others.Distinct());
    }

    private static IEnumerable<string> Rows() =>
        FirstCell().Matches(Pages.Read("docs/configuration.md")).Select(row => row.Groups[1].Value)
            .Where(name => name[0] != '-').Select(InOneForm).Distinct();

    /// <summary>The database has the same key in both forms; the folders of data are variables alone.</summary>
    private static string InOneForm(string key) =>
        key.StartsWith("ConnectionStrings__", StringComparison.Ordinal) ? key.Replace("__", ":", StringComparison.Ordinal) : key;

    private static IEnumerable<string> KeysOf(string text)
    {
        foreach (Match match in Connection().Matches(text))
            yield return $"ConnectionStrings:{match.Groups[1].Value}";
        foreach (Match match in Variable().Matches(text))
            yield return InOneForm(match.Groups[1].Value);
        var section = Section().Match(text) is { Success: true } found ? $"{found.Groups[1].Value}:" : "";
        foreach (var key in Key().Matches(text).Select(match => match.Groups[1].Value))
            yield return key.Contains(':', StringComparison.Ordinal) ? key : $"{section}{key}";
    }

    private static IEnumerable<string> Sources(string folder, string pattern) =>
        Directory.EnumerateFiles(
                Path.Combine(Repository.Root, folder), pattern, folder == "." ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories)
            .Where(file => !Pages.IsBuildOutput(file)).Select(File.ReadAllText);

    [GeneratedRegex(@"^\| `([^`]+)`", RegexOptions.Multiline)]
    private static partial Regex FirstCell();

    [GeneratedRegex("GetConnectionString\\(\"(\\w+)\"\\)")]
    private static partial Regex Connection();

    [GeneratedRegex("GetEnvironmentVariable\\(\"(\\w+)\"\\)")]
    private static partial Regex Variable();

    [GeneratedRegex("GetSection\\(\"(\\w+)\"\\)")]
    private static partial Regex Section();

    [GeneratedRegex("(?:\\.GetValue(?:<\\w+>)?\\(|[cC]onfiguration\\[|\\binference\\[)\"([\\w:]+)\"")]
    private static partial Regex Key();

    [GeneratedRegex("(?:GetConnectionString|GetEnvironmentVariable|GetSection)\\((?!\")[^)]*\\)")]
    private static partial Regex NoLiteral();
}
