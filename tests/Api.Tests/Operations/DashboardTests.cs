using System.Net.Http.Headers;

namespace ConcatService.Api.Tests.Operations;

/// <summary>The queue's dashboard, which is not ours, answers whatever is asked of it.</summary>
public sealed class DashboardTests(ApiServer api) : IClassFixture<ApiServer>
{
    [Theory]
    [InlineData("GET", "/hangfire/stats", null, 200)]
    [InlineData("POST", "/hangfire/stats", "application/json", 200)]
    [InlineData("POST", "/hangfire/stats", "application/x-www-form-urlencoded", 200)]
    [InlineData("POST", "/hangfire/stats", "multipart/form-data", 400)]
    [InlineData("GET", "/hangfire/jobs/details/x", null, 400)]
    [InlineData("GET", "/hangfire/jobs/details/99999999999999999999", null, 400)]
    [InlineData("POST", "/login", "multipart/form-data", 400)]
    public async Task A_request_that_it_cannot_read_is_no_failure(string method, string path, string? type, int status)
    {
        using var body = new StringContent("metrics[]=x");
        body.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        (string, string) own = ("Sec-Fetch-Site", "same-origin");
        var answer = await api.SendAsync(new HttpMethod(method), path, type is null ? null : body, api.AdminKey, own);
        Assert.True(answer.Status == status, $"{answer.Status} {answer.Body}");
    }
}
