using System.Text;
using ConcatService.Persistence.Retention;
using Microsoft.Extensions.Configuration;

namespace ConcatService.Persistence.Tests.Retention;

/// <summary>The section <c>Retention</c> of the configuration.</summary>
public sealed class RetentionSettingsTests
{
    [Fact]
    public void What_is_not_set_is_kept_for_the_usual_time()
    {
        var settings = RetentionSettings.Read(new ConfigurationBuilder().Build());
        Assert.Equal(
            [90, 180, 7, 30, 30, 400],
            RetentionKinds.All.Select(kind => settings[kind]!.Value.TotalDays)
        );
    }

    [Theory]
    [InlineData("P30D", 30.0)]
    [InlineData("PT36H", 1.5)]
    [InlineData("null", null)]
    [InlineData("", null)]
    public void A_duration_is_taken_and_null_is_forever(string text, double? days)
    {
        var settings = Read(text);
        Assert.Equal(days, settings[RetentionKind.FailedCheckpoints]?.TotalDays);
        Assert.Equal(90, settings[RetentionKind.Events]?.TotalDays);
    }

    [Fact]
    public void Null_in_a_file_is_forever()
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes("""{ "Retention": { "FailedCheckpoints": null } }"""));
        Assert.Null(RetentionSettings.Read(new ConfigurationBuilder().AddJsonStream(file).Build())[RetentionKind.FailedCheckpoints]);
    }

    [Theory]
    [InlineData("90")]
    [InlineData("PT1H")]
    [InlineData("-P1D")]
    [InlineData("P200Y")]
    [InlineData("forever")]
    public void Anything_else_ends_the_start_with_the_key_and_what_it_takes(string text)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => Read(text));
        Assert.Contains("Retention:FailedCheckpoints", failure.Message, StringComparison.Ordinal);
        Assert.Contains("P90D", failure.Message, StringComparison.Ordinal);
    }

    private static RetentionSettings Read(string text) =>
        RetentionSettings.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(new Dictionary<string, string?> { ["Retention:FailedCheckpoints"] = text })
                .Build()
        );
}
