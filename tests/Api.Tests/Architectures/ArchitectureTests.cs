using ConcatService.Api.Architectures;

namespace ConcatService.Api.Tests.Architectures;

public sealed class ArchitectureTests(ApiServer api) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task Branches_that_do_not_meet_are_refused_with_the_axes_that_differ()
    {
        var report = (await api.PostAsync("/v1/architectures/validate", Examples.Refused)).Json;
        Assert.Equal("invalid", report.GetProperty("verdict").GetString());
        Assert.Equal("concat.shape_mismatch", report.GetProperty("diagnostics")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_same_content_under_the_same_name_is_the_same_version()
    {
        var first = await api.PostAsync("/v1/architectures", Examples.Valid);
        var again = await api.PostAsync("/v1/architectures", Examples.Valid.Replace("  ", ""));
        var changed = await api.PostAsync("/v1/architectures", Examples.Valid.Replace("\"out_features\": 10", "\"out_features\": 12"));
        Assert.Equal((201, 200, 201), (first.Status, again.Status, changed.Status));
        Assert.Equal(first.Json.GetProperty("id").GetString(), again.Json.GetProperty("id").GetString());
        Assert.Equal((1, 2), (first.Json.GetProperty("version").GetInt32(), changed.Json.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task A_kept_spec_comes_back_as_it_was_sent_and_not_to_another_team()
    {
        var kept = await api.PostAsync("/v1/architectures", Examples.Valid.Replace("two-branch", "mine"));
        var back = await api.GetAsync(kept.Headers["Location"]);
        Assert.Equal("mine", back.Json.GetProperty("spec").GetProperty("name").GetString());
        var foreign = await api.GetAsync(kept.Headers["Location"], api.ForeignKey);
        Assert.Equal((404, "not_found"), (foreign.Status, foreign.Code));
        Assert.DoesNotContain("mine", (await api.GetAsync("/v1/architectures", api.ForeignKey)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spec_with_errors_is_not_kept_and_the_problem_carries_the_report()
    {
        var answer = await api.PostAsync("/v1/architectures", Examples.Refused);
        Assert.Equal((422, "architecture.invalid"), (answer.Status, answer.Code));
        Assert.Equal(
            "concat.shape_mismatch",
            answer.Json.GetProperty("report").GetProperty("diagnostics")[0].GetProperty("code").GetString()
        );
    }

    [Fact]
    public async Task Pages_neither_skip_nor_repeat_while_rows_are_added()
    {
        for (var i = 0; i < 5; i++)
            await api.PostAsync("/v1/architectures", Examples.Valid.Replace("two-branch", $"paged-{i}"));
        var first = (await api.GetAsync("/v1/architectures?limit=2")).Json;
        await api.PostAsync("/v1/architectures", Examples.Valid.Replace("two-branch", "paged-late"));
        var second = (await api.GetAsync($"/v1/architectures?limit=3&cursor={first.GetProperty("next_cursor").GetString()}")).Json;
        var names = first
            .GetProperty("data")
            .EnumerateArray()
            .Concat(second.GetProperty("data").EnumerateArray())
            .Select(row => row.GetProperty("name").GetString());
        Assert.Equal(["paged-4", "paged-3", "paged-2", "paged-1", "paged-0"], names);
    }
}
