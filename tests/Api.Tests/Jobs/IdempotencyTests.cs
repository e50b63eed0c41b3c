using ConcatService.Api.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.Jobs;

public sealed class IdempotencyTests(ApiServer api) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task The_same_call_again_gets_the_same_answer_and_makes_nothing()
    {
        var first = await PostAsync("\"one\"");
        var again = await PostAsync("one", CreateJob.Example.Replace("  ", " "));
        Assert.Equal((202, 202), (first.Status, again.Status));
        Assert.Equal((first.Body, first.Headers["Location"]), (again.Body, again.Headers["Location"]));
        Assert.False(first.Headers.ContainsKey("Idempotency-Replayed"));
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_a_422()
    {
        await PostAsync("two");
        var other = await PostAsync("two", CreateJob.Example.Replace("\"epochs\": 1", "\"epochs\": 2"));
        Assert.Equal((422, "idempotency.key_reused"), (other.Status, other.Code));
    }

    [Fact]
    public async Task A_refusal_is_not_remembered()
    {
        Assert.Equal(422, (await PostAsync("three", CreateJob.Example.Replace("two-scale", "none"))).Status);
        Assert.Equal(202, (await PostAsync("three")).Status);
    }

    [Fact]
    public async Task Another_teams_key_of_the_same_text_is_another_key()
    {
        var ours = await PostAsync("four");
        var theirs = await api.PostAsync("/v1/jobs", CreateJob.Example, api.ForeignKey, (Idempotency.Header, "four"));
        Assert.Equal(202, theirs.Status);
        Assert.NotEqual(ours.Headers["Location"], theirs.Headers["Location"]);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("é")]
    public async Task A_key_that_cannot_be_is_a_400(string key) =>
        Assert.Equal((400, "idempotency.malformed_key"), await PostAsync(key) is var answer ? (answer.Status, answer.Code) : default);

    [Fact]
    public async Task Fifty_equal_calls_at_once_are_one_job_and_each_gets_its_answer()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => PostAsync("fifty", CreateJob.Example.Replace("two-branch", "fifty")))
        );
        Assert.All(answers, answer => Assert.Equal(202, answer.Status));
        Assert.Single(answers.Select(answer => answer.Body).Distinct());
        await using var db = api.Database.Open();
        Assert.Equal(1, await db.Jobs.CountAsync(job => job.Name == "fifty", TestContext.Current.CancellationToken));
    }

    private Task<Answer> PostAsync(string key, string? body = null) =>
        api.PostAsync("/v1/jobs", body ?? CreateJob.Example, headers: (Idempotency.Header, key));
}
